import { expect } from "chai";
import { network } from "hardhat";

import { DAY, deployDilution, HOUR, lose, NEVER, TOKEN } from "../../helpers/dilution.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

describe("DebtAuction settle", () => {
  /** A loss of 60,000 at a floor of 200: 300 tokens on offer, from 300 to 200 in ten hours, for two days. */
  async function opened() {
    const setup = await deployDilution(ethers, await ethers.deployContract("TestToken", ["Asset", "AST", 6]));
    const openedAt = await lose(ethers, setup.vault, 60_000n * setup.unit);
    const { debtAuction, buyer, other, address } = setup;
    const buyAt = async (elapsed: bigint, tokens: bigint) => {
      await time.setNextBlockTimestamp(openedAt + elapsed);
      return debtAuction.connect(buyer).buy(address, 1n, tokens, ethers.MaxUint256, buyer, NEVER);
    };
    /** Anybody settles at `elapsed` seconds. */
    const settleAt = async (elapsed: bigint) => {
      await time.setNextBlockTimestamp(openedAt + elapsed);
      return debtAuction.connect(other).settle(address, 1n);
    };
    return { ...setup, openedAt, buyAt, settleAt };
  }

  it("LI1: closes a lot without a single bidder once it has expired, by anybody", async () => {
    const { dilution, debtAuction, address, settleAt } = await networkHelpers.loadFixture(opened);
    await expect(settleAt(2n * DAY))
      .to.emit(debtAuction, "LotSettled")
      .withArgs(address, 1n, 300n * TOKEN);
    expect(await debtAuction.remainingTokens(address, 1n)).to.equal(0n);
    expect((await dilution.budget(address)).issuedTokens).to.equal(0n);
  });

  it("gives back only what was not sold", async () => {
    const { dilution, debtAuction, address, buyAt, settleAt } = await networkHelpers.loadFixture(opened);
    await buyAt(20n * HOUR, 120n * TOKEN);
    await settleAt(2n * DAY);
    const { offeredTokens, soldTokens } = await debtAuction.lot(address, 1n);
    expect([offeredTokens, soldTokens]).to.deep.equal([120n * TOKEN, 120n * TOKEN]);
    expect((await dilution.budget(address)).issuedTokens).to.equal(120n * TOKEN);
  });

  it("is refused while the lot can still sell", async () => {
    const { debtAuction, address, settleAt, openedAt, unit } = await networkHelpers.loadFixture(opened);
    await expect(settleAt(2n * DAY - 1n))
      .to.be.revertedWithCustomError(debtAuction, "LotStillOpen")
      .withArgs(address, 1n, openedAt + 2n * DAY, 60_000n * unit);
  });

  it("LI1: closes a lot early when sales and a recovery together have paid the charge", async () => {
    const { dilution, engine, debtAuction, address, buyAt, other, settleAt, unit } =
      await networkHelpers.loadFixture(opened);
    await buyAt(5n * HOUR, 100n * TOKEN); // at 250
    await engine.connect(other).recover(address, 1n, 35_000n * unit);
    await expect(settleAt(6n * HOUR))
      .to.emit(debtAuction, "LotSettled")
      .withArgs(address, 1n, 200n * TOKEN);
    expect((await dilution.budget(address)).issuedTokens).to.equal(100n * TOKEN);
  });

  it("LI1: closes a lot early when a recovery has paid the charge", async () => {
    const { engine, debtAuction, address, other, settleAt, unit } = await networkHelpers.loadFixture(opened);
    await engine.connect(other).recover(address, 1n, 60_000n * unit);
    await expect(settleAt(HOUR))
      .to.emit(debtAuction, "LotSettled")
      .withArgs(address, 1n, 300n * TOKEN);
  });

  it("LI1: closes an expired lot while its vault is paused, and the pause itself releases nothing", async () => {
    const { dilution, address, guardian, settleAt } = await networkHelpers.loadFixture(opened);
    await dilution.connect(guardian).pauseDilution(address);
    expect((await dilution.budget(address)).issuedTokens).to.equal(300n * TOKEN);
    await settleAt(2n * DAY);
    expect((await dilution.budget(address)).issuedTokens).to.equal(0n);
  });

  it("DI1: cannot be done twice, nor for a lot that is sold out or never was", async () => {
    const { debtAuction, address, settleAt } = await networkHelpers.loadFixture(opened);
    await settleAt(2n * DAY);
    await expect(settleAt(3n * DAY))
      .to.be.revertedWithCustomError(debtAuction, "LotClosed")
      .withArgs(address, 1n);
    await expect(debtAuction.settle(address, 2n))
      .to.be.revertedWithCustomError(debtAuction, "UnknownLot")
      .withArgs(address, 2n);
  });

  it("DI1: ends purchases for good", async () => {
    const { engine, debtAuction, address, other, buyAt, settleAt, unit } = await networkHelpers.loadFixture(opened);
    await engine.connect(other).recover(address, 1n, 60_000n * unit);
    await settleAt(HOUR);
    await expect(buyAt(2n * HOUR, 1n))
      .to.be.revertedWithCustomError(debtAuction, "LotClosed")
      .withArgs(address, 1n);
  });
});
