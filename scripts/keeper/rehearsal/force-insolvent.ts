/**
 * What if? On a copy of the chain prices fall until the given positions are insolvent; each is recorded, and written off
 * after the confirmation delay. Afterwards the copy is as it was. The report says of each what happened, which layer
 * paid, and what it cost in gas.
 */
import { MaxUint256 } from "ethers";

import { LENS, VAULT } from "../abi.ts";
import { decodeRows, encodeKeys, type PositionKey, type Row } from "../book/rows.ts";
import { type Vault } from "../book/vaults.ts";
import { type Copy, type CopyReceipt } from "./copy.ts";
import { attempt, type Ending, ending } from "./ending.ts";
import { type Feed, publish, takeOver } from "./feeds.ts";

/** One position, as the report has it; amounts in asset units, as decimal texts. */
export interface Rehearsed extends PositionKey, Ending {
  readonly debtAssets: string;
  readonly healthBefore: string;
  readonly healthAfter: string;
}

const BPS = 10_000n;
/** Part of the debt that shall be lost at least, and part of the vault's smallest debt: less is not written off. */
const LOSS_BPS = 3_000n;
const MARGIN_BPS = 10_500n;
const SELECTOR = LENS.getFunction("positions")?.selector ?? "";

export async function forceInsolvent(
  copy: Copy,
  lens: string,
  vault: Vault,
  keys: readonly PositionKey[],
): Promise<Rehearsed[]> {
  const rows = async () => decodeRows(await copy.call(lens, encodeKeys(SELECTOR, vault.address, keys)), keys.length);
  const before = await rows();
  const feeds = await takeOver(copy, vault.oracle, vault.asset);
  for (const { token } of vault.collaterals) {
    const own = keys.flatMap((key, index) => (key.collateral === token ? [before[index]] : []));
    const fall = lowest(
      own.filter((row) => row !== undefined),
      vault.minDebt,
    );
    for (const feed of await takeOver(copy, vault.oracle, token)) feeds.push(fallen(feed, fall));
  }
  await publish(copy, feeds);
  const after = await rows();
  const impaired: (CopyReceipt | string)[] = [];
  for (const key of keys) {
    impaired.push(
      await attempt(copy, vault.address, VAULT.encodeFunctionData("impair", [key.borrower, key.collateral])),
    );
  }
  await copy.advance(vault.confirmationDelay + 1);
  await publish(copy, feeds);
  const report: Rehearsed[] = [];
  for (const [index, key] of keys.entries()) {
    const args = [key.borrower, key.collateral, MaxUint256];
    const writtenOff = await attempt(copy, vault.address, VAULT.encodeFunctionData("writeOff", args));
    const [rowBefore, rowAfter] = [before[index], after[index]];
    if (rowBefore === undefined || rowAfter === undefined) continue;
    report.push(describe(key, rowBefore, rowAfter, impaired[index] ?? "", writtenOff));
  }
  return report;
}

/** Smallest part of its present value, bps, at which each of these has lost enough to be written off. */
function lowest(rows: readonly Row[], minDebt: bigint): bigint {
  return rows.reduce((least, { highAssets, debtAssets }) => {
    if (highAssets === 0n) return least;
    const part = (debtAssets * LOSS_BPS) / BPS;
    const viable = (minDebt * MARGIN_BPS) / BPS;
    const lost = part > viable ? part : viable;
    const bps = lost >= debtAssets ? 1n : ((debtAssets - lost) * BPS) / highAssets;
    return bps < least ? bps : least;
  }, BPS);
}

function fallen(feed: Feed, bps: bigint): Feed {
  return { ...feed, answer: (feed.answer * bps) / BPS };
}

function describe(
  key: PositionKey,
  before: Row,
  after: Row,
  impaired: CopyReceipt | string,
  writtenOff: CopyReceipt | string,
): Rehearsed {
  return {
    ...{ borrower: key.borrower, collateral: key.collateral, debtAssets: before.debtAssets.toString() },
    ...{ healthBefore: before.healthWad.toString(), healthAfter: after.healthWad.toString() },
    ...ending(after.shortfallAssets, impaired, writtenOff),
  };
}
