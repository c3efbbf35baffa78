/**
 * What if, for margin accounts: the price of an account's largest market moves against it, down for a long and up for a
 * short, until it owes a part of its notional; it is recorded and closed; then the price goes back. One account after the
 * other, because what ruins a long saves a short; what one takes out of the layers the next does not find there.
 */
import { MARGIN_LENS, MARGIN_VAULT } from "../abi.ts";
import { priceForEquity, standingOf } from "../book/margin-health.ts";
import {
  type AccountRow,
  decodeAccounts,
  decodeLegs,
  decodeMarkets,
  type Leg,
  type Market,
} from "../book/margin-rows.ts";
import { type VaultBasics } from "../book/vaults.ts";
import { closing } from "../strategies/liquidate-margin.ts";
import { type Copy } from "./copy.ts";
import { attempt, type Ending, ending } from "./ending.ts";
import { type Feed, publish, takeOver } from "./feeds.ts";

/** One account, as the report has it; amounts in asset units, prices in asset units x 1e18 per whole unit, as texts. */
export interface RehearsedAccount extends Ending {
  readonly trader: string;
  /** Market whose price was moved; -1 if none could be. */
  readonly marketId: number;
  readonly priceBefore: string;
  readonly priceAfter: string;
  readonly equityBefore: string;
  readonly equityAfter: string;
}

const BPS = 10_000n;
/** Part of its notional that an account shall owe. */
const LOSS_BPS = 500n;

interface Account {
  readonly row: AccountRow;
  readonly legs: readonly Leg[];
  readonly markets: readonly Market[];
}

export async function forceMarginInsolvent(
  copy: Copy,
  lens: string,
  vault: VaultBasics,
  traders: readonly string[],
): Promise<RehearsedAccount[]> {
  const feeds = new Map<number, Feed[]>();
  for (const [marketId, { underlying }] of (await marketsOf(copy, lens, vault)).entries()) {
    feeds.set(marketId, await takeOver(copy, vault.oracle, underlying));
  }
  const back = async () => publish(copy, [...feeds.values()].flat());
  await back();
  const report: RehearsedAccount[] = [];
  for (const trader of traders) {
    report.push(await ruin(copy, lens, vault, trader, feeds));
    await back();
  }
  return report;
}

async function ruin(
  copy: Copy,
  lens: string,
  vault: VaultBasics,
  trader: string,
  feeds: ReadonlyMap<number, readonly Feed[]>,
): Promise<RehearsedAccount> {
  const before = await accountOf(copy, lens, vault, trader);
  const standing = standingOf(before.row, before.legs, before.markets);
  const marketId = standing?.markets[0] ?? -1;
  const primary = before.markets[marketId]?.primaryWad ?? 0n;
  const target = -((standing?.notionalAssets ?? 0n) * LOSS_BPS) / BPS;
  const price = priceForEquity(before.row, before.legs, before.markets, marketId, target);
  if (price !== undefined) {
    const moved = (feeds.get(marketId) ?? []).map((feed) => ({ ...feed, answer: (feed.answer * price) / primary }));
    await publish(copy, moved);
  }
  const after = await accountOf(copy, lens, vault, trader);
  const ruined = standingOf(after.row, after.legs, after.markets);
  const impaired = await attempt(copy, vault.address, MARGIN_VAULT.encodeFunctionData("impair", [trader]));
  // An account that cannot be ruined is not closed in part for the sake of it.
  const closed =
    ruined === undefined || ruined.equityAssets >= 0n
      ? impaired
      : await attempt(copy, vault.address, closing(trader, Math.max(0, marketId)));
  const stood = "NoPriceRuinsIt: it has no position, or its market would have to fall below nothing";
  return {
    ...{ trader, marketId, priceBefore: primary.toString() },
    priceAfter: (after.markets[marketId]?.primaryWad ?? 0n).toString(),
    equityBefore: (standing?.equityAssets ?? 0n).toString(),
    equityAfter: (ruined?.equityAssets ?? 0n).toString(),
    ...ending(ruined?.shortfallAssets ?? 0n, impaired, price === undefined ? stood : closed),
  };
}

async function marketsOf(copy: Copy, lens: string, vault: VaultBasics): Promise<Market[]> {
  return decodeMarkets(await copy.call(lens, MARGIN_LENS.encodeFunctionData("markets", [vault.address])));
}

async function accountOf(copy: Copy, lens: string, vault: VaultBasics, trader: string): Promise<Account> {
  const ask = async (name: string, list: readonly unknown[]) =>
    copy.call(lens, MARGIN_LENS.encodeFunctionData(name, [vault.address, list]));
  const [row] = decodeAccounts(await ask("accounts", [trader]), 1);
  if (row === undefined) throw new RangeError(`no row of ${trader}`);
  const keys = row.openMarkets.map((marketId) => ({ trader, marketId }));
  const legs = decodeLegs(await ask("marginPositions", keys), keys);
  return { row, legs, markets: await marketsOf(copy, lens, vault) };
}
