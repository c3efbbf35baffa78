import { expect } from "chai";
import { network } from "hardhat";

import { deployDilutionLayer, deployInsurance } from "../../helpers/layers.js";
import { fundAccount, MAX, WAD } from "../../helpers/lending.js";
import { deployScene, openPosition } from "../../helpers/lendingScene.js";
import { dice } from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

const DAY = 86_400;
/** 16 levels from 100 down to 25 asset units a token, in steps of 5, each with an odd wei. */
const PRICES = Array.from({ length: 16 }, (_, k) => (100n - 5n * BigInt(k)) * WAD + 7n * BigInt(k) + 3n);

/**
 * A vault with reserves, a fund of 700, bids at three levels, and five positions of 10 units each: four aged, one young.
 * The rate is zero from here on and the fund's draw limits are wide, so that a quote and what follows it a second later
 * see the same state.
 */
async function fullStack() {
  const scene = await deployScene(ethers, { flatRateWad: 10n ** 9n, waitingPeriod: 3_600n, minIncentiveBps: 150n });
  const { vault, vaultAddress, asset, engine, collateral } = scene;
  const signers = await ethers.getSigners();
  const borrowers = signers.slice(6, 11);
  for (const account of borrowers) await fundAccount(collateral, account, vaultAddress, 1_000n * WAD);
  const open = (i: number, debt: bigint) => openPosition(scene, 10n * WAD, debt, borrowers[i]);
  for (const [i, debt] of [1_450n, 1_300n, 1_111n, 999n].entries()) await open(i, debt * WAD + 12_345n);
  await networkHelpers.time.increase(300 * DAY);
  await scene.setPrice(200n);
  await open(4, 1_499n * WAD + 1n);
  await vault.setRateModel({
    baseRateWad: 0n,
    slopeBelowKinkWad: 0n,
    slopeAboveKinkWad: 0n,
    kinkBps: 8_000n,
    reserveFactorBps: 1_000n,
  });
  const fund = await deployInsurance(ethers, scene);
  await asset.connect(scene.other).approve(await fund.getAddress(), MAX);
  await fund.connect(scene.other).deposit(700n * WAD, scene.other.address);
  const { dilution, book, token } = await deployDilutionLayer(ethers, scene, scene.admin, {
    limits: { hourCap: 30n * WAD, monthCap: 1_000n * WAD, lifetimeCap: 10_000n * WAD },
    sale: { startPrice: 150n * WAD, floorPrice: 40n * WAD, fallSeconds: 3_600n, saleSeconds: 7_200n },
    levels: PRICES,
  });
  await engine.setStack(vaultAddress, [
    { tranche: await fund.getAddress(), gasStipend: 600_000n, kind: 0n },
    { tranche: await dilution.getAddress(), gasStipend: 2_500_000n, kind: 1n },
  ]);
  await asset.connect(scene.other).approve(await book.getAddress(), MAX);
  for (const [level, assets] of [150n, 333n, 271n].entries()) {
    await book.connect(scene.other).commit(level * 2, assets * WAD + 5n, scene.other.address);
  }
  const lens = await ethers.deployContract("SolvencyLens");
  return { ...scene, fund, dilution, book, lens, token, borrowers };
}

type Room = Awaited<ReturnType<typeof fullStack>>;

/** What really happened since `firstId`, read from ledger, token and vault. */
async function outcome(room: Room, firstId: bigint, mintedBefore: bigint) {
  const { engine, vault, dilution, token, vaultAddress } = room;
  const sum = { badDebt: 0n, reserves: 0n, insurance: 0n, dilutionCash: 0n, socialized: 0n, offered: 0n };
  const auction = await ethers.getContractAt("DebtAuction", await dilution.debtAuction());
  for (let id = firstId; id <= (await engine.writeOffCount(vaultAddress)); id++) {
    const entry = await engine.ledger(vaultAddress, id);
    sum.badDebt += entry.badDebt;
    sum.reserves += entry.reserves;
    sum.insurance += entry.insurance;
    sum.dilutionCash += entry.dilutionCash;
    sum.socialized += entry.socialized;
    sum.offered += await auction.remainingTokens(vaultAddress, id);
  }
  const minted = (await token.totalSupply()) - mintedBefore;
  return { ...sum, minted, price: await vault.convertToAssets(10n ** (await vault.decimals())) };
}

const quoted = (quote: Awaited<ReturnType<Room["lens"]["quotePriceDrop"]>>) => ({
  badDebt: quote.badDebtAssets,
  reserves: quote.reserveAssets,
  insurance: quote.insuranceAssets,
  dilutionCash: quote.dilutionAssets,
  socialized: quote.socializedAssets,
  offered: quote.offeredTokens,
  minted: quote.mintedTokens,
  price: quote.sharePriceAfter,
});

const liquidateAll = ({ vault, liquidator, collateralAddress }: Room, order: { address: string }[]) =>
  vault.connect(liquidator).liquidateBatch(
    order.map(({ address }) => ({
      borrower: address,
      collateral: collateralAddress,
      maxRepaidAssets: MAX,
      minSeizedAssets: 0n,
    })),
    MAX,
    "0x",
  );

describe("SolvencyLens: quotes", () => {
  describe("WO3: a price drop is quoted as it is then executed, to the unit, whatever the order", () => {
    for (let seed = 1; seed <= 24; seed++) {
      it(`seed ${seed}`, async () => {
        const room = await networkHelpers.loadFixture(fullStack);
        const { vault, lens, lender, collateralAddress: collateral, token, borrowers } = room;
        const throwDice = dice(BigInt(seed) * 7_919n);
        const roll = (below: number) => Number(throwDice(BigInt(below)));
        const order = borrowers
          .map((account) => ({ account, rank: roll(1_000) }))
          .sort((a, b) => a.rank - b.rank)
          .slice(0, 1 + roll(5))
          .map(({ account }) => account);
        const price = 60 + roll(90);
        if (roll(2) === 0) await vault.setMinProvision(WAD);
        // Some of them are impaired already, at a price of their own.
        await room.setPrice(BigInt(price + roll(20)));
        for (const account of borrowers) {
          if (roll(3) === 0) await vault.impair(account.address, collateral).catch(() => undefined);
        }
        await room.setPrice(200n);
        const drop = BigInt(10_000 - price * 50);
        const addresses = order.map(({ address }) => address);
        const before = await lens.quotePriceDrop(vault, collateral, drop, addresses);
        const [held, lost] = await lens.quoteLoss(vault, lender.address, collateral, drop, addresses);
        const firstId = (await room.engine.writeOffCount(room.vaultAddress)) + 1n;
        const impaired = await Promise.all(
          addresses.map(async (address) => (await vault.positionOf(address, collateral)).impairmentId),
        );
        await room.setPrice(BigInt(price));
        expect(quoted(await lens.quotePriceDrop(vault, collateral, 0n, addresses))).to.deep.equal(quoted(before));
        const minted = await token.totalSupply();
        expect(await vault.convertToAssets(await vault.balanceOf(lender.address))).to.equal(held);
        await liquidateAll(room, order);
        const known = impaired.filter((id) => id !== 0n);
        const from = known.length === 0 ? firstId : known.reduce((a, b) => (a < b ? a : b));
        expect(quoted(before)).to.deep.equal(await outcome(room, from, minted));
        expect(await vault.convertToAssets(await vault.balanceOf(lender.address))).to.equal(held - lost);
      });
    }
  });

  it("WO3: one write-off without a liquidator, which a caller can have enforced", async () => {
    const room = await networkHelpers.loadFixture(fullStack);
    const { vault, lens, token, collateralAddress: collateral, borrowers } = room;
    const debtor = borrowers[0]!;
    await room.fund.setDrawCaps(100n * WAD, 10n ** 30n); // so that bids of 754 do not pay for all of it
    await room.setPrice(10n);
    await vault.impair(debtor.address, collateral);
    await networkHelpers.time.increase(3_601);
    await room.setPrice(10n);
    const [quote, plan] = await lens.quoteWriteOff(vault, debtor.address, collateral, false);
    // 10 units at 10 cover 100 / 1.015 of the debt.
    expect(plan.coveredAssets).to.equal((100n * WAD * 10_000n) / 10_150n);
    expect(plan.badDebtAssets).to.be.closeTo(plan.debtAssets - plan.coveredAssets, 1n);
    const minted = await token.totalSupply();
    const key = [debtor.address, collateral] as const;
    await expect(vault.writeOff(...key, quote.socializedAssets - 1n)).to.be.revertedWithCustomError(
      vault,
      "ExceedsMaxSocialized",
    );
    await vault.writeOff(...key, quote.socializedAssets);
    expect(quote.socializedAssets).to.be.greaterThan(WAD);
    expect(quoted(quote)).to.deep.equal(await outcome(room, 1n, minted));
  });

  it("shows the layers with where they attach and detach", async () => {
    const room = await networkHelpers.loadFixture(fullStack);
    const { vault, lens, fund, dilution, vaultAddress } = room;
    const reserves = await vault.reserves();
    await fund.setDrawCaps(650n * WAD, 10n ** 30n);
    // The hourly draw cap of 650 is less than the 700 in the fund. Bids: 150 / 100 + 333 / 90 + 271 / 80 tokens, well
    // within 30, so all of them pay to the last unit.
    const bids = 754n * WAD + 15n;
    const layers = await lens.coverage(vault);
    expect(layers.map(({ kind }) => kind)).to.deep.equal([0n, 1n, 2n, 3n]);
    expect(layers.map(({ payer }) => payer)).to.deep.equal([
      vaultAddress,
      await fund.getAddress(),
      await dilution.getAddress(),
      vaultAddress,
    ]);
    expect(layers[0]!.capacity).to.equal(reserves);
    expect(layers[1]!.capacity).to.equal(650n * WAD);
    expect(layers[2]!.capacity).to.equal(bids);
    expect(layers[3]!.capacity).to.equal(await vault.totalAssets());
    let attachment = 0n;
    for (const { attachmentPoint, detachmentPoint, capacity } of layers) {
      expect(attachmentPoint).to.equal(attachment);
      attachment += capacity;
      expect(detachmentPoint).to.equal(attachment);
    }
  });

  it("says why a position cannot be closed at a loss, and quotes nothing for it", async () => {
    const room = await networkHelpers.loadFixture(fullStack);
    const { vault, lens, oracle, assetAddress, collateralAddress: collateral, borrowers } = room;
    const debtor = borrowers[1]!.address;
    const [quote, plan] = await lens.quoteWriteOff(vault, debtor, collateral, true);
    expect(vault.interface.parseError(plan.failure)!.name).to.equal("PositionHealthy");
    expect([quote.badDebtAssets, quote.sharePriceAfter]).to.deep.equal([0n, quote.sharePriceBefore]);
    await oracle.setDead(collateral, assetAddress, true);
    const [, unpriced] = await lens.quoteWriteOff(vault, debtor, collateral, true);
    expect(unpriced.failure).to.equal(oracle.interface.encodeErrorResult("PriceDead", [collateral, assetAddress]));
    const [status] = await lens.positions(vault, [{ borrower: debtor, collateral }]);
    expect([status!.healthWad, status!.failure]).to.deep.equal([0n, unpriced.failure]);
    await expect(lens.quotePriceDrop(vault, collateral, 10_001n, [debtor]))
      .to.be.revertedWithCustomError(vault, "ParameterOutOfRange")
      .withArgs(ethers.encodeBytes32String("dropBps"), 10_001n, 0n, 10_000n);
  });

  it("lists what a debtor owes of written-off debts, until it is paid", async () => {
    const room = await networkHelpers.loadFixture(fullStack);
    const { vault, lens, engine, asset, other, liquidator, collateralAddress: collateral, borrowers } = room;
    const debtor = borrowers[0]!.address;
    await room.setPrice(80n);
    await vault.connect(liquidator).liquidate(debtor, collateral, 400n * WAD, 0n, MAX, "0x");
    await vault.connect(liquidator).liquidate(debtor, collateral, MAX, 0n, MAX, "0x");
    const [ids, owed] = await lens.defaultsOf(vault, debtor, collateral);
    const losses = await Promise.all([2n, 1n].map((id) => engine.ledger(room.vaultAddress, id)));
    expect([[...ids], [...owed]]).to.deep.equal([[2n, 1n], losses.map(({ badDebt }) => badDebt)]);
    await asset.connect(other).approve(room.engineAddress, MAX);
    for (const id of ids) await engine.connect(other).recover(room.vaultAddress, id, MAX);
    expect(await lens.defaultsOf(vault, debtor, collateral)).to.deep.equal([[], []]);
  });
});
