/**
 * Debtors who pay back all that was written off of their loans, by the numbers of the write-offs. As long as something
 * is outstanding a position cannot borrow; afterwards it is clean again, and does.
 */
import { type Refusal } from "../lib/chain.ts";
import { sum } from "../lib/units.ts";
import { type Climb, climb, totalOf } from "../lib/waterfall.ts";
import { type Buybacks } from "./actors/buybacks.ts";
import { type LedgerMirror, type Recovery } from "./ledger-mirror.ts";
import { type Positions, type TrackedPosition } from "./positions.ts";
import { approve, fundedActor, type World } from "./world.ts";

/** How it went. Assets in asset units. */
export interface PaidBack {
  readonly borrower: number;
  readonly account: string;
  /** Write-offs of its position, newest first. */
  readonly ids: readonly bigint[];
  /** What it was told when it wanted to borrow before. */
  readonly refusal: Refusal;
  readonly paid: bigint;
  /** Who received it. */
  readonly received: Climb;
  /** What it borrowed afterwards. */
  readonly borrowedAgain: bigint;
}

interface Ledgers {
  readonly positions: Positions;
  readonly mirror: LedgerMirror;
  readonly buybacks: Buybacks;
}

/** New collateral is worth this many times the new debt. */
const COLLATERAL_RATIO = 2n;

/**
 * Two debtors pay everything: the one whose lenders are owed most, and the one whose dilution layer is.
 * @param borrowsAgain debt each takes up afterwards, asset units
 */
export async function payBackDebts(world: World, ledgers: Ledgers, borrowsAgain: bigint): Promise<PaidBack[]> {
  const all: PaidBack[] = [];
  for (const layer of ["toLenders", "toDilution"] as const) {
    const position = await debtor(world, ledgers, layer);
    if (position !== undefined) all.push(await payBack(world, ledgers, position, borrowsAgain));
  }
  return all;
}

async function payBack(
  world: World,
  { mirror, buybacks }: Ledgers,
  position: TrackedPosition,
  borrowsAgain: bigint,
): Promise<PaidBack> {
  const { chain, vault, engine, collateral } = world;
  const { account } = position;
  await supplyMore(world, account, borrowsAgain);
  const borrow = (): ReturnType<typeof vault.borrow.populateTransaction> =>
    vault.borrow.populateTransaction(collateral, borrowsAgain, account, account);
  const refusal = await chain.attempt(account, borrow());
  if (!("error" in refusal)) throw new Error("a position in default has borrowed");

  const ids: bigint[] = [];
  const recoveries: Recovery[] = [];
  let { writeOffId } = await vault.positionOf(account, collateral);
  while (writeOffId !== 0n) {
    const assets = await engine.outstanding(vault, writeOffId);
    await fundedActor(world, `borrower ${position.borrower.index + 1}`, assets, await engine.getAddress());
    const mined = await chain.send(account, engine.recover.populateTransaction(vault, writeOffId, assets));
    mirror.follow(mined);
    buybacks.notice(mined);
    recoveries.push(...mirror.recoveries.slice(-1));
    ids.push(writeOffId);
    ({ writeOffId } = await vault.positionOf(account, collateral));
  }
  await chain.send(account, borrow());
  const received = {
    toLenders: sum(recoveries, ({ toLenders }) => toLenders),
    toDilution: sum(recoveries, ({ toDilution }) => toDilution),
    toInsurance: sum(recoveries, ({ toInsurance }) => toInsurance),
    toReserves: sum(recoveries, ({ toReserves }) => toReserves),
  };
  const paid = received.toLenders + received.toDilution + received.toInsurance + received.toReserves;
  return { borrower: position.borrower.index + 1, account, ids, refusal, paid, received, borrowedAgain: borrowsAgain };
}

/** Of the positions in default, the one of whose newest write-off this layer is owed most. */
async function debtor(
  { vault, collateral }: World,
  { positions, mirror }: Ledgers,
  layer: keyof Climb,
): Promise<TrackedPosition | undefined> {
  let most = 0n;
  let found: TrackedPosition | undefined;
  for (const position of positions.all) {
    const { writeOffId } = await vault.positionOf(position.account, collateral);
    const entry = mirror.entries.get(writeOffId);
    if (entry === undefined) continue;
    const owed = climb(entry, entry.recovered, totalOf(entry) - entry.recovered)[layer];
    if (owed > most) [most, found] = [owed, position];
  }
  return found;
}

/** Brings enough collateral for the new debt. */
async function supplyMore(world: World, account: string, debt: bigint): Promise<void> {
  const { chain, vault, collateral, assetFeed, collateralFeed, assetInfo, collateralInfo } = world;
  const worth = debt * COLLATERAL_RATIO * assetFeed.answer * 10n ** BigInt(collateralInfo.decimals);
  const added = worth / (collateralFeed.answer * 10n ** BigInt(assetInfo.decimals));
  await chain.send(account, collateral.mint.populateTransaction(account, added));
  await approve(chain, collateral, account, await vault.getAddress());
  await chain.send(account, vault.supplyCollateral.populateTransaction(collateral, added, account));
}
