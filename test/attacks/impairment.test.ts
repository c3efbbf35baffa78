import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { network } from "hardhat";

import {
  borrow,
  deployWaterfallScene,
  impair,
  lend,
  liquidate,
  MAX,
  PURSE,
  stake,
  wealth,
  type WaterfallScene,
} from "../helpers/waterfallScene.js";

const { ethers, networkHelpers } = await network.create();

/**
 * Ann and Ben have lent 5,000 each. 1,400 are lent on 10 collateral units; at 100 these cover 1,000 / 1.01 =
 * 990.099009900990099009, so 409.900990099009900991 are expected to be lost, half by each.
 */
const SHORTFALL = 409_900_990_099_009_900_991n;
const HALF = SHORTFALL / 2n;
/** What rounding and virtual shares may move, base units of an asset of 18 decimals. */
const DUST = 10n ** 6n;

describe("Attacks on impairments (IM1, WO5)", () => {
  async function scene() {
    const t = await deployWaterfallScene(ethers);
    await t.engine.setStack(t.address, []);
    await lend(t, t.ann, 5_000n);
    await lend(t, t.ben, 5_000n);
    await borrow(t, 10n, 1_400n);
    return t;
  }

  async function impaired() {
    const t = await scene();
    await t.setPrice(100n);
    await impair(t);
    return t;
  }

  const leave = async ({ vault }: WaterfallScene, lender: HardhatEthersSigner) =>
    vault.connect(lender).redeem(await vault.balanceOf(lender.address), lender.address, lender.address);

  /** By how much an account is richer than the purse it began with. */
  const gain = async (t: WaterfallScene, account: HardhatEthersSigner) => (await wealth(t, account)) - PURSE * t.one;

  /** The alarm was false: the price is back, and somebody says so. */
  async function reverse(t: WaterfallScene) {
    await t.setPrice(200n);
    await impair(t);
  }

  describe("exit after an impairment", () => {
    it("escapes nothing when the loss comes true", async () => {
      const t = await networkHelpers.loadFixture(impaired);
      await leave(t, t.ann);
      expect(await t.asset.balanceOf(t.ann.address)).to.be.closeTo(PURSE * t.one - HALF, DUST);
      await liquidate(t);
      expect(await gain(t, t.ann)).to.be.closeTo(-HALF, DUST);
      expect(await gain(t, t.ben)).to.be.closeTo(-HALF, DUST);
    });

    it("escapes nothing of a false alarm either, and forfeits nothing", async () => {
      const t = await networkHelpers.loadFixture(impaired);
      await leave(t, t.ann);
      await reverse(t);
      expect(await gain(t, t.ann)).to.be.closeTo(0n, DUST);
      expect(await gain(t, t.ben)).to.be.closeTo(0n, DUST);
      await t.vault.connect(t.ann).claimRecovery(t.ann.address, [1n], t.ann.address);
      expect(await t.asset.balanceOf(t.ann.address)).to.be.closeTo(PURSE * t.one, DUST);
    });

    it("followed by a larger loss leaves what came on top to those who stayed, who chose to", async () => {
      const t = await networkHelpers.loadFixture(impaired);
      await leave(t, t.ann);
      await t.setPrice(80n);
      await liquidate(t);
      // 800 / 1.01 = 792.079207920792079208 are paid: 198.019801980198019801 more are lost, by Ben alone.
      expect(await gain(t, t.ann)).to.be.closeTo(-HALF, DUST);
      expect(await gain(t, t.ben)).to.be.closeTo(-HALF - 198_019_801_980_198_019_801n, DUST);
    });
  });

  describe("deposit after an impairment", () => {
    it("bears nothing of it and gains nothing of the loss", async () => {
      const t = await networkHelpers.loadFixture(impaired);
      await lend(t, t.cleo, 50_000n);
      await liquidate(t);
      expect(await gain(t, t.cleo)).to.be.closeTo(0n, DUST);
      expect(await gain(t, t.ann)).to.be.closeTo(-HALF, DUST);
    });

    it("made before a reversal, gains nothing of it, however large", async () => {
      const t = await networkHelpers.loadFixture(impaired);
      await lend(t, t.cleo, 900_000n);
      await reverse(t);
      expect(await gain(t, t.cleo)).to.be.lessThanOrEqual(0n);
      expect(await gain(t, t.cleo)).to.be.closeTo(0n, DUST);
      for (const lender of [t.ann, t.ben]) expect(await gain(t, lender)).to.be.closeTo(0n, DUST);
    });

    it("of shares bought from somebody charged brings no claim on the reversal", async () => {
      const t = await networkHelpers.loadFixture(impaired);
      await t.vault.connect(t.ann).transfer(t.cleo.address, await t.vault.balanceOf(t.ann.address));
      await reverse(t);
      expect(await t.vault.claimableRecovery(t.cleo.address, 1n)).to.equal(0n);
      expect(await t.vault.claimableRecovery(t.ann.address, 1n)).to.be.closeTo(HALF, DUST);
    });
  });

  it("a false alarm cried ten times over moves nothing between stayers, leavers and entrants", async () => {
    const t = await networkHelpers.loadFixture(scene);
    for (let i = 0; i < 10; i++) {
      await t.setPrice(100n);
      await impair(t);
      if (i === 3) await leave(t, t.ann);
      if (i === 5) await lend(t, t.cleo, 20_000n);
      await reverse(t);
    }
    for (const lender of [t.ann, t.ben, t.cleo]) expect(await gain(t, lender)).to.be.closeTo(0n, 10n * DUST);
  });

  describe("liquidating all but one unit", () => {
    it("is refused: less than the minimum debt may not be left of an insolvent position", async () => {
      const t = await networkHelpers.loadFixture(impaired);
      await expect(liquidate(t, { maxRepaid: 990_099_009_900_990_099_010n - 1n })).to.be.revertedWithCustomError(
        t.vault,
        "BelowMinDebt",
      );
    });

    it("and leaving the least that may be left avoids nothing: both parts add up to the whole loss", async () => {
      const t = await networkHelpers.loadFixture(impaired);
      const before = await t.vault.totalAssets();
      // 99 % of the price of all: 14 of the 1,400 stay as debt.
      await liquidate(t, { maxRepaid: (990_099_009_900_990_099_010n * 99n) / 100n });
      const booked = (await t.engine.ledger(t.address, 1n)).socialized;
      const { chargedAssets } = await t.vault.provisionOf(1n);
      expect(booked).to.be.closeTo((SHORTFALL * 99n) / 100n, DUST);
      expect(booked + chargedAssets).to.be.closeTo(SHORTFALL, DUST);
      expect(await t.vault.totalAssets()).to.be.closeTo(before, DUST);
      await liquidate(t);
      expect((await t.engine.ledger(t.address, 1n)).socialized).to.be.closeTo(SHORTFALL, DUST);
      for (const lender of [t.ann, t.ben]) expect(await gain(t, lender)).to.be.closeTo(-HALF, DUST);
    });
  });

  describe("in one transaction, with a million of borrowed money", () => {
    const FLASH = 900_000n * 10n ** 18n;

    /** A contract that borrows FLASH from Cleo and must pay it back at the end of each transaction. */
    async function flash(t: WaterfallScene) {
      const account = await ethers.deployContract("SameTransaction");
      const address = await account.getAddress();
      const asset = await t.at(t.asset);
      await t.asset.connect(t.cleo).approve(address, MAX);
      const of = {
        take: [asset, t.asset.interface.encodeFunctionData("transferFrom", [t.cleo.address, address, FLASH])],
        approve: [asset, t.asset.interface.encodeFunctionData("approve", [t.address, MAX])],
        deposit: [t.address, t.vault.interface.encodeFunctionData("deposit", [FLASH, address])],
        impair: [t.address, t.vault.interface.encodeFunctionData("impair", [t.borrower.address, t.weth])],
        liquidate: [
          t.address,
          t.vault.interface.encodeFunctionData("liquidate", [t.borrower.address, t.weth, MAX, 0n, MAX, "0x"]),
        ],
        claim: [t.address, t.vault.interface.encodeFunctionData("claimRecovery", [address, [1n], address])],
        giveBack: [asset, t.asset.interface.encodeFunctionData("transfer", [t.cleo.address, FLASH])],
      } satisfies Record<string, [string, string]>;
      const redeem = (shares: bigint): [string, string] => [
        t.address,
        t.vault.interface.encodeFunctionData("redeem", [shares, address, address]),
      ];
      const run = (...steps: [string, string][]) =>
        account.run(
          steps.map(([target]) => target),
          steps.map(([, data]) => data),
        );
      return { of, redeem, run, address };
    }

    it("a deposit before the record is charged like everybody's and cannot pay its loan back", async () => {
      const t = await networkHelpers.loadFixture(scene);
      const { of, redeem, run, address } = await flash(t);
      await t.setPrice(100n);
      const shares = await t.vault.previewDeposit(FLASH);
      const steps = [of.take, of.approve, of.deposit, of.impair, redeem(shares)] as [string, string][];
      await expect(run(...steps, of.giveBack)).to.be.revertedWithCustomError(t.asset, "ERC20InsufficientBalance");
      await run(...steps);
      // 900,000 of 910,000 bear the shortfall.
      const loss = (SHORTFALL * 900_000n) / 910_000n;
      expect(FLASH - (await t.asset.balanceOf(address))).to.be.closeTo(loss, DUST);
    });

    it("a deposit before a liquidation likewise", async () => {
      const t = await networkHelpers.loadFixture(scene);
      const { of, redeem, run, address } = await flash(t);
      await t.setPrice(100n);
      await t.asset.mint(address, 2_000n * t.one);
      const shares = await t.vault.previewDeposit(FLASH);
      await run(of.take, of.approve, of.deposit, of.liquidate, redeem(shares));
      // It paid 990.099009900990099010 for collateral worth 1,000, and bore its part of what that left.
      const paid = 990_099_009_900_990_099_010n;
      const loss = ((1_400n * t.one - paid) * 900_000n) / 910_000n;
      expect(FLASH + 2_000n * t.one - (await t.asset.balanceOf(address))).to.be.closeTo(paid + loss, DUST);
      expect(await t.collateral.balanceOf(address)).to.equal(10n * t.oneCollateral);
    });

    it("a deposit before a reversal gains not a unit", async () => {
      const t = await networkHelpers.loadFixture(impaired);
      const { of, redeem, run, address } = await flash(t);
      await t.setPrice(200n);
      await t.asset.mint(address, t.one);
      const shares = await t.vault.previewDeposit(FLASH);
      await run(of.take, of.approve, of.deposit, of.impair, redeem(shares), of.claim, of.giveBack);
      expect(await t.asset.balanceOf(address)).to.be.lessThanOrEqual(t.one);
      expect(await t.asset.balanceOf(address)).to.be.closeTo(t.one, DUST);
      for (const lender of [t.ann, t.ben]) expect(await gain(t, lender)).to.be.closeTo(0n, DUST);
    });

    it("an exit that is followed by record, liquidation or both is refused, and so is coming back afterwards", async () => {
      const t = await networkHelpers.loadFixture(scene);
      const { of, redeem, run, address } = await flash(t);
      await run(of.take, of.approve, of.deposit);
      const shares = await t.vault.balanceOf(address);
      await t.setPrice(100n);
      for (const loss of [of.impair, of.liquidate] as [string, string][]) {
        for (const after of [[], [of.deposit]] as [string, string][][]) {
          await expect(run(redeem(shares), loss, ...after)).to.be.revertedWithCustomError(
            t.vault,
            "ExitAndLossInOneTransaction",
          );
        }
      }
    });

    it("a stake before a release cannot leave again", async () => {
      const t = await deployWaterfallScene(ethers);
      await lend(t, t.ann, 5_000n);
      await stake(t, t.sam, 300n);
      await borrow(t, 10n, 1_400n);
      await t.setPrice(100n);
      await impair(t);
      await t.setPrice(200n);
      const { of, run, address } = await flash(t);
      const fund = await t.at(t.fund);
      const shares = await t.fund.previewDeposit(FLASH);
      await expect(
        run(
          of.take,
          [await t.at(t.asset), t.asset.interface.encodeFunctionData("approve", [fund, MAX])],
          [fund, t.fund.interface.encodeFunctionData("deposit", [FLASH, address])],
          of.impair,
          [fund, t.fund.interface.encodeFunctionData("redeem", [shares, address, address])],
        ),
      )
        .to.be.revertedWithCustomError(t.fund, "ExceedsMaturedNotice")
        .withArgs(address, shares, 0n);
      await impair(t);
      expect(await gain(t, t.sam)).to.be.closeTo(0n, DUST);
    });
  });

  it("reserves cannot be swept to the stakers between the record and the loss", async () => {
    const t = await deployWaterfallScene(ethers, { flatRateWad: 10n ** 10n });
    await lend(t, t.ann, 5_000n);
    await stake(t, t.sam, 300n);
    await borrow(t, 10n, 1_400n);
    await t.vault.setReservePolicy(0n, await t.at(t.fund));
    await networkHelpers.time.increase(86_400n);
    await t.vault.connect(t.borrower).repay(t.weth, 10n * t.one, t.borrower.address);
    await t.setPrice(100n);
    await impair(t);
    await expect(t.vault.connect(t.sam).sweepReserves())
      .to.be.revertedWithCustomError(t.vault, "SweepWhileImpaired")
      .withArgs(1n);
  });
});
