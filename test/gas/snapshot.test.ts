import { readFileSync } from "node:fs";

import { expect } from "chai";

import {
  ACTIONS,
  buildSnapshotWorld,
  deployableSizes,
  measureAction,
  type Size,
  type Snapshot,
  SNAPSHOT_PATH,
} from "../../scripts/bench/snapshot.ts";
import type { World } from "../../scripts/bench/plimsoll/world.ts";

/** Parts in a thousand by which a figure may be above the snapshot. What becomes cheaper or smaller never fails. */
const GAS_TOLERANCE = 5;
const SIZE_TOLERANCE = 20;
/** EIP-170 and EIP-3860, less room for what is found before a release. */
const ROOM = 256;
const DEPLOYED_LIMIT = 24_576 - ROOM;
const CREATION_LIMIT = 49_152 - ROOM;

const REFRESH = "If it is worth it: make snapshot, and commit the difference.";

const snapshot = JSON.parse(readFileSync(SNAPSHOT_PATH, "utf8")) as Snapshot;

function expectWithin(figure: number, committed: number, tolerance: number): void {
  const most = Math.floor((committed * (1_000 + tolerance)) / 1_000);
  expect(figure, `${figure} is more than the snapshot's ${committed}. ${REFRESH}`).to.be.at.most(most);
}

describe("Snapshot of gas, default build", () => {
  let world: World;

  before(async () => {
    world = await buildSnapshotWorld();
  });

  it("has a figure for every action and no other", () => {
    expect(Object.keys(snapshot.gas), REFRESH).to.have.members(ACTIONS.map(({ operation }) => operation));
  });

  for (const action of ACTIONS) {
    it(`${action.operation}: costs no more than before`, async () => {
      const { gas } = await measureAction(world, action);
      expectWithin(gas, snapshot.gas[action.operation] ?? 0, GAS_TOLERANCE);
    });
  }
});

describe("Snapshot of code sizes, default build", () => {
  let sizes: Record<string, Size>;

  before(async () => {
    sizes = await deployableSizes();
  });

  it("has every contract that is deployed and no other", () => {
    expect(Object.keys(snapshot.bytes), REFRESH).to.have.members(Object.keys(sizes));
  });

  for (const [name, committed] of Object.entries(snapshot.bytes)) {
    it(`${name}: is no larger than before, and below the limits with room`, () => {
      const { deployed, creation } = sizes[name] ?? { deployed: 0, creation: 0 };
      expectWithin(deployed, committed.deployed, SIZE_TOLERANCE);
      expectWithin(creation, committed.creation, SIZE_TOLERANCE);
      expect(deployed, "bytes on chain").to.be.at.most(DEPLOYED_LIMIT);
      expect(creation, "bytes of creation code").to.be.at.most(CREATION_LIMIT);
    });
  }
});
