import { expect } from "chai";
import { network } from "hardhat";

import { MAX, WAD } from "../../helpers/lending.js";
import { divUp } from "../../helpers/lendingModel.js";
import {
  addCollateral,
  booksOf,
  deployScene,
  expectTotals,
  liquidate,
  openPosition,
  type LendingScene,
} from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

/** Collateral worth 1,000 is sold for this when the liquidator is left 1 % of what it pays. */
const PRICE_OF_ALL = divUp(1_000n * WAD * 10_000n, 10_100n);
/** What it covers of a debt that stays. */
const COVERED = (1_000n * WAD * 10_000n) / 10_100n;
const FIRST_LOSS = 1_500n * WAD - PRICE_OF_ALL;
const SECOND_LOSS = 1_400n * WAD - PRICE_OF_ALL;

describe("LendingVault: batches", () => {
  /** Two sunk positions of 10 units each, worth 1,000: debts of 1,500 and 1,400. A third, healthy one is the lender's. */
  async function sunk() {
    const scene = await deployScene(ethers);
    await openPosition(scene, 10n * WAD, 1_500n * WAD);
    await openPosition(scene, 10n * WAD, 1_400n * WAD, scene.other);
    await openPosition(scene, 10n * WAD, 500n * WAD, scene.lender);
    await scene.setPrice(100n);
    return scene;
  }

  const key = (scene: LendingScene, owner: { address: string }, collateral = scene.collateralAddress) => ({
    borrower: owner.address,
    collateral,
  });

  const item = (scene: LendingScene, owner: { address: string }, maxRepaidAssets = MAX, minSeizedAssets = 0n) => ({
    ...key(scene, owner),
    maxRepaidAssets,
    minSeizedAssets,
  });

  const closeBoth = (scene: LendingScene, maxSocialized = MAX) =>
    scene.vault
      .connect(scene.liquidator)
      .liquidateBatch([item(scene, scene.borrower), item(scene, scene.other)], maxSocialized, "0x");

  const encoded = (scene: LendingScene, error: string, args: unknown[]) =>
    scene.vault.interface.encodeErrorResult(error, args);

  describe("of liquidations", () => {
    it("WO1: close several positions, each with its own entry, all in one loss epoch", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, engine, asset, collateral, liquidator, vaultAddress } = scene;
      const before = await vault.totalAssets();
      const paid = await asset.balanceOf(liquidator.address);
      const held = await collateral.balanceOf(liquidator.address);
      await closeBoth(scene);
      expect(await vault.openEpoch()).to.equal(2n);
      expect((await vault.lossEpoch(1n)).chargedAssets).to.equal(FIRST_LOSS + SECOND_LOSS);
      for (const [id, loss] of [FIRST_LOSS, SECOND_LOSS].entries()) {
        const entry = await engine.ledger(vaultAddress, id + 1);
        expect([entry.badDebt, entry.socialized, entry.epoch]).to.deep.equal([loss, loss, 1n]);
      }
      expect(before - (await vault.totalAssets())).to.equal(FIRST_LOSS + SECOND_LOSS);
      expect(paid - (await asset.balanceOf(liquidator.address))).to.equal(2n * PRICE_OF_ALL);
      expect((await collateral.balanceOf(liquidator.address)) - held).to.equal(20n * WAD);
      expect(await vault.totalDebt()).to.equal(500n * WAD);
      expect(await vault.cash()).to.equal(1_000_000n * WAD - 3_400n * WAD + 2n * PRICE_OF_ALL);
    });

    it("do to the vault what the single calls do", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const snapshot = await networkHelpers.takeSnapshot();
      await liquidate(scene);
      await liquidate(scene, { owner: scene.other });
      const single = await booksOf(scene);
      await snapshot.restore();
      await closeBoth(scene);
      const batch = await booksOf(scene);
      // Only the number of the open epoch differs: two losses in two epochs, or in one.
      expect([single[5], batch[5]]).to.deep.equal([3n, 2n]);
      expect(batch.with(5, 0n)).to.deep.equal(single.with(5, 0n));
    });

    it("return what each took, and enforce one bound for all of them", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const half = PRICE_OF_ALL / 2n;
      const results = await scene.vault
        .connect(scene.liquidator)
        .liquidateBatch.staticCall([item(scene, scene.borrower, half), item(scene, scene.other)], MAX, "0x");
      expect(results[0]!.repaidAssets).to.equal(half);
      expect(results[0]!.seizedAssets).to.equal((10n * WAD * half) / PRICE_OF_ALL);
      expect([...results[1]!]).to.deep.equal([PRICE_OF_ALL, 0n, 10n * WAD, SECOND_LOSS, SECOND_LOSS]);
      await expect(closeBoth(scene, FIRST_LOSS + SECOND_LOSS - 1n))
        .to.be.revertedWithCustomError(scene.vault, "ExceedsMaxSocialized")
        .withArgs(FIRST_LOSS + SECOND_LOSS, FIRST_LOSS + SECOND_LOSS - 1n);
      await closeBoth(scene, FIRST_LOSS + SECOND_LOSS);
    });

    it("report what cannot be closed, and go on", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, oracle, borrower, other, lender, liquidator, stranger, assetAddress } = scene;
      const dead = await addCollateral(ethers, scene, other);
      await vault.connect(other).supplyCollateral(dead.address, WAD, other.address);
      await vault.connect(other).borrow(dead.address, 100n * WAD, other.address, other.address);
      await oracle.setDead(dead.address, assetAddress, true);
      const foreign = { ...item(scene, borrower), collateral: stranger.address };
      const call = vault
        .connect(liquidator)
        .liquidateBatch(
          [
            item(scene, lender),
            foreign,
            { ...item(scene, other), collateral: dead.address },
            item(scene, borrower),
            item(scene, borrower),
            item(scene, other, MAX, 10n * WAD + 1n),
            item(scene, other, 0n),
            item(scene, other),
          ],
          MAX,
          "0x",
        );
      const address = scene.collateralAddress;
      const skipped: [string, string, string][] = [
        // 1,000 x 80 % / 500
        [lender.address, address, encoded(scene, "PositionHealthy", [lender.address, address, (16n * WAD) / 10n])],
        [borrower.address, stranger.address, encoded(scene, "UnknownCollateral", [stranger.address])],
        [other.address, dead.address, oracle.interface.encodeErrorResult("PriceDead", [dead.address, assetAddress])],
        [borrower.address, address, encoded(scene, "DuplicateItem", [borrower.address, address])],
        [other.address, address, encoded(scene, "SeizesTooLittle", [10n * WAD, 10n * WAD + 1n])],
        [other.address, address, encoded(scene, "ZeroAssets", [])],
      ];
      for (const args of skipped)
        await expect(call)
          .to.emit(vault, "BatchItemSkipped")
          .withArgs(...args);
      expect((await vault.positionOf(borrower.address, address)).debtAssets).to.equal(0n);
      expect((await vault.positionOf(other.address, address)).debtAssets).to.equal(0n);
      expect((await vault.positionOf(other.address, dead.address)).debtAssets).to.equal(100n * WAD);
      expect((await vault.lossEpoch(1n)).chargedAssets).to.equal(FIRST_LOSS + SECOND_LOSS);
    });

    it("hand over what each collateral comes to, in whatever order its positions stand", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, oracle, collateral, borrower, other, lender, liquidator, assetAddress } = scene;
      const second = await addCollateral(ethers, scene, other);
      await vault.connect(other).supplyCollateral(second.address, 7n * WAD, other.address);
      await vault.connect(other).borrow(second.address, 1_000n * WAD, other.address, other.address);
      // Seven units worth 700, sold for 693.07; the other two positions as ever.
      await oracle.set(second.address, assetAddress, 100n * 10n ** 36n);
      const price = divUp(700n * WAD * 10_000n, 10_100n);
      const before = await collateral.balanceOf(liquidator.address);
      await vault
        .connect(liquidator)
        .liquidateBatch(
          [
            item(scene, borrower),
            { ...item(scene, other), collateral: second.address },
            item(scene, lender),
            item(scene, other),
          ],
          MAX,
          "0x",
        );
      expect((await collateral.balanceOf(liquidator.address)) - before).to.equal(20n * WAD);
      expect(await second.token.balanceOf(liquidator.address)).to.equal(7n * WAD);
      await expectTotals(scene, 0n, 0n, second.address);
      await expectTotals(scene, 500n * WAD, 10n * WAD);
      expect((await vault.positionOf(lender.address, scene.collateralAddress)).debtAssets).to.equal(500n * WAD);
      expect((await vault.lossEpoch(1n)).chargedAssets).to.equal(FIRST_LOSS + SECOND_LOSS + 1_000n * WAD - price);
    });

    it("of nothing that can be closed change nothing", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const before = await booksOf(scene);
      await scene.vault.connect(scene.liquidator).liquidateBatch([item(scene, scene.lender)], 0n, "0x");
      expect(await booksOf(scene)).to.deep.equal(before);
    });

    it("RE1: recoveries of one position's debt stop at that debt, although the epoch is shared", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, engine, asset, lender, other, vaultAddress, engineAddress } = scene;
      await closeBoth(scene);
      await asset.connect(other).approve(engineAddress, MAX);
      await engine.connect(other).recover(vaultAddress, 2n, MAX);
      expect(await vault.recoveredOf(1n)).to.equal(SECOND_LOSS);
      expect((await vault.positionOf(other.address, scene.collateralAddress)).writeOffId).to.equal(0n);
      expect((await vault.positionOf(scene.borrower.address, scene.collateralAddress)).writeOffId).to.equal(1n);
      await expect(engine.connect(other).recover(vaultAddress, 2n, 1n)).to.be.revertedWithCustomError(
        engine,
        "NothingOutstanding",
      );
      await engine.connect(other).recover(vaultAddress, 1n, MAX);
      expect(await vault.recoveredOf(1n)).to.equal(FIRST_LOSS + SECOND_LOSS);
      // The lender held all shares but the virtual ones.
      expect(await vault.claimableRecovery(lender.address, 1n)).to.be.closeTo(FIRST_LOSS + SECOND_LOSS, 2n * 10n ** 6n);
    });

    it("close an impaired position once: what it was charged in a batch can be given back only after it", async () => {
      // Of a token of few decimals, both halves of a loss round up: one unit is charged for the first, and one of the provision
      // is left when the second has been booked.
      const scene = await deployScene(ethers, { assetDecimals: 6, collateralDecimals: 6 });
      const { vault, borrower, liquidator, collateralAddress, one } = scene;
      await vault.setMinProvision(10n * one);
      await openPosition(scene, 10n * one, 1_500n * one);
      await scene.setPrice(101n);
      await vault.impair(borrower.address, collateralAddress);
      const items = [item(scene, borrower, 300n * one + 7n), item(scene, borrower)];
      await expect(vault.connect(liquidator).liquidateBatch(items, MAX, "0x"))
        .to.emit(vault, "BatchItemSkipped")
        .withArgs(
          borrower.address,
          collateralAddress,
          encoded(scene, "DuplicateItem", [borrower.address, collateralAddress]),
        );
      await vault.connect(liquidator).liquidateBatch([items[1]!], MAX, "0x");
      expect((await vault.positionOf(borrower.address, collateralAddress)).debtAssets).to.equal(0n);
      expect((await vault.provisions()).provisionedAssets).to.equal(0n);
    });

    it("lend the collateral for one callback", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, asset, collateral, other, borrower, vaultAddress } = scene;
      const seller = await ethers.deployContract("CallbackLiquidator", [await collateral.getAddress()]);
      const address = await seller.getAddress();
      const actions = [
        [await asset.getAddress(), asset.interface.encodeFunctionData("mint", [address, 2n * PRICE_OF_ALL])],
        [await asset.getAddress(), asset.interface.encodeFunctionData("approve", [vaultAddress, MAX])],
      ];
      const data = ethers.AbiCoder.defaultAbiCoder().encode(["tuple(address,bytes)[]"], [actions]);
      const items = [item(scene, borrower), item(scene, other)];
      await seller.act(vaultAddress, vault.interface.encodeFunctionData("liquidateBatch", [items, MAX, data]));
      const sight = await seller.sight();
      expect([sight.owedAssets, sight.seizedAssets, sight.collateralBalance]).to.deep.equal([
        2n * PRICE_OF_ALL,
        20n * WAD,
        20n * WAD,
      ]);
      // The books were complete before the callback ran.
      expect(sight.totalAssets).to.equal(1_000_000n * WAD - FIRST_LOSS - SECOND_LOSS);
      expect(await asset.balanceOf(address)).to.equal(0n);
    });
  });

  describe("of impairments and write-offs", () => {
    it("WO1: write off what is not covered of several debts in one loss epoch", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, engine, borrower, other, lender, vaultAddress } = scene;
      const keys = [key(scene, borrower), key(scene, other), key(scene, lender)];
      expect(await vault.impairBatch.staticCall(keys)).to.deep.equal([
        1_500n * WAD - COVERED,
        1_400n * WAD - COVERED,
        0n,
      ]);
      await expect(vault.impairBatch(keys))
        .to.emit(vault, "BatchItemSkipped")
        .withArgs(
          lender.address,
          scene.collateralAddress,
          encoded(scene, "PositionSolvent", [lender.address, scene.collateralAddress, 500n * WAD, COVERED]),
        );
      await networkHelpers.time.increase(3_600);
      await scene.setPrice(100n);
      await vault.writeOffBatch(keys, MAX);
      expect((await vault.lossEpoch(1n)).chargedAssets).to.equal(2_900n * WAD - 2n * COVERED);
      expect(await vault.openEpoch()).to.equal(2n);
      expect((await engine.ledger(vaultAddress, 2n)).socialized).to.equal(1_400n * WAD - COVERED);
      expect((await vault.positionOf(other.address, scene.collateralAddress)).debtAssets).to.equal(COVERED);
    });

    it("skip what is not confirmed, with the reason", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, borrower, other } = scene;
      await vault.impair(borrower.address, scene.collateralAddress);
      await networkHelpers.time.increase(3_600);
      await scene.setPrice(100n);
      const call = vault.writeOffBatch([key(scene, other), key(scene, borrower)], MAX);
      await expect(call)
        .to.emit(vault, "BatchItemSkipped")
        .withArgs(
          other.address,
          scene.collateralAddress,
          encoded(scene, "NotConfirmed", [other.address, scene.collateralAddress, 0n, 3_600n, 90_000n]),
        );
      expect((await vault.lossEpoch(1n)).chargedAssets).to.equal(1_500n * WAD - COVERED);
    });

    it("IM1: provisions of one epoch are given back each on its own", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, lender, borrower, other } = scene;
      await vault.setMinProvision(10n * WAD);
      const before = await vault.totalAssets();
      await vault.impairBatch([key(scene, borrower), key(scene, other)]);
      expect((await vault.lossEpoch(1n)).chargedAssets).to.equal(2_900n * WAD - 2n * COVERED);
      expect(before - (await vault.totalAssets())).to.equal(2_900n * WAD - 2n * COVERED);
      // The first heals; the second is lost.
      await vault.connect(borrower).supplyCollateral(scene.collateralAddress, 10n * WAD, borrower.address);
      expect(await vault.recoveredOf(1n)).to.equal(1_500n * WAD - COVERED);
      await liquidate(scene, { owner: other });
      expect(await vault.openEpoch()).to.equal(2n);
      // A liquidator pays a unit more than what a standing debt counts as covered.
      expect(await vault.recoveredOf(1n)).to.equal(1_500n * WAD - COVERED + (PRICE_OF_ALL - COVERED));
      expect(before - (await vault.totalAssets())).to.equal(2_900n * WAD - 2n * COVERED);
      await vault.connect(lender).claimRecovery(lender.address, [1n], lender.address);
      expect(before - (await vault.totalAssets())).to.be.closeTo(2_900n * WAD - 2n * COVERED, 1n);
    });
  });

  it("OR1: a batch reads one price for all positions in a collateral", async () => {
    const scene = await networkHelpers.loadFixture(sunk);
    const { oracle, vault, collateralAddress, assetAddress, vaultAddress, borrower, other, liquidator } = scene;
    const quotes = await oracle.getLossQuotes([10n * WAD, 3n], collateralAddress, assetAddress);
    expect(quotes.map(({ primaryAssets }) => primaryAssets)).to.deep.equal([1_000n * WAD, 300n]);
    const data = vault.interface.encodeFunctionData("liquidateBatch", [
      [item(scene, borrower), item(scene, other)],
      MAX,
      "0x",
    ]);
    const trace = (await ethers.provider.send("debug_traceCall", [
      { from: liquidator.address, to: vaultAddress, data },
      "latest",
      { disableStorage: true, disableMemory: true },
    ])) as { structLogs: { op: string; stack?: string[] }[] };
    const oracleAddress = BigInt(await oracle.getAddress());
    const reads = trace.structLogs.filter(
      ({ op, stack }) => op === "STATICCALL" && BigInt(prefixed(stack!.at(-2)!)) === oracleAddress,
    );
    expect(reads.length).to.equal(1);
  });
});

/** Some nodes print stack words without their prefix. */
function prefixed(word: string): string {
  return word.startsWith("0x") ? word : `0x${word}`;
}
