import { expect } from "chai";

import { LeakyBucket } from "../../../../scripts/lib/leaky-bucket.ts";

describe("leaky bucket", () => {
  it("empties linearly, a full one in its window", () => {
    const bucket = new LeakyBucket(100n, 3_600n);
    bucket.draw(100n, 1_000);
    expect(bucket.available(1_000)).to.equal(0n);
    expect(bucket.available(1_000 + 1_800)).to.equal(50n);
    expect(bucket.available(1_000 + 3_600)).to.equal(100n);
    expect(bucket.available(1_000 + 9_999)).to.equal(100n);
  });

  it("rounds the level up, so that less may be drawn", () => {
    const bucket = new LeakyBucket(100n, 3_600n);
    bucket.draw(100n, 0);
    expect(bucket.available(35)).to.equal(0n);
    expect(bucket.available(36)).to.equal(1n);
  });

  it("takes back only what cannot have leaked since it was drawn", () => {
    const bucket = new LeakyBucket(100n, 3_600n);
    bucket.draw(60n, 0);
    bucket.draw(40n, 900);
    // 25 leaked in the first quarter; after the second the level is 50. Of the first draw 50 may have leaked: 10 fall.
    bucket.release(60n, 1_800, 0);
    expect(bucket.available(1_800)).to.equal(60n);
  });

  it("never goes below empty when a draw is released", () => {
    const bucket = new LeakyBucket(100n, 3_600n);
    bucket.draw(40n, 0);
    bucket.release(40n, 1_800, 0);
    expect(bucket.available(1_800)).to.equal(100n);
  });
});
