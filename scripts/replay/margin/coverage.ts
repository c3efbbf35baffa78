/** What stands behind a vault, and the proof that another vault's losses do not touch it (IN2). */
import { sum } from "../../lib/units.ts";
import { type LossWorld } from "../world.ts";

/** The layers of one vault. Asset units and token units; nothing in it changes by the mere passing of time. */
export interface Coverage {
  /** Held by the fund for its stakers, and the part of it that is earmarked. */
  readonly insurance: bigint;
  readonly earmarked: bigint;
  /** Committed by standing bids and not filled. */
  readonly bids: bigint;
  /** Tokens taken from its mint budget. */
  readonly issuedTokens: bigint;
  /** Loss epochs of its shares and of its fund's, and entries of its ledger. */
  readonly vaultEpoch: bigint;
  readonly fundEpoch: bigint;
  readonly entries: bigint;
}

/** What may be drawn at this second; it only grows with time. */
export interface Drawable {
  readonly insurance: bigint;
  readonly tokens: bigint;
}

/** One vault's loss has touched another's coverage. */
export class CoverageMismatch extends Error {
  override readonly name = "CoverageMismatch";
}

export async function coverageOf({ vault, fund, underwriters, dilution, engine }: LossWorld): Promise<Coverage> {
  const levels = Array.from({ length: Number(await underwriters.levelCount()) }, (_, level) => level);
  const [insurance, earmarked, bids, budget, vaultEpoch, fundEpoch, entries] = await Promise.all([
    fund.totalAssets(),
    fund.totalEarmarked(),
    Promise.all(levels.map((level) => underwriters.levelOf(level))),
    dilution.budget(vault),
    vault.openEpoch(),
    fund.openEpoch(),
    engine.writeOffCount(vault),
  ]);
  return {
    ...{ insurance, earmarked, vaultEpoch, fundEpoch, entries },
    bids: sum(bids, ({ assets }) => assets),
    issuedTokens: budget.issuedTokens,
  };
}

async function drawableOf({ vault, fund, dilution }: LossWorld): Promise<Drawable> {
  const [insurance, budget] = await Promise.all([fund.drawable(), dilution.budget(vault)]);
  return { insurance, tokens: budget.availableTokens };
}

/** Watches one vault while only the other's actors act. */
export class CoverageWatch {
  /** Losses and provisions of the other vault through which this one was watched. */
  losses = 0;
  readonly watched: LossWorld;
  private readonly other: LossWorld;

  constructor(watched: LossWorld, other: LossWorld) {
    this.watched = watched;
    this.other = other;
  }

  /** Lets the other vault's actors act; ends the replay if this vault's coverage is not what it was. */
  async during(act: () => Promise<void>): Promise<void> {
    const [before, drawableBefore, othersBefore] = await this.read();
    await act();
    const [after, drawableAfter, othersAfter] = await this.read();
    for (const key of Object.keys(before) as (keyof Coverage)[]) {
      if (before[key] !== after[key]) {
        throw new CoverageMismatch(`${key} went from ${before[key]} to ${after[key]} by the other vault's losses`);
      }
    }
    for (const key of ["insurance", "tokens"] as const) {
      if (drawableAfter[key] < drawableBefore[key]) {
        throw new CoverageMismatch(`less ${key} can be drawn after the other vault's losses`);
      }
    }
    // Charged through an epoch of its shares or of its fund's, or written off.
    const touched =
      othersAfter.vaultEpoch !== othersBefore.vaultEpoch ||
      othersAfter.fundEpoch !== othersBefore.fundEpoch ||
      othersAfter.entries !== othersBefore.entries;
    if (touched) this.losses += 1;
  }

  private async read(): Promise<[Coverage, Drawable, Coverage]> {
    return Promise.all([coverageOf(this.watched), drawableOf(this.watched), coverageOf(this.other)]);
  }
}
