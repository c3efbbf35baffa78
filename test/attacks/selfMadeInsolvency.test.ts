import { expect } from "chai";
import { network } from "hardhat";

import {
  borrow,
  commit,
  DAY,
  deployWaterfallScene,
  FLOOR,
  lend,
  MAX,
  stake,
  UNIT,
  wealth,
  type WaterfallScene,
} from "../helpers/waterfallScene.js";

const { ethers, networkHelpers } = await network.create();

/**
 * One coalition is borrower, liquidator, staker and bidder. It lets a loan of 1,400 on 10 collateral units sink: at 100
 * these are worth 1,000, and 1,000 / 1.01 = 990.099009900990099010 are paid for them. Its own position is worth nothing
 * to it before and after. The minimum incentive of the collateral is 10.
 */
describe("Attacks by self-made insolvency (WO6)", () => {
  const PRICE_OF_ALL = 990_099_009_900_990_099_010n;
  const INCENTIVE = 1_000n * 10n ** 18n - PRICE_OF_ALL;

  /** `old` of the 1,400 is older than the waiting period when the price falls. */
  async function sunk(old: bigint) {
    const t = await deployWaterfallScene(ethers, { waitingPeriod: 7n * DAY });
    await lend(t, t.ann, 100_000n);
    await stake(t, t.sue, 10_000n);
    const own = t.vault.connect(t.borrower);
    await own.supplyCollateral(t.weth, 10n * t.oneCollateral, t.borrower.address);
    if (old !== 0n) await own.borrow(t.weth, old * t.one, t.borrower.address, t.borrower.address);
    await networkHelpers.time.increase(8n * DAY);
    if (old !== 1_400n) await own.borrow(t.weth, (1_400n - old) * t.one, t.borrower.address, t.borrower.address);
    await t.setPrice(100n);
    return t;
  }

  /** What all accounts of the coalition own, collateral in hand at 100, tokens at the floor. */
  async function owned(t: WaterfallScene) {
    let assets = 0n;
    for (const account of [t.borrower, t.debtors[0]!, t.sam, t.una]) {
      assets += (await wealth(t, account)) + (await t.collateral.balanceOf(account.address)) * 100n;
      const { tokens } = await t.book.collectable(account.address, [0n]);
      const bid = await t.book.bidOf(account.address, 0n);
      assets += bid.assets + ((await t.token.balanceOf(account.address)) + tokens) * FLOOR;
    }
    return assets;
  }

  const closeOwn = async (t: WaterfallScene, maxRepaid = MAX) =>
    t.vault.connect(t.borrower).liquidate(t.borrower.address, t.weth, maxRepaid, 0n, MAX, "0x");

  for (const [old, insured] of [
    [0n, 0n],
    [700n, 200n],
    [1_050n, 300n],
    [1_400n, 400n],
  ] as const) {
    it(`with ${old} of 1,400 old draws ${insured} from the fund, and brings the incentive and no more`, async () => {
      const t = await sunk(old);
      const before = await owned(t);
      await closeOwn(t);
      // Lost principal: 400 after what the collateral is worth; of it the aged share, of which rounding to half a millionth
      // of the principal takes a little.
      const rounding = (400n * t.one) / 2_000_000n;
      const { insurance } = await t.engine.ledger(t.address, 1n);
      expect(insurance).to.be.within(insured * t.one - (old % 1_400n === 0n ? 0n : rounding), insured * t.one);
      expect((await owned(t)) - before).to.equal(INCENTIVE);
    });
  }

  it("mixed, in two parts, by an account that topped up just before, draws no more than at once", async () => {
    const t = await sunk(700n);
    const before = await owned(t);
    await closeOwn(t, 400n * t.one);
    await closeOwn(t);
    const ids = await t.engine.writeOffCount(t.address);
    let insured = 0n;
    for (let id = 1n; id <= ids; id++) insured += (await t.engine.ledger(t.address, id)).insurance;
    expect(insured).to.be.lessThanOrEqual(200n * t.one + 10n ** 12n);
    expect((await owned(t)) - before).to.be.lessThanOrEqual(INCENTIVE + 10n ** 6n);
  });

  it("repaying young and borrowing again makes no debt older", async () => {
    const t = await sunk(0n);
    const own = t.vault.connect(t.borrower);
    await own.repay(t.weth, 100n * t.one, t.borrower.address);
    await closeOwn(t);
    expect((await t.engine.ledger(t.address, 1n)).insurance).to.equal(0n);
  });

  it("with a stake in the fund and a bid in the book loses on both what it gains on none", async () => {
    const t = await deployWaterfallScene(ethers, { waitingPeriod: 0n });
    await lend(t, t.ann, 100_000n);
    await stake(t, t.sue, 150n);
    await stake(t, t.sam, 150n);
    await commit(t, t.una, 0n, 50n);
    await borrow(t, 10n, 1_400n);
    await t.setPrice(100n);
    const before = await owned(t);
    await closeOwn(t);
    const entry = await t.engine.ledger(t.address, 1n);
    expect(entry.insurance).to.be.closeTo(300n * t.one, 10n ** 6n);
    expect(entry.dilutionCash).to.equal(50n * t.one);
    // Half of the fund was its own, and 50 bought half a token that is worth 20 at the floor.
    const gained = (await owned(t)) - before;
    expect(gained).to.be.closeTo(INCENTIVE - 150n * t.one - 30n * t.one, 10n ** 6n);
    expect((await t.token.totalSupply()) - 10n ** 22n).to.equal(UNIT / 2n);
  });
});
