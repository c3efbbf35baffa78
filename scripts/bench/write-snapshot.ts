/** Measures every action and every contract anew and writes the snapshot that `make test` checks: `make snapshot`. */
import { writeFile } from "node:fs/promises";

import hre from "hardhat";

import { Progress } from "../lib/progress.ts";
import {
  ACTIONS,
  buildSnapshotWorld,
  deployableSizes,
  measureAction,
  type Snapshot,
  SNAPSHOT_PATH,
  SNAPSHOT_PROFILE,
} from "./snapshot.ts";

if (hre.globalOptions.buildProfile === "production") {
  throw new Error(`The snapshot is that of the ${SNAPSHOT_PROFILE} build. Run: make snapshot`);
}

const progress = new Progress();
progress.start("Snapshot of every action", ACTIONS.length);
const world = await buildSnapshotWorld();
const gas: Snapshot["gas"] = {};
for (const [i, action] of ACTIONS.entries()) {
  progress.update(i, action.operation);
  gas[action.operation] = (await measureAction(world, action)).gas;
}
progress.finish();

const snapshot: Snapshot = { profile: SNAPSHOT_PROFILE, gas, bytes: await deployableSizes() };
await writeFile(SNAPSHOT_PATH, `${JSON.stringify(snapshot, null, 2)}\n`);
console.log(`Written to ${SNAPSHOT_PATH}: ${ACTIONS.length} actions, ${Object.keys(snapshot.bytes).length} contracts`);
