import { expect } from "chai";
import { network } from "hardhat";

import { deployLending, fundAccount, MAX } from "../../helpers/lending.js";
import { dice } from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

const VIRTUAL_SHARES = 1_000_000n;

describe("WriteOffVault share price", () => {
  const runs = [
    { assetDecimals: 6, collateralDecimals: 18, seed: 4_001n },
    { assetDecimals: 18, collateralDecimals: 8, seed: 8_001n },
    { assetDecimals: 2, collateralDecimals: 0, seed: 12_001n },
  ];
  /** Which moves have succeeded in any run, and how many losses were socialized. */
  const done = new Set<string>();
  let losses = 0n;

  for (const { assetDecimals, collateralDecimals, seed } of runs) {
    it(`WO5, LV1: falls only by a loss epoch, in 400 steps of a lending vault (${assetDecimals} decimals)`, async () => {
      const room = await deployLending(ethers, {
        assetDecimals,
        collateralDecimals,
        flatRateWad: 10n ** 9n * 9n,
        liquidationFeeBps: 1_000n,
        keeperRewardBps: 50n,
        maxKeeperReward: 5n,
        confirmationDelay: 3_600n,
      });
      const { vault, asset, collateral, engine, one, oneCollateral, setPrice } = room;
      const [, ...signers] = await ethers.getSigners();
      const people = signers.slice(0, 12);
      for (const person of people) {
        await fundAccount(asset, person, await room.at(vault), 10n ** 6n * one);
        await fundAccount(collateral, person, await room.at(vault), 10n ** 6n * oneCollateral);
        await asset.connect(person).approve(engine, MAX);
      }
      await vault.connect(people[0]).deposit(20_000n * one, people[0]!);
      const roll = dice(seed);
      let price = 200n;

      /** The borrower whose position is nearest to liquidation, or beyond. */
      const weakest = async () => {
        const healths = await Promise.all(people.map((person) => vault.healthFactor(person, collateral)));
        return people[healths.indexOf(healths.reduce((least, each) => (each < least ? each : least)))]!;
      };

      const moves: Record<string, (who: (typeof people)[0], other: (typeof people)[0]) => Promise<unknown>> = {
        deposit: (who) => vault.connect(who).deposit(1n + roll(5_000n * one), who),
        mint: (who) => vault.connect(who).mint(1n + roll(5_000n * one * VIRTUAL_SHARES), who),
        withdraw: async (who) => vault.connect(who).withdraw(1n + roll((await vault.maxWithdraw(who)) + 1n), who, who),
        redeem: async (who) => vault.connect(who).redeem(1n + roll((await vault.maxRedeem(who)) + 1n), who, who),
        supplyCollateral: (who) => vault.connect(who).supplyCollateral(collateral, 1n + roll(5n * oneCollateral), who),
        borrow: async (who) => {
          const { collateralAssets, debtAssets } = await vault.positionOf(who, collateral);
          const most = (collateralAssets * price * one * 75n) / (oneCollateral * 100n) - debtAssets;
          return vault.connect(who).borrow(collateral, (most * (60n + roll(40n))) / 100n, who, who);
        },
        repay: (who, other) => vault.connect(who).repay(collateral, 1n + roll(3_000n * one), other),
        repayAll: (who, other) => vault.connect(who).repay(collateral, MAX, other),
        liquidate: async (who) =>
          vault.connect(who).liquidate(await weakest(), collateral, 1n + roll(2_000n * one), 0n, MAX, "0x"),
        liquidateAll: async (who) => vault.connect(who).liquidate(await weakest(), collateral, MAX, 0n, MAX, "0x"),
        impair: async (who) => vault.connect(who).impair(await weakest(), collateral),
        writeOff: async (who) => vault.connect(who).writeOff(await weakest(), collateral, MAX),
        price: async () => {
          // Falls far more often than it rises, then starts anew.
          price = price < 40n ? 200n : (price * (50n + roll(70n))) / 100n;
          await setPrice(price);
        },
        wait: async () => {
          await networkHelpers.time.increase(1n + roll(20_000n));
          await setPrice(price);
        },
        recover: async (who) => {
          const id = 1n + roll((await engine.writeOffCount(vault)) + 1n);
          return engine.connect(who).recover(vault, id, 1n + roll(500n * one));
        },
        claim: async (who) => {
          const epochs = Array.from({ length: Number(await vault.openEpoch()) - 1 }, (_, i) => BigInt(i + 1));
          return vault.connect(who).claimRecovery(who, epochs, who);
        },
        reinvest: async (who) => vault.connect(who).reinvestRecovery(who, [1n + roll(await vault.openEpoch())], who),
      };
      const names = Object.keys(moves);

      const state = async () => ({
        assets: (await vault.totalAssets()) + 1n,
        shares: (await vault.totalSupply()) + VIRTUAL_SHARES,
        epoch: await vault.openEpoch(),
      });
      let before = await state();
      for (let step = 0; step < 400; ++step) {
        const name = names[Number(roll(BigInt(names.length)))]!;
        const who = people[Number(roll(12n))]!;
        const other = people[Number(roll(12n))]!;
        try {
          await moves[name]!(who, other);
          done.add(name);
        } catch {
          // Refused: then nothing may have changed either.
        }
        const after = await state();
        const at = `step ${step}: ${name}`;
        if (after.epoch === before.epoch) {
          expect(after.assets * before.shares >= before.assets * after.shares, `${at} lowered the price`).to.equal(
            true,
          );
        }
        expect((await asset.balanceOf(vault)) >= (await vault.cash()) + (await vault.claimsOwed()), at).to.equal(true);
        const held = await Promise.all(people.map((person) => vault.positionOf(person, collateral)));
        const supplied = held.reduce((sum, { collateralAssets }) => sum + collateralAssets, 0n);
        expect(await collateral.balanceOf(vault), at).to.equal(supplied);
        before = after;
      }

      losses += (await vault.openEpoch()) - 1n;
      const positions = await Promise.all(people.map((person) => vault.positionOf(person, collateral)));
      const sum = (pick: (each: (typeof positions)[0]) => bigint) =>
        positions.reduce((all, each) => all + pick(each), 0n);
      expect(sum((each) => each.principalAssets)).to.equal(await vault.totalPrincipalOf(collateral));
      // Each position is rounded up, the total down.
      const debts = sum((each) => each.debtAssets);
      const total = await vault.totalDebt();
      expect(debts - total >= 0n && debts - total <= 13n, `${debts} against ${total}`).to.equal(true);
    });
  }

  it("was tried with every move, and with losses", () => {
    const moves = ["deposit", "mint", "withdraw", "redeem", "supplyCollateral", "borrow", "repay", "repayAll"];
    expect([...done]).to.include.members([...moves, "liquidate", "liquidateAll", "impair", "recover", "claim"]);
    expect(losses >= 5n, `${losses} losses`).to.equal(true);
  });

  it("WO5: falls in a loss epoch by exactly what is socialized", async () => {
    const room = await deployLending(ethers);
    const { vault, asset, collateral, one, setPrice } = room;
    const [, lender, borrower, liquidator] = await ethers.getSigners();
    await fundAccount(asset, lender!, await room.at(vault), 10_000n * one);
    await vault.connect(lender).deposit(10_000n * one, lender!);
    await fundAccount(collateral, borrower!, await room.at(vault), 10n * one);
    await vault.connect(borrower).supplyCollateral(collateral, 10n * one, borrower!);
    await vault.connect(borrower).borrow(collateral, 1_500n * one, borrower!, borrower!);
    await fundAccount(asset, liquidator!, await room.at(vault), 10_000n * one);
    await setPrice(100n);
    await vault.connect(liquidator).liquidate(borrower!, collateral, MAX, 0n, MAX, "0x");
    const { chargedAssets, shares } = await vault.lossEpoch(1n);
    // 1,000 / 1.01, rounded up, is paid for the collateral.
    expect(chargedAssets).to.equal(1_500n * one - (1_000n * one * 100n + 100n) / 101n);
    expect(shares).to.equal(10_000n * one * VIRTUAL_SHARES + VIRTUAL_SHARES);
    expect(await vault.totalAssets()).to.equal(10_000n * one - chargedAssets);
  });
});
