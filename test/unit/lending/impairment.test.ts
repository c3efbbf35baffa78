import { expect } from "chai";
import { network } from "hardhat";

import { deployLending, fundAccount, MAX } from "../../helpers/lending.ts";

/**
 * Figures: one position, 10 collateral units at 200, debt 1400. At 100 the collateral covers
 * 1000 / 1.01 = 990.099009900990099009 (rounded down), so the shortfall is 409.900990099009900991.
 */
const SHORTFALL = 409_900_990_099_009_900_991n;
const DEPOSIT = 5_000n * 10n ** 18n;

describe("impairment", () => {
  async function system(withFund = false) {
    const { ethers, networkHelpers } = await network.create();
    const s = await deployLending(ethers);
    await s.vault.setMinProvision(10n * s.one);
    const [admin, ann, ben, cleo, borrower, liquidator, staker] = await ethers.getSigners();
    const vault = await s.at(s.vault);
    const weth = await s.at(s.collateral);
    for (const account of [ann!, ben!, cleo!, liquidator!, staker!]) {
      await fundAccount(s.asset, account, vault, 100_000n * s.one);
    }
    await fundAccount(s.collateral, borrower!, vault, 100n * s.oneCollateral);
    await s.vault.connect(ann).deposit(DEPOSIT, ann!.address);
    await s.vault.connect(ben).deposit(DEPOSIT, ben!.address);
    await s.vault.connect(borrower).supplyCollateral(weth, 10n * s.oneCollateral, borrower!.address);
    await s.vault.connect(borrower).borrow(weth, 1_400n * s.one, borrower!.address, borrower!.address);
    const fund = await ethers.deployContract("InsuranceFund", [
      vault,
      "Fund",
      "FND",
      await s.at(s.manager),
      { cooldown: 86_400n * 7n, withdrawalWindow: 86_400n * 2n, hourCap: 10n ** 30n, monthCap: 10n ** 30n },
    ]);
    if (withFund) {
      await s.asset.connect(staker).approve(await fund.getAddress(), MAX);
      await fund.connect(staker).deposit(200n * s.one, staker!.address);
      await s.engine.setStack(vault, [{ tranche: await fund.getAddress(), gasStipend: 400_000n, kind: 0n }]);
    }
    const worth = async (account: { address: string }) => {
      let assets = await s.vault.convertToAssets(await s.vault.balanceOf(account.address));
      const open = await s.vault.openEpoch();
      for (let epoch = 1n; epoch < open; epoch++) assets += await s.vault.claimableRecovery(account.address, epoch);
      return assets + (await s.asset.balanceOf(account.address));
    };
    return {
      ...s,
      ethers,
      networkHelpers,
      fund,
      worth,
      address: vault,
      weth,
      admin: admin!,
      ann: ann!,
      ben: ben!,
      cleo: cleo!,
      borrower: borrower!,
      liquidator: liquidator!,
      staker: staker!,
    };
  }

  it("charges the shortfall to those who hold when it is recognised, once", async () => {
    const t = await system();
    await t.setPrice(100n);
    const before = await t.vault.totalAssets();
    await t.vault.impair(t.borrower.address, t.weth);
    expect(before - (await t.vault.totalAssets())).to.equal(SHORTFALL);
    await t.vault.impair(t.borrower.address, t.weth);
    expect(before - (await t.vault.totalAssets())).to.equal(SHORTFALL);
    expect(await t.vault.openEpoch()).to.equal(2n);
    expect(await t.vault.provisionOf(1n)).to.deep.equal([0n, 0n, SHORTFALL]);
  });

  it("IM1: a false alarm leaves stayer, leaver and late entrant with what they had", async () => {
    const t = await system();
    const had = await Promise.all([t.ann, t.ben, t.cleo].map(t.worth));
    await t.setPrice(100n);
    await t.vault.impair(t.borrower.address, t.weth);
    await t.vault.connect(t.ann).redeem(await t.vault.balanceOf(t.ann.address), t.ann.address, t.ann.address);
    await t.vault.connect(t.cleo).deposit(DEPOSIT, t.cleo.address);
    await t.setPrice(200n);
    await t.vault.impair(t.borrower.address, t.weth);
    const have = await Promise.all([t.ann, t.ben, t.cleo].map(t.worth));
    for (const i of [0, 1, 2]) expect(have[i]).to.be.closeTo(had[i]!, 1_000n);
    // claims are paid from cash
    for (const who of [t.ann, t.ben]) await t.vault.connect(who).claimRecovery(who.address, [1n], who.address);
    expect(await t.vault.claimsOwed()).to.be.lessThan(10n ** 12n);
    expect(await t.vault.provisions()).to.deep.equal([0n, await t.vault.claimsOwed()]);
  });

  it("books the final loss against the provision, and gives back what was too much", async () => {
    const t = await system();
    await t.setPrice(100n);
    await t.vault.impair(t.borrower.address, t.weth);
    await t.setPrice(120n);
    const before = await t.vault.totalAssets();
    await t.vault.connect(t.liquidator).liquidate(t.borrower.address, t.weth, MAX, 0n, MAX, "0x");
    expect(await t.vault.totalAssets()).to.be.closeTo(before, 2n);
    const entry = await t.engine.ledger(t.address, 1n);
    // 1400 - ceil(1200 / 1.01)
    const loss = 1_400n * t.one - 1_188_118_811_881_188_118_812n;
    expect(entry.badDebt).to.equal(loss);
    expect(entry.socialized).to.equal(loss);
    expect(await t.vault.recoveredOf(1n)).to.equal(SHORTFALL - loss);
    expect(await t.vault.openEpoch()).to.equal(2n);
  });

  it("charges a larger final loss on top", async () => {
    const t = await system();
    await t.setPrice(100n);
    await t.vault.impair(t.borrower.address, t.weth);
    await t.setPrice(80n);
    await t.vault.connect(t.liquidator).liquidate(t.borrower.address, t.weth, MAX, 0n, MAX, "0x");
    const loss = 1_400n * t.one - 792_079_207_920_792_079_208n;
    expect((await t.vault.lossEpoch(2n)).chargedAssets).to.equal(loss - SHORTFALL);
    expect((await t.engine.ledger(t.address, 1n)).socialized).to.equal(loss);
    // a recovery is shared by both epochs
    await fundAccount(t.asset, t.liquidator, await t.at(t.engine), 0n);
    await t.engine.connect(t.liquidator).recover(t.address, 1n, loss);
    expect(await t.vault.recoveredOf(1n)).to.equal(SHORTFALL);
    expect(await t.vault.recoveredOf(2n)).to.equal(loss - SHORTFALL);
  });

  it("earmarks the fund's part, which then cannot leave, and draws on it first", async () => {
    const t = await system(true);
    await t.fund.connect(t.staker).startCooldown(await t.fund.balanceOf(t.staker.address), t.staker.address);
    await t.networkHelpers.time.increase(86_400 * 7);
    await t.setPrice(100n);
    await t.vault.impair(t.borrower.address, t.weth);
    // insured: lost principal 409.90 less the incentive part 9.90; the fund keeps a thousandth unmarked
    expect(await t.fund.totalEarmarked()).to.equal(200n * t.one - (200n * t.one) / 1_000n);
    await t.fund.connect(t.staker).redeem(await t.fund.maxRedeem(t.staker.address), t.staker.address, t.staker.address);
    expect(await t.asset.balanceOf(await t.fund.getAddress())).to.be.greaterThanOrEqual(await t.fund.totalEarmarked());
    await t.vault.connect(t.liquidator).liquidate(t.borrower.address, t.weth, MAX, 0n, MAX, "0x");
    const entry = await t.engine.ledger(t.address, 1n);
    expect(entry.insurance).to.equal(199_800_000_000_000_000_000n);
    expect(entry.badDebt).to.equal(entry.insurance + entry.socialized + entry.reserves);
    expect(await t.fund.totalEarmarked()).to.equal(0n);
    expect(await t.vault.provisions()).to.deep.equal([0n, 1n]);
  });

  it("IM1: a false alarm leaves the stakers with what they had, also one who left", async () => {
    const t = await system(true);
    await t.fund.connect(t.staker).startCooldown(await t.fund.balanceOf(t.staker.address), t.staker.address);
    await t.networkHelpers.time.increase(86_400 * 7);
    const had = (await t.asset.balanceOf(t.staker.address)) + 200n * t.one;
    await t.setPrice(100n);
    await t.vault.impair(t.borrower.address, t.weth);
    await t.fund.connect(t.staker).redeem(await t.fund.maxRedeem(t.staker.address), t.staker.address, t.staker.address);
    await t.setPrice(200n);
    await t.vault.impair(t.borrower.address, t.weth);
    await t.fund.connect(t.staker).claimRecovery(t.staker.address, [(await t.fund.openEpoch()) - 1n], t.staker.address);
    expect(await t.asset.balanceOf(t.staker.address)).to.be.closeTo(had, 10n ** 6n);
  });

  describe("leaving and charging in one transaction", () => {
    async function bundle() {
      const t = await system();
      const both = await t.ethers.deployContract("SameTransaction");
      const account = await both.getAddress();
      await t.asset.mint(account, 10_000n * t.one);
      const call = (name: "approve", args: [string, bigint]) => t.asset.interface.encodeFunctionData(name, args);
      await both.run([await t.at(t.asset)], [call("approve", [t.address, MAX])]);
      await both.run([t.address], [t.vault.interface.encodeFunctionData("deposit", [1_000n * t.one, account])]);
      await t.setPrice(100n);
      const shares = await t.vault.balanceOf(account);
      const exit = t.vault.interface.encodeFunctionData("redeem", [shares, account, account]);
      const close = t.vault.interface.encodeFunctionData("liquidate", [t.borrower.address, t.weth, MAX, 0n, MAX, "0x"]);
      const note = t.vault.interface.encodeFunctionData("impair", [t.borrower.address, t.weth]);
      return { ...t, both, exit, close, note };
    }

    it("WO5: an exit cannot be followed by a socialized loss", async () => {
      const { both, address, vault, exit, close, note } = await bundle();
      for (const loss of [close, note]) {
        await expect(both.run([address, address], [exit, loss])).to.be.revertedWithCustomError(
          vault,
          "ExitAndLossInOneTransaction",
        );
      }
    });

    it("the other way round it is charged like everybody else", async () => {
      const t = await bundle();
      const account = await t.both.getAddress();
      const before = await t.asset.balanceOf(account);
      await t.both.run([t.address, t.address], [t.note, t.exit]);
      // 11,000 assets in the vault bear the shortfall; its part is a thousandth of a thousandth more or less
      const share = (SHORTFALL * 1_000n) / 11_000n;
      expect((await t.asset.balanceOf(account)) - before).to.be.closeTo(1_000n * t.one - share, 10n ** 6n);
    });
  });
});
