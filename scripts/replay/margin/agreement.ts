/** When the vault and the books kept beside it agree, and what is said when they do not. */
import { MARKET } from "../../lib/add-margin.ts";
import { sum } from "../../lib/units.ts";
import { type MarginBooks } from "./books.ts";
import { type MarginWorld } from "./world.ts";

/** The vault's books and those kept beside them disagree. */
export class MarginMismatch extends Error {
  override readonly name = "MarginMismatch";
}

/** Ends the replay if two figures differ. */
export function same(what: string, actual: bigint | undefined, expected: bigint): void {
  if (actual !== expected) throw new MarginMismatch(`${what} is ${actual}, computed ${expected}`);
}

/** Ends the replay if two figures differ by more than `tolerance`. */
export function within(what: string, actual: bigint, expected: bigint, tolerance: bigint): void {
  const distance = actual > expected ? actual - expected : expected - actual;
  if (distance > tolerance) throw new MarginMismatch(`${what} is ${actual}, computed ${expected}`);
}

/** A trader's account and its market as stored must be those of the books at second `now`. */
export async function checkAccount(
  { vault }: MarginWorld,
  books: MarginBooks,
  trader: string,
  now: number,
): Promise<void> {
  const [stored, position, market] = await Promise.all([
    vault.accountOf(trader),
    vault.positionOf(trader, MARKET),
    vault.marketOf(MARKET),
  ]);
  const account = books.account(trader);
  same("margin", stored.marginAssets, account.margin);
  same("deficit", stored.deficitAssets, account.deficit);
  same("size", position.sizeWad, account.size);
  same("basis", position.basis, account.basis);
  same("skew", market.longWad - market.shortWad, books.skew);
  same("funding index", market.fundingIndex, books.indexAt(now));
}

/**
 * The vault must hold exactly what the books say, for all traders together.
 * @param escrows orders on their way with their keepers' fees, asset units
 */
export async function checkTotals(world: MarginWorld, books: MarginBooks, escrows: bigint): Promise<void> {
  const { vault, asset } = world;
  const market = await vault.marketOf(MARKET);
  same("longs", market.longWad, books.longWad);
  same("shorts", market.shortWad, books.shortWad);
  same("sum of bases", market.totalBasis, books.totalBasis);
  const accounts = [...books.accounts.values()];
  same("margins", await vault.traderAssets(), sum(accounts, ({ margin }) => margin) + escrows);
  same(
    "deficits",
    await vault.totalDeficit(),
    sum(accounts, ({ deficit }) => deficit),
  );
  same(
    "sum of sizes",
    sum(accounts, ({ size }) => size),
    books.skew,
  );
  same(
    "sum of positions' bases",
    sum(accounts, ({ basis }) => basis),
    books.totalBasis,
  );
  const held = (await vault.cash()) + (await vault.claimsOwed()) + (await vault.traderAssets());
  const [, unfunded] = await vault.provisions();
  same("tokens in the vault", await asset.balanceOf(vault), held - unfunded);
}
