/** Losses of either kind of vault, as the strategies see them that put them on record and write them off. */
import { MARGIN_VAULT, VAULT } from "../abi.ts";
import { nameOfPosition } from "../book/book.ts";
import { priceKey } from "../book/prices.ts";
import { type PositionKey } from "../book/rows.ts";
import { type VaultBasics } from "../book/vaults.ts";
import { type BlockView } from "./types.ts";

/** A position or an account that has lost something, or that is on record as if it had. */
export interface Loss {
  readonly name: string;
  readonly vault: VaultBasics;
  /** Debt of a position, notional of an account: the largest come first. */
  readonly sizeAssets: bigint;
  readonly shortfallAssets: bigint;
  readonly provisionedAssets: bigint;
  /** Zero if it is not on record. */
  readonly impairedAt: number;
  /** Second after which the record is of no use any more; an account's does not end. */
  readonly recordEndsAt: number;
  /** The call that records it, follows it, or ends the record. */
  readonly recording: string;
  /** Its name in a batch of lending vaults; margin vaults record one by one. */
  readonly key: PositionKey | undefined;
}

/** Where the price sources let a loss be booked, and nothing is on its way. */
export function lossesIn(view: BlockView): Loss[] {
  return [...inLending(view), ...inMargin(view)].filter(({ name }) => !view.claimed.has(name));
}

function inLending({ judged, prices }: BlockView): Loss[] {
  return judged.flatMap(({ entry, shortfallAssets, priced }) => {
    const { vault, row, borrower, collateral } = entry;
    const isBlocked = prices.get(priceKey(vault.address, collateral))?.lossBlocked === true;
    if (!priced || isBlocked || (shortfallAssets === 0n && row.impairedAt === 0)) return [];
    const { impairedAt, provisionedAssets } = row;
    return {
      ...{ name: nameOfPosition(vault.address, entry), vault, sizeAssets: row.debtAssets, shortfallAssets },
      ...{ provisionedAssets, impairedAt, key: { borrower, collateral } },
      recordEndsAt: impairedAt + vault.confirmationDelay + vault.confirmationWindow,
      recording: VAULT.encodeFunctionData("impair", [borrower, collateral]),
    };
  });
}

function inMargin({ margin }: BlockView): Loss[] {
  return (margin?.judged ?? []).flatMap(({ name, entry: { vault, trader, row }, standing }) => {
    if (standing === undefined || standing.isDisputed) return [];
    if (standing.shortfallAssets === 0n && row.impairedAt === 0) return [];
    return {
      ...{ name, vault, sizeAssets: standing.notionalAssets, shortfallAssets: standing.shortfallAssets },
      ...{ provisionedAssets: row.provisionedAssets, impairedAt: row.impairedAt, key: undefined },
      recordEndsAt: Number.POSITIVE_INFINITY,
      recording: MARGIN_VAULT.encodeFunctionData("impair", [trader]),
    };
  });
}
