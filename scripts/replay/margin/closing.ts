/** What liquidating an account must do, by the definitions, from the books alone. */
import { abs, remainingSize } from "../../lib/margin-math.ts";
import { BPS, max, min } from "../../lib/units.ts";
import { type Account, type MarginBooks } from "./books.ts";

const WAD = 10n ** 18n;

/** Where an account stands. Asset units. */
export interface Standing {
  readonly equity: bigint;
  readonly maintenance: bigint;
}

/** What a liquidation is about to do. Sizes WAD, money in asset units. */
export interface Plan {
  readonly complete: boolean;
  readonly closed: bigint;
  /** Negative equity that goes down the waterfall. */
  readonly badDebt: bigint;
  /** Part of it that insurance may pay for: as far as the market's fees allow. */
  readonly insurable: bigint;
}

export function standingOf(books: MarginBooks, account: Account, price: bigint, now: number): Standing {
  return { equity: books.equity(account, price, now), maintenance: books.maintenance(account, price) };
}

/** Negative equity of an account that is closed whole: a premium is charged only as far as the equity reaches. */
export function lossOf(books: MarginBooks, account: Account, price: bigint, now: number) {
  const equity = books.equity(account, price, now);
  const { realized } = books.realizedBy(account, -account.size, price, now);
  const left = account.margin - account.deficit + realized;
  const badDebt = max(0n, -max(left, equity));
  return { badDebt, insurable: realized < 0n ? min(badDebt, books.allowance(now)) : 0n };
}

/** What `liquidate` does to an account below its maintenance margin. */
export function planOf(books: MarginBooks, account: Account, price: bigint, now: number): Plan {
  const size = abs(account.size);
  const { rules } = books;
  const equity = books.equity(account, price, now);
  if (equity > 0n) {
    const left = remainingSize(rules.margin, {
      equity: equity - rules.risk.minKeeperReward,
      cost: (rules.liquidationFeeBps * WAD) / BPS + books.closingPremium(account),
      target: rules.targetMultipleWad,
      size,
      price,
    });
    // Below its maintenance margin something must be closed, and no dust is left.
    const kept = left >= size || books.notional(left, price) < rules.risk.minNotional ? 0n : left;
    if (kept > 0n) return { complete: false, closed: size - kept, badDebt: 0n, insurable: 0n };
  }
  return { complete: true, closed: size, ...lossOf(books, account, price, now) };
}

/** Keeper's reward out of a margin, and the whole fee. */
function feeOf(books: MarginBooks, account: Account, closed: bigint, price: bigint) {
  const { rules } = books;
  const fee = books.partOf(closed, price, rules.liquidationFeeBps);
  const wanted = max((fee * rules.risk.keeperShareBps) / BPS, rules.risk.minKeeperReward);
  return { fee, reward: min(min(wanted, rules.risk.maxKeeperReward), account.margin) };
}

/**
 * Takes reward and fee out of the margin of an account of which `closed` is closed; where a whole account cannot pay the
 * least reward, the rest comes out of the reserves.
 * @param before reserves and cash of the vault just before, asset units
 * @returns the reward, all that was taken as a fee, and the reserves after it, asset units
 */
export function payKeeper(
  books: MarginBooks,
  account: Account,
  { closed, complete, price, now }: { closed: bigint; complete: boolean; price: bigint; now: number },
  before: { readonly reserves: bigint; readonly cash: bigint },
): { reward: bigint; fee: bigint; reserves: bigint } {
  const earlier = books.toReserves;
  const { fee, reward } = feeOf(books, account, closed, price);
  account.margin -= reward;
  const rest = books.takeFee(account, max(0n, fee - reward), now);
  const reserves = before.reserves + books.toReserves - earlier;
  const missing = complete ? max(0n, books.rules.risk.minKeeperReward - reward) : 0n;
  const added = min(missing, min(reserves, before.cash));
  return { reward: reward + added, fee: reward + rest, reserves: reserves - added };
}
