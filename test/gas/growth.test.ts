import { expect } from "chai";

import { batch } from "../../scripts/bench/plimsoll/operations/batches.ts";
import { buildSnapshotWorld, measureAction } from "../../scripts/bench/snapshot.ts";

describe("Growth, default build", () => {
  it("a position costs no more in a batch of 80 than in one of 20", async () => {
    const world = await buildSnapshotWorld();
    const gas = new Map<number, number>();
    for (const size of [5, 20, 80]) gas.set(size, (await measureAction(world, batch(size))).gas);
    const further = (less: number, more: number) => (gas.get(more)! - gas.get(less)!) / (more - less);
    const [few, many] = [further(5, 20), further(20, 80)];
    // Memory alone would make it a quarter more, were it not given back.
    expect(many, `${few} up to 20, then ${many}`).to.be.at.most(few * 1.01);
  });
});
