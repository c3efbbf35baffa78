import { expect } from "chai";
import { network } from "hardhat";

import { MAX } from "../../helpers/lending.ts";
import { Behavior, Kind, layer } from "../../helpers/tranches.ts";
import {
  borrow,
  commit,
  deployWaterfallScene,
  impair,
  lend,
  liquidate,
  stake,
  UNIT,
  type WaterfallScene,
} from "../../helpers/waterfallScene.ts";

const { ethers, networkHelpers } = await network.create();

/** Collateral worth 1,000 is sold for this: 1,000 / 1.01, rounded up. */
const PRICE_OF_ALL = 990_099_009_900_990_099_010n;
/** Debts of three positions of ten units each, worth 1,000 when they have sunk. */
const DEBTS = [1_500n, 1_400n, 1_300n];
const LOSSES = DEBTS.map((debt) => debt * UNIT - PRICE_OF_ALL);

type Person = WaterfallScene["borrower"];

describe("LendingVault: who pays for the losses of a batch", () => {
  /** A fund of 400, and the lenders; three positions that have sunk. */
  async function sunk() {
    const s = await deployWaterfallScene(ethers, { minProvision: 10n });
    await lend(s, s.ann, 20_000n);
    await stake(s, s.sam, 400n);
    for (const [i, owner] of owners(s).entries()) await borrow(s, 10n, DEBTS[i]!, owner);
    await s.setPrice(100n);
    return s;
  }

  async function withBids() {
    const s = await sunk();
    // The highest level, 100 a token.
    await commit(s, s.una, 0n, 100n);
    return s;
  }

  const owners = ({ borrower, debtors }: WaterfallScene): Person[] => [borrower, debtors[0]!, debtors[1]!];

  const batch = (s: WaterfallScene, people: Person[], maxRepaidAssets = MAX) =>
    s.vault.connect(s.liquidator).liquidateBatch(
      people.map(({ address }) => ({ borrower: address, collateral: s.weth, maxRepaidAssets, minSeizedAssets: 0n })),
      MAX,
      "0x",
    );

  const entry = async (s: WaterfallScene, id: bigint) => {
    const { badDebt, reserves, insurance, dilutionCash, socialized } = await s.engine.ledger(s.address, id);
    return [badDebt, reserves, insurance, dilutionCash, socialized];
  };

  it("WO1, WO2: the fund pays for one loss after the other until it is empty, the lenders for the rest", async () => {
    const s = await networkHelpers.loadFixture(sunk);
    const cash = await s.vault.cash();
    await batch(s, owners(s));
    // Of the first, 500 are insurable: the loss without the liquidator's incentive.
    const [first, second, third] = [await entry(s, 1n), await entry(s, 2n), await entry(s, 3n)];
    expect(first[2]).to.equal(400n * UNIT);
    expect(first).to.deep.equal([LOSSES[0], 0n, 400n * UNIT, 0n, LOSSES[0]! - 400n * UNIT]);
    expect(second).to.deep.equal([LOSSES[1], 0n, 0n, 0n, LOSSES[1]]);
    expect(third).to.deep.equal([LOSSES[2], 0n, 0n, 0n, LOSSES[2]]);
    expect(await s.vault.cash()).to.equal(cash + 3n * PRICE_OF_ALL + 400n * UNIT);
    expect((await s.vault.lossEpoch(1n)).chargedAssets).to.equal(LOSSES[0]! + LOSSES[1]! + LOSSES[2]! - 400n * UNIT);
    expect(await s.vault.totalDebt()).to.equal(0n);
    expect(await s.vault.openEpoch()).to.equal(2n);
  });

  it("WO1, WO2: bids come after the fund, for each loss in its turn", async () => {
    const s = await networkHelpers.loadFixture(withBids);
    await batch(s, owners(s));
    expect(await entry(s, 1n)).to.deep.equal([LOSSES[0], 0n, 400n * UNIT, 100n * UNIT, LOSSES[0]! - 500n * UNIT]);
    expect(await entry(s, 2n)).to.deep.equal([LOSSES[1], 0n, 0n, 0n, LOSSES[1]]);
  });

  it("RE1: each position bears the number of its own entry", async () => {
    const s = await networkHelpers.loadFixture(sunk);
    await batch(s, owners(s));
    for (const [i, owner] of owners(s).entries()) {
      const position = await s.vault.positionOf(owner.address, s.weth);
      expect([position.writeOffId, position.debtAssets, position.collateralAssets]).to.deep.equal([
        BigInt(i + 1),
        0n,
        0n,
      ]);
      expect(await s.engine.owedByDebtor(s.address, i + 1)).to.equal(LOSSES[i]);
    }
  });

  it("WO2: leaves every entry as single liquidations in the same order do", async () => {
    const s = await networkHelpers.loadFixture(withBids);
    await impair(s, s.debtors[0]);
    const snapshot = await networkHelpers.takeSnapshot();
    for (const owner of owners(s)) await liquidate(s, { owner });
    const singly = await seen(s);
    await snapshot.restore();
    await batch(s, owners(s));
    expect(await seen(s)).to.deep.equal(singly);
  });

  /** Figures on which the number of epochs has no influence. */
  async function seen(s: WaterfallScene) {
    const count = await s.engine.writeOffCount(s.address);
    return Promise.all([
      s.engine.writeOffCount(s.address),
      ...Array.from({ length: Number(count) }, (_, i) => entry(s, BigInt(i + 1))),
      s.vault.totalAssets(),
      s.vault.totalDebt(),
      s.vault.cash(),
      s.vault.reserves(),
      s.vault.provisions(),
      s.vault.provisionOf(1n),
      s.vault.claimsOwed(),
      s.vault.totalPrincipalOf(s.weth),
      s.fund.totalAssets(),
      s.asset.balanceOf(s.address),
      s.collateral.balanceOf(s.address),
      s.collateral.balanceOf(s.liquidator.address),
      ...owners(s).map(({ address }) => s.vault.positionOf(address, s.weth)),
    ]);
  }

  it("IM1, WO1: an impaired loss among others uses its own provision and nobody else's", async () => {
    const s = await networkHelpers.loadFixture(sunk);
    const [first, second] = owners(s);
    // Its shortfall is provisioned: by the fund's earmark, which leaves a thousandth of the stake, and by an epoch of its own.
    await impair(s, second);
    const earmark = (400n * UNIT * 999n) / 1_000n;
    const charged = LOSSES[1]! + 1n - earmark;
    expect(await s.vault.provisionOf(1n)).to.deep.equal([0n, earmark, charged]);
    await batch(s, [first!, second!]);
    // What is left in the fund beside the earmark pays for the first.
    const left = 400n * UNIT - earmark;
    expect(await entry(s, 2n)).to.deep.equal([LOSSES[0], 0n, left, 0n, LOSSES[0]! - left]);
    expect(await entry(s, 1n)).to.deep.equal([LOSSES[1], 0n, earmark, 0n, LOSSES[1]! - earmark]);
    expect(await s.vault.provisionOf(1n)).to.deep.equal([0n, 0n, 0n]);
    const position = await s.vault.positionOf(second!.address, s.weth);
    expect([position.impairmentId, position.impairedAt, position.writeOffId]).to.deep.equal([0n, 0n, 1n]);
    // A liquidator pays a unit more than what a standing debt counts as covered: that unit was given back.
    expect(await s.vault.recoveredOf(1n)).to.equal(1n);
    expect(await s.vault.openEpoch()).to.equal(3n);
    expect((await s.vault.lossEpoch(2n)).chargedAssets).to.equal(LOSSES[0]! - left);
  });

  it("WO1: a position whose loss is not booked yet, or that is impaired, is refused when it is named again", async () => {
    const s = await networkHelpers.loadFixture(sunk);
    const [first, second] = owners(s);
    await impair(s, second);
    const half = PRICE_OF_ALL / 2n;
    const sent = batch(s, [first!, first!, second!, second!], half);
    for (const { address } of [first!, second!])
      await expect(sent)
        .to.emit(s.vault, "BatchItemSkipped")
        .withArgs(address, s.weth, s.vault.interface.encodeErrorResult("DuplicateItem", [address, s.weth]));
    // The impaired one was booked under its own number, half of it.
    expect(await s.engine.writeOffCount(s.address)).to.equal(2n);
    expect((await s.engine.ledger(s.address, 1n)).badDebt).to.equal(LOSSES[1]! / 2n);
    expect((await s.vault.positionOf(first!.address, s.weth)).writeOffId).to.equal(2n);
    await batch(s, [first!, second!]);
    // The other half of the first has a number of its own, that names the first half's.
    expect((await s.engine.ledger(s.address, 3n)).previousId).to.equal(2n);
    expect((await s.engine.ledger(s.address, 1n)).badDebt).to.equal(LOSSES[1]);
    const closed = await s.vault.positionOf(second!.address, s.weth);
    expect([closed.debtAssets, closed.impairmentId, closed.writeOffId]).to.deep.equal([0n, 0n, 1n]);
    expect(await s.vault.totalDebt()).to.equal(DEBTS[2]! * UNIT);
  });

  it("WO1: one whose loss is booked already, because a solvent one came between, is closed further", async () => {
    const s = await networkHelpers.loadFixture(sunk);
    const [first, second] = owners(s);
    // Fifteen units worth 1,500 against 1,400: closed at a loss to nobody.
    await s.vault.connect(second).supplyCollateral(s.weth, 5n * s.oneCollateral, second!.address);
    await batch(s, [first!, second!, first!], PRICE_OF_ALL / 2n);
    expect((await s.vault.positionOf(first!.address, s.weth)).debtAssets).to.equal(0n);
    const ledger = await Promise.all([1n, 2n].map((id) => s.engine.ledger(s.address, id)));
    expect(ledger.reduce((sum, { badDebt }) => sum + badDebt, 0n)).to.equal(LOSSES[0]);
    expect(ledger.map(({ previousId, epoch }) => [previousId, epoch])).to.deep.equal([
      [0n, 1n],
      [1n, 1n],
    ]);
  });

  it("WO1: numbers go on after a debt that is recorded, but not provisioned, has taken one", async () => {
    const s = await networkHelpers.loadFixture(sunk);
    await s.vault.setMinProvision(0n);
    await impair(s, s.debtors[0]);
    await batch(s, owners(s));
    for (const [i, { address }] of owners(s).entries()) {
      expect((await s.vault.positionOf(address, s.weth)).writeOffId).to.equal(BigInt(i + 1));
      expect((await s.engine.ledger(s.address, i + 1)).badDebt).to.equal(LOSSES[i]);
    }
    expect(await s.vault.openEpoch()).to.equal(2n);
  });

  it("LV1: a solvent position between two that are not is paid for at the totals of its turn", async () => {
    const s = await networkHelpers.loadFixture(sunk);
    const [first, second, third] = owners(s);
    // Fifteen units worth 1,500 against 1,400: closed at a loss to nobody.
    await s.vault.connect(second).supplyCollateral(s.weth, 5n * s.oneCollateral, second!.address);
    const results = await s.vault.connect(s.liquidator).liquidateBatch.staticCall(
      [first!, second!, third!].map(({ address }) => ({
        borrower: address,
        collateral: s.weth,
        maxRepaidAssets: MAX,
        minSeizedAssets: 0n,
      })),
      MAX,
      "0x",
    );
    await batch(s, [first!, second!, third!]);
    expect(results.map(({ badDebtAssets }) => badDebtAssets)).to.deep.equal([LOSSES[0], 0n, LOSSES[2]]);
    const seized = results.reduce((sum, { seizedAssets }) => sum + seizedAssets, 0n);
    const positions = await Promise.all(owners(s).map(({ address }) => s.vault.positionOf(address, s.weth)));
    expect(await s.collateral.balanceOf(s.address)).to.equal(35n * s.oneCollateral - seized);
    expect(positions.reduce((sum, p) => sum + p.collateralAssets, 0n)).to.equal(35n * s.oneCollateral - seized);
    expect(await s.vault.totalPrincipalOf(s.weth)).to.equal(positions.reduce((sum, p) => sum + p.principalAssets, 0n));
    expect(await s.vault.totalDebt()).to.equal(positions.reduce((sum, p) => sum + p.debtAssets, 0n));
    expect(await s.asset.balanceOf(s.address)).to.equal(await s.vault.cash());
  });

  it("closes nothing of a position that is named again without limits, as the plan says", async () => {
    const s = await networkHelpers.loadFixture(sunk);
    const [, second, third] = owners(s);
    await impair(s, second);
    // As above, closed at a loss to nobody.
    await s.vault.connect(third).supplyCollateral(s.weth, 5n * s.oneCollateral, third!.address);
    const named = [...owners(s), ...owners(s)];
    const keys = named.map(({ address }) => ({ borrower: address, collateral: s.weth }));
    const plans = await s.vault.planLosses(keys, 0n, true);
    const items = keys.map((key) => ({ ...key, maxRepaidAssets: MAX, minSeizedAssets: 0n }));
    const results = await s.vault.connect(s.liquidator).liquidateBatch.staticCall(items, MAX, "0x");
    for (const [i, { borrower, collateral }] of keys.entries()) {
      const { failure, repaidAssets, badDebtAssets } = plans[i]!;
      const refused = s.vault.interface.encodeErrorResult("DuplicateItem", [borrower, collateral]);
      expect(failure).to.equal(i < 3 ? "0x" : refused);
      expect([results[i]!.repaidAssets, results[i]!.badDebtAssets]).to.deep.equal([repaidAssets, badDebtAssets]);
      expect(repaidAssets !== 0n).to.equal(i < 3);
    }
  });

  it("WO4: a tranche that fails for each loss leaves all of them to the lenders", async () => {
    const s = await networkHelpers.loadFixture(sunk);
    const hostile = await ethers.deployContract("HostileTranche", [s.asset]);
    await hostile.behave(Behavior.Revert, Behavior.Pay, Behavior.Pay);
    await s.engine.setStack(s.address, [await layer(hostile, Kind.Insurance)]);
    const call = batch(s, owners(s));
    for (const id of [1n, 2n, 3n]) {
      await expect(call)
        .to.emit(s.engine, "TrancheFailed")
        .withArgs(s.address, id, await s.at(hostile));
    }
    expect((await s.vault.lossEpoch(1n)).chargedAssets).to.equal(LOSSES[0]! + LOSSES[1]! + LOSSES[2]!);
  });

  it("WO4: a tranche finds the debts of all gone, and no share price, while it is asked to pay for one", async () => {
    const s = await networkHelpers.loadFixture(sunk);
    const hostile = await ethers.deployContract("HostileTranche", [s.asset]);
    await s.asset.mint(hostile, 100_000n * s.one);
    await hostile.reactWith(s.address, s.vault.interface.encodeFunctionData("totalAssets"));
    await s.engine.setStack(s.address, [await layer(hostile, Kind.Insurance, 2_000_000n)]);
    await batch(s, owners(s));
    expect(await hostile.reactionError()).to.equal(ethers.id("BooksOpen()").slice(0, 10));
    // It paid for all three.
    for (const [i, loss] of LOSSES.entries()) expect((await entry(s, BigInt(i + 1)))[2]).to.equal(loss);
    expect(await s.vault.openEpoch()).to.equal(1n);
  });

  it("WO1: the engine books no loss of an impaired debt with others", async () => {
    const s = await networkHelpers.loadFixture(sunk);
    await impair(s);
    await networkHelpers.impersonateAccount(s.address);
    await networkHelpers.setBalance(s.address, UNIT);
    const vault = await ethers.getSigner(s.address);
    const debt = {
      debtor: s.borrower.address,
      cause: 0n,
      previousId: 0n,
      id: 0n,
      epoch: 1n,
      badDebtAssets: 10n,
      reserveAssets: 10n,
      coverableAssets: 0n,
      insurableAssets: 0n,
    };
    await expect(s.engine.connect(vault).absorbBatch([debt, { ...debt, id: 1n }]))
      .to.be.revertedWithCustomError(s.engine, "UnknownWriteOff")
      .withArgs(s.address, 1n);
    await s.engine.connect(vault).absorbBatch([debt, debt]);
    expect(await s.engine.writeOffCount(s.address)).to.equal(3n);
    expect(await entry(s, 3n)).to.deep.equal([10n, 10n, 0n, 0n, 0n]);
  });
});
