import { expect } from "chai";
import { network } from "hardhat";

const { ethers, networkHelpers } = await network.create();

const NEVER = 2n ** 256n - 1n;

describe("Cooldown", () => {
  async function notices() {
    const library = await ethers.deployContract("LibraryHarness");
    const start = BigInt(await networkHelpers.time.latest()) + 1_000n;
    await networkHelpers.time.setNextBlockTimestamp(start);
    await library.giveNotice(70n, 100n, 50n);
    const maturedAt = async (seconds: bigint) => {
      await networkHelpers.time.setNextBlockTimestamp(start + seconds);
      await networkHelpers.mine();
      return library.matured();
    };
    return { library, start, maturedAt };
  }

  it("IN1: counts from its delay until its window has passed, to the second", async () => {
    const { maturedAt } = await networkHelpers.loadFixture(notices);
    const seen: bigint[] = [];
    for (const seconds of [1n, 99n, 100n, 149n, 150n, 10_000n]) seen.push(await maturedAt(seconds));
    expect(seen).to.deep.equal([0n, 0n, 70n, 70n, 0n, 0n]);
  });

  it("does not expire without a window", async () => {
    const { library, start, maturedAt } = await networkHelpers.loadFixture(notices);
    await networkHelpers.time.setNextBlockTimestamp(start + 1n);
    await library.giveNotice(70n, 100n, NEVER);
    expect((await library.notice()).expiresAt).to.equal(2n ** 64n - 1n);
    expect(await maturedAt(10n ** 9n)).to.equal(70n);
  });

  it("IN1: shrinks with what it is about, and never grows again", async () => {
    const { library, start } = await networkHelpers.loadFixture(notices);
    await library.capNotice(80n);
    expect([...(await library.notice())]).to.deep.equal([70n, start + 100n, start + 150n]);
    await library.capNotice(70n);
    await library.capNotice(30n);
    expect([...(await library.notice())]).to.deep.equal([30n, start + 100n, start + 150n]);
    await library.capNotice(70n);
    expect((await library.notice()).quantity).to.equal(30n);
    await library.capNotice(0n);
    expect([...(await library.notice())]).to.deep.equal([0n, 0n, 0n]);
  });

  it("refuses a quantity or a moment that does not fit", async () => {
    const { library } = await networkHelpers.loadFixture(notices);
    await expect(library.giveNotice(2n ** 128n, 1n, 1n)).to.be.revertedWithCustomError(
      library,
      "SafeCastOverflowedUintDowncast",
    );
    await expect(library.giveNotice(1n, 2n ** 64n, 1n)).to.be.revertedWithCustomError(
      library,
      "SafeCastOverflowedUintDowncast",
    );
  });
});
