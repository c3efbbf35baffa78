/**
 * A liquidation without a loss has a way of its own through the books when it is alone, the general one in a batch, and is
 * planned by a view before: whatever the position, rules, caps and prices, all three say the same.
 */
import { expect } from "chai";
import { network } from "hardhat";

import { Rng } from "../../../scripts/lib/rng.js";
import { MAX } from "../../helpers/lending.js";
import {
  booksOf,
  changeCollateral,
  changeRisk,
  deployScene,
  E36,
  openPosition,
  type LendingScene,
} from "../../helpers/lendingScene.js";

// A call sees the second of the last block, so what is compared with it must be of the same second. So does an estimate of
// gas, which finds no interest to be booked; the transaction may be of a later second, and needs more.
const { ethers, networkHelpers } = await network.create({
  override: { allowBlocksWithSameTimestamp: true, gasMultiplier: 2 },
});

const DAY = 86_400;
const CASES = 40;
const LEAST_SOLVENT = 12;
/** Whole asset units, as many as shares of 24 decimals and six more have room for. */
const LIQUIDITY = 10n ** 7n;
/** Asset units of principal that one position has room for, with a third borrowed on top. */
const ROOM = (2n ** 94n * 3n) / 5n;
const ANYBODY = "0x00000000000000000000000000000000000000A5";

/** What a liquidator asks for. */
interface Request {
  maxRepaid: bigint;
  minSeized: bigint;
}

/** What became of it: an encoded error or the event's figures, and the books then and, if it was done, a day later. */
interface Outcome {
  failure: string;
  figures: bigint[];
  books: unknown;
  later: unknown;
}

/** A position of any size and age at any price, under rules that governance may set. */
async function throwPosition(scene: LendingScene, rng: Rng): Promise<void> {
  const { vault, oracle, borrower, collateralAddress, assetAddress, one, oneCollateral } = scene;
  const lltvBps = rng.between(5_000n, 9_000n);
  const minIncentiveBps = rng.between(1n, 500n);
  await changeCollateral(scene, {
    lltvBps,
    ltvBps: lltvBps - 200n,
    minIncentiveBps,
    liquidationIncentiveBps: minIncentiveBps + rng.between(0n, 1_000n),
    targetHealthBps: rng.between(10_001n, 12_000n),
  });
  const held = rng.between(1_000n, 10_000_000n * oneCollateral) + 1n;
  const worth = (held * 200n * one) / oneCollateral;
  const most = (worth * (lltvBps - 200n)) / 10_000n;
  const lendable = [most, (LIQUIDITY / 4n) * one, ROOM].reduce((least, each) => (each < least ? each : least));
  const debt = (lendable * rng.between(3_000n, 9_900n)) / 10_000n + 1n;
  await changeRisk(scene, {
    waitingPeriod: rng.pick([0n, BigInt(DAY), 7n * BigInt(DAY)]),
    liquidationFeeBps: rng.pick([0n, 1n, 1_000n, 5_000n]),
  });
  await openPosition(scene, held, debt);
  await networkHelpers.time.increase(rng.integer(0, 10 * DAY));
  await scene.setPrice(400n);
  if (rng.chance(4_000)) {
    await vault.connect(borrower).borrow(collateralAddress, debt / 3n + 1n, borrower.address, borrower.address);
  }
  if (rng.chance(4_000)) await vault.connect(borrower).repay(collateralAddress, debt / 5n + 1n, borrower.address);
  await networkHelpers.time.increase(rng.integer(0, 10 * DAY));
  const owed = (await vault.positionOf(borrower.address, collateralAddress)).debtAssets;
  // Dust may be left, because the smallest debt was raised afterwards.
  await changeRisk(scene, { minDebt: (owed * rng.pick([0n, 1n, 5_000n, 9_000n, 10_001n])) / 10_000n + 1n });
  const value = (owed * rng.between(9_500n, 14_500n)) / 10_000n;
  const priceE36 = (value * E36) / held;
  if (rng.chance(7_000)) return oracle.set(collateralAddress, assetAddress, priceE36).then(() => undefined);
  const highPriceE36 = (priceE36 * rng.between(10_000n, 13_000n)) / 10_000n;
  await oracle.setRange(collateralAddress, assetAddress, priceE36, priceE36 / 2n, highPriceE36);
  if (rng.chance(3_000)) await oracle.setLossBlockedBy(collateralAddress, assetAddress, ANYBODY);
}

async function throwRequest({ vault, borrower, collateralAddress }: LendingScene, rng: Rng): Promise<Request> {
  const { debtAssets, collateralAssets } = await vault.positionOf(borrower.address, collateralAddress);
  const part = (debtAssets * rng.between(1n, 12_000n)) / 10_000n;
  return {
    maxRepaid: rng.pick([MAX, MAX, MAX, part, part, debtAssets, debtAssets - 1n, 1n, 0n]),
    minSeized: rng.pick([0n, 0n, 0n, 0n, 1n, collateralAssets / 2n]),
  };
}

/** The same request alone and in a batch; everything but the way is the same, the second too. */
async function become(scene: LendingScene, send: () => Promise<Outcome["failure"]>): Promise<Outcome> {
  const before = await networkHelpers.takeSnapshot();
  await networkHelpers.time.setNextBlockTimestamp(await networkHelpers.time.latest());
  const failure = await send();
  const figures = await scene.vault.queryFilter(scene.vault.filters.Liquidated(), "latest", "latest");
  const books = await booksOf(scene);
  // A batch that skips its item has interest in the books, which then compounds; a call that reverts has not.
  await networkHelpers.time.increase(DAY);
  const later = failure === "0x" ? await booksOf(scene) : [];
  await before.restore();
  return {
    failure,
    figures: figures.flatMap(({ args }) => [args.repaidAssets, args.feeAssets, args.seizedAssets]),
    books,
    later,
  };
}

/** Sends it and returns the encoded error it is refused with, or "0x". */
async function alone(scene: LendingScene, { maxRepaid, minSeized }: Request): Promise<string> {
  const { vault, liquidator, borrower, collateralAddress } = scene;
  const call = [borrower.address, collateralAddress, maxRepaid, minSeized, MAX, "0x"] as const;
  try {
    await vault.connect(liquidator).liquidate.staticCall(...call);
  } catch (error) {
    await networkHelpers.mine();
    return (error as { data: string }).data;
  }
  await vault.connect(liquidator).liquidate(...call);
  return "0x";
}

/** The same as the only item of a batch, which says what it was skipped for. */
async function batched(scene: LendingScene, { maxRepaid, minSeized }: Request): Promise<string> {
  const { vault, liquidator, borrower, collateralAddress } = scene;
  const item = {
    borrower: borrower.address,
    collateral: collateralAddress,
    maxRepaidAssets: maxRepaid,
    minSeizedAssets: minSeized,
  };
  await vault.connect(liquidator).liquidateBatch([item], MAX, "0x");
  const [skipped] = await vault.queryFilter(vault.filters.BatchItemSkipped(), "latest", "latest");
  return skipped?.args.failure ?? "0x";
}

/** What is planned for a liquidator without bounds. */
async function quoted({
  vault,
  borrower,
  collateralAddress,
}: LendingScene): Promise<Pick<Outcome, "failure" | "figures">> {
  const key = { borrower: borrower.address, collateral: collateralAddress };
  const [plan] = await vault.planLosses([key], 0n, true);
  const { failure, repaidAssets, feeAssets, seizedAssets } = plan!;
  return { failure, figures: failure === "0x" ? [repaidAssets, feeAssets, seizedAssets] : [] };
}

describe("LendingVault: a liquidation alone, in a batch and as it is quoted", () => {
  const decimals: [number, number][] = [
    [18, 18],
    [6, 18],
    [8, 6],
    [2, 0],
    [24, 24],
  ];
  for (const [assetDecimals, collateralDecimals] of decimals) {
    it(`WO3: are one, with ${assetDecimals} and ${collateralDecimals} decimals`, async () => {
      const scene = await deployScene(ethers, {
        assetDecimals,
        collateralDecimals,
        liquidity: LIQUIDITY,
        flatRateWad: 10n ** 10n,
      });
      await changeRisk(scene, { minDebt: 1n });
      const start = await networkHelpers.takeSnapshot();
      const seen = { solvent: 0, lossy: 0, refused: new Set<string>() };
      for (let i = 0; i < CASES; i++) {
        const rng = new Rng(`ways/${assetDecimals}/${collateralDecimals}/${i}`);
        await throwPosition(scene, rng);
        const request = await throwRequest(scene, rng);
        const before = await booksOf(scene);
        const single = await become(scene, () => alone(scene, request));
        const batch = await become(scene, () => batched(scene, request));
        expect(single, `${rng.seed}: alone and in a batch`).to.deep.equal(batch);
        if (request.maxRepaid === MAX && request.minSeized === 0n) {
          const { failure, figures } = single;
          expect({ failure, figures }, `${rng.seed}: as quoted`).to.deep.equal(await quoted(scene));
        }
        if (single.failure !== "0x") {
          expect(single.books, `${rng.seed}: refused`).to.deep.equal(before);
          seen.refused.add(scene.vault.interface.parseError(single.failure)!.name);
        } else {
          const epoch = 5;
          const withLoss = (single.books as unknown[])[epoch] !== before[epoch];
          if (withLoss) seen.lossy++;
          else seen.solvent++;
        }
        await start.restore();
      }
      expect(seen.solvent, "liquidations without a loss").to.be.at.least(LEAST_SOLVENT);
      expect(seen.lossy, "liquidations with a loss").to.be.at.least(1);
      expect([...seen.refused]).to.include.members(["PositionHealthy", "ZeroAssets"]);
    });
  }
});
