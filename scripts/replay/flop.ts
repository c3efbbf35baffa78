/** Runs Maker's loss against the contracts: once with an auction at the prices of history, once with standing bids. */
import { MaxUint256 } from "ethers";

import { eventsOf } from "../lib/chain.ts";
import { type Progress } from "../lib/progress.ts";
import { Rng } from "../lib/rng.ts";
import { sum } from "../lib/units.ts";
import { Lenders } from "./actors/lenders.ts";
import { Stakers } from "./actors/stakers.ts";
import { Underwriters } from "./actors/underwriters.ts";
import { sellLot } from "./flop-auction.ts";
import { noticeCharges } from "./holders.ts";
import { LedgerMirror } from "./ledger-mirror.ts";
import { type FlopBid, type FlopScenario } from "./scenarios/maker-flop.ts";
import { type UnderwriterPlan } from "./scenarios/types.ts";
import { approve, createWorld, fundedActor, type World } from "./world.ts";
import { type WriteOff, WriteOffAudit } from "./write-off-audit.ts";

/** A round must be there a little before the transactions that need it. */
const BEFORE = 60;

/** How tokens paid for the loss. Assets in asset units, tokens in token units. */
export interface FlopSale {
  readonly price: bigint;
  readonly assets: bigint;
  readonly tokens: bigint;
  /** Seconds after the loss; zero for what was paid within the write-off. */
  readonly after: number;
}

/** One run. */
export interface FlopOutcome {
  readonly world: World;
  readonly mirror: LedgerMirror;
  readonly writeOff: WriteOff;
  readonly sales: readonly FlopSale[];
  readonly tokensMinted: bigint;
  /** Lenders' charges and what they have claimed back of them. */
  readonly lendersCharged: bigint;
  readonly lendersClaimed: bigint;
  readonly sharePrices: { readonly before: bigint; readonly loss: bigint; readonly after: bigint };
}

/** Both. */
export interface FlopRun {
  readonly scenario: FlopScenario;
  readonly auction: FlopOutcome;
  readonly standing: FlopOutcome;
}

export async function runFlop(scenario: FlopScenario, progress: Progress): Promise<FlopRun> {
  progress.start("Selling at the prices of history", 1);
  const auction = await runOnce(scenario, []);
  progress.finish(`${auction.sales.length} purchases`);
  progress.start("The same loss with standing bids", 1);
  const standing = await runOnce(scenario, scenario.bids);
  progress.finish(`${standing.sales.length} levels filled`);
  return { scenario, auction, standing };
}

/** @param committed bids that stand before the loss; if there are none, all wait for the auction */
async function runOnce(scenario: FlopScenario, committed: readonly FlopBid[]): Promise<FlopOutcome> {
  const world = await createWorld(scenario.name, scenario.openedAt - BEFORE);
  const mirror = await LedgerMirror.create(world);
  const lenders = new Lenders(world);
  const stakers = new Stakers(world, { count: 1, assets: scenario.buffer });
  const audit = await WriteOffAudit.create(world, mirror, (mined) => {
    noticeCharges(mined, world.vault, lenders.all);
    noticeCharges(mined, world.fund, stakers.all);
  });
  const rng = new Rng(scenario.name);
  await lenders.openWith(
    { initial: 10, utilizationBps: 0n, leaving: 0, joining: 0, joiningAssets: 0n },
    scenario.lent,
    rng.fork("lenders"),
  );
  await stakers.open(rng.fork("stakers"));
  const underwriters = new Underwriters(world, await standingBids(world, scenario, committed), mirror.books);
  await underwriters.open();
  const borrower = await openPosition(world, scenario);

  const before = await sharePrice(world);
  const writeOff = await liquidate(world, scenario, borrower, audit);
  const loss = await sharePrice(world);
  const fills = mirror.books.dilution.fills.map(({ assets, tokens, price }) => ({ price, assets, tokens, after: 0 }));
  const bought = committed.length > 0 ? [] : await sellLot(world, scenario, writeOff, mirror);
  await lenders.claimAll(mirror.books.vaultEpochs);
  await stakers.claimAll(mirror.books.fundEpochs);
  await underwriters.collectAll();
  await mirror.checkAgainstChain();
  const sales = [...fills, ...bought];
  return {
    world,
    mirror,
    writeOff,
    sales,
    tokensMinted: sum(sales, ({ tokens }) => tokens),
    lendersCharged: sum(lenders.all, ({ charged }) => charged),
    lendersClaimed: sum(lenders.all, ({ claimed }) => claimed),
    sharePrices: { before, loss, after: await sharePrice(world) },
  };
}

/** The bids at the book's levels: each at the next one that is not above it. */
async function standingBids(
  { underwriters }: World,
  { lotAssets }: FlopScenario,
  committed: readonly FlopBid[],
): Promise<UnderwriterPlan> {
  const levels: bigint[] = [];
  for (let level = 0n; level < (await underwriters.levelCount()); level++) {
    levels.push((await underwriters.levelOf(level)).price);
  }
  const bids = committed.map(({ price, lots }) => {
    const level = levels.find((candidate) => candidate <= price);
    if (level === undefined) throw new RangeError(`no level at or below ${price}`);
    return { price: level, assets: BigInt(lots) * lotAssets };
  });
  return { bids };
}

async function openPosition(world: World, scenario: FlopScenario): Promise<string> {
  const { chain, vault, collateral, assetFeed, collateralFeed } = world;
  await assetFeed.publish({ updatedAt: scenario.openedAt, answer: scenario.assetAnswer });
  await collateralFeed.publish({ updatedAt: scenario.openedAt + 1, answer: scenario.openingAnswer });
  const account = await chain.actor("borrower");
  await chain.send(account, collateral.mint.populateTransaction(account, scenario.collateral));
  await approve(chain, collateral, account, await vault.getAddress());
  await chain.send(account, vault.supplyCollateral.populateTransaction(collateral, scenario.collateral, account));
  await chain.send(account, vault.borrow.populateTransaction(collateral, scenario.debt, account, account));
  return account;
}

/** All of the collateral is bought at the lowest price; what is then missing goes down the waterfall. */
async function liquidate(
  world: World,
  scenario: FlopScenario,
  borrower: string,
  audit: WriteOffAudit,
): Promise<WriteOff> {
  const { chain, vault, collateral, assetFeed, collateralFeed } = world;
  await assetFeed.publish({ updatedAt: scenario.at - BEFORE, answer: scenario.assetAnswer });
  await collateralFeed.publish({ updatedAt: scenario.at, answer: scenario.lowestAnswer });
  const liquidator = await fundedActor(world, "liquidator", scenario.debt, await vault.getAddress());
  const call = vault.liquidate.populateTransaction(borrower, collateral, scenario.debt, 0n, MaxUint256, "0x");
  const intent = { kind: "liquidation", maxRepaid: scenario.debt } as const;
  const outcome = await audit.watch(borrower, () => chain.send(liquidator, call), intent);
  const [writeOff] = audit.all;
  if (writeOff === undefined || "error" in outcome || eventsOf(outcome, vault, "Liquidated").length !== 1) {
    throw new Error("the position was not liquidated");
  }
  return writeOff;
}

async function sharePrice({ vault }: World): Promise<bigint> {
  return vault.convertToAssets(10n ** (await vault.decimals()));
}
