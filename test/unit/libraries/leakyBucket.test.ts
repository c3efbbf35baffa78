import { expect } from "chai";
import { network } from "hardhat";

const { ethers, networkHelpers } = await network.create();

const HOUR = 3_600n;
const DAY = 24n * HOUR;
/** Divisible by an hour's and by thirty days' seconds, so that levels are whole numbers. */
const HOUR_CAP = 36_000n;
const MONTH_CAP = 2_592_000n;

describe("LeakyBucket", () => {
  async function buckets() {
    const bucket = await ethers.deployContract("LibraryHarness");
    await bucket.setCaps(HOUR_CAP, MONTH_CAP);
    const start = BigInt(await networkHelpers.time.latest()) + 1_000n;
    /** Makes the next transaction happen `seconds` after the start. */
    const at = (seconds: bigint) => networkHelpers.time.setNextBlockTimestamp(start + seconds);
    /** Reads happen `seconds` after the start. */
    const readAt = async (seconds: bigint) => {
      await at(seconds);
      await networkHelpers.mine();
    };
    const levels = async () => [...(await bucket.current())];
    await at(0n);
    await bucket.draw(0n);
    return { bucket, start, at, readAt, levels };
  }

  it("DI1: gives a full hour's capacity at the start", async () => {
    const { bucket, levels } = await networkHelpers.loadFixture(buckets);
    expect(await levels()).to.deep.equal([0n, 0n]);
    expect(await bucket.available()).to.equal(HOUR_CAP);
  });

  it("DI1: fills by what is drawn", async () => {
    const { bucket, at, levels } = await networkHelpers.loadFixture(buckets);
    await at(100n);
    await bucket.draw(10_000n);
    expect(await levels()).to.deep.equal([10_000n, 10_000n]);
    expect(await bucket.available()).to.equal(26_000n);
  });

  it("DI1: leaks in proportion to time, each bucket at its own pace", async () => {
    const { bucket, at, readAt, levels } = await networkHelpers.loadFixture(buckets);
    await at(100n);
    await bucket.draw(HOUR_CAP);
    expect(await bucket.available()).to.equal(0n);
    // Ten units a second leave the hourly bucket, one the monthly.
    await readAt(160n);
    expect(await levels()).to.deep.equal([HOUR_CAP - 600n, HOUR_CAP - 60n]);
    expect(await bucket.available()).to.equal(600n);
    await readAt(100n + HOUR - 1n);
    expect(await levels()).to.deep.equal([10n, HOUR_CAP - HOUR + 1n]);
    await readAt(100n + HOUR);
    expect(await levels()).to.deep.equal([0n, HOUR_CAP - HOUR]);
    await readAt(100n + 30n * DAY);
    expect(await levels()).to.deep.equal([0n, 0n]);
  });

  it("DI1: is limited by the monthly bucket when that is the fuller one", async () => {
    const { bucket, at, levels } = await networkHelpers.loadFixture(buckets);
    await bucket.setCaps(HOUR_CAP, 50_000n);
    await at(100n);
    await bucket.draw(HOUR_CAP);
    await at(100n + HOUR);
    await bucket.draw(0n);
    // The hourly bucket is empty again; of the monthly one 50,000 x 3,600 / 2,592,000 = 69.4 have leaked.
    expect(await levels()).to.deep.equal([0n, HOUR_CAP - 69n]);
    expect(await bucket.available()).to.equal(50_000n - (HOUR_CAP - 69n));
  });

  it("LV3: rounds against whoever draws", async () => {
    const { bucket, at, readAt } = await networkHelpers.loadFixture(buckets);
    await bucket.setCaps(7n, 1_000n);
    await at(100n);
    await bucket.draw(7n);
    // Seven units leak in an hour, one in 514.3 seconds.
    await readAt(100n + 514n);
    expect(await bucket.available()).to.equal(0n);
    await readAt(100n + 515n);
    expect(await bucket.available()).to.equal(1n);
  });

  it("gives nothing with a capacity of zero, or one lowered below the level", async () => {
    const { bucket, at } = await networkHelpers.loadFixture(buckets);
    await at(100n);
    await bucket.draw(20_000n);
    await at(101n);
    await bucket.setCaps(10_000n, MONTH_CAP);
    expect(await bucket.available()).to.equal(0n);
    await bucket.setCaps(0n, 0n);
    expect(await bucket.available()).to.equal(0n);
  });

  it("refuses a level beyond its 112 bits", async () => {
    const { bucket } = await networkHelpers.loadFixture(buckets);
    await expect(bucket.draw(2n ** 112n))
      .to.be.revertedWithCustomError(bucket, "SafeCastOverflowedUintDowncast")
      .withArgs(112, 2n ** 112n);
  });

  describe("a release", () => {
    it("in the same second undoes a draw", async () => {
      const { bucket, start, at, levels } = await networkHelpers.loadFixture(buckets);
      await at(100n);
      await bucket.draw(9_000n);
      await at(200n);
      await bucket.draw(5_000n);
      await at(201n);
      await bucket.release(5_000n, start + 201n);
      expect(await levels()).to.deep.equal([9_000n + 5_000n - 1_010n - 5_000n, 9_000n + 5_000n - 101n - 5_000n]);
    });

    it("DI1: gives back only what cannot have leaked since", async () => {
      const { bucket, start, at, levels } = await networkHelpers.loadFixture(buckets);
      await at(100n);
      await bucket.draw(9_000n);
      await at(400n);
      await bucket.release(9_000n, start + 100n);
      // 3,000 have leaked from the hourly bucket and 300 from the monthly; the rest is given back.
      expect(await levels()).to.deep.equal([0n, 0n]);
      expect(await bucket.available()).to.equal(HOUR_CAP);
    });

    it("DI1: takes nothing out of what others have drawn meanwhile", async () => {
      const { bucket, start, at, levels } = await networkHelpers.loadFixture(buckets);
      await at(0n + 10n);
      await bucket.draw(HOUR_CAP);
      await at(10n + HOUR / 2n);
      await bucket.draw(HOUR_CAP / 2n); // others
      await at(11n + HOUR / 2n);
      await bucket.release(HOUR_CAP, start + 10n);
      // Of the first draw a half has leaked; the other half goes, the others' 18,000 stay but for one second's leak.
      expect((await levels())[0]).to.equal(18_000n - 10n + 10n);
    });

    it("DI1: long after the draw gives nothing back", async () => {
      const { bucket, start, at, levels } = await networkHelpers.loadFixture(buckets);
      await at(10n);
      await bucket.draw(1_000n);
      await at(10n + HOUR);
      await bucket.draw(700n);
      await at(11n + HOUR);
      await bucket.release(1_000n, start + 10n);
      expect(await levels()).to.deep.equal([690n, 699n]);
    });
  });
});
