/**
 * What a liquidator or keeper knows without asking the chain about every loan at every step: positions as last read,
 * debts grown by the vault's interest rate since. Good enough to choose whom to look at; before acting, and after
 * every change, the chain itself is asked.
 */
import { BPS, WAD } from "../lib/units.ts";
import { type Borrower } from "./book.ts";
import { isInsolvent } from "./closing.ts";
import { collateralValue, type World } from "./world.ts";

/** A position as last read, with the borrower's name and address. */
export interface TrackedPosition {
  readonly borrower: Borrower;
  readonly account: string;
  /** Collateral units. */
  collateral: bigint;
  /** Debt when last read or grown, asset units. */
  debt: bigint;
  /** Outstanding of earlier write-offs of this position, asset units. */
  defaulted: bigint;
  /** Second of the record of insolvency, zero if there is none. */
  impairedAt: number;
  /** What is set apart for its loss, asset units. */
  provisioned: bigint;
}

/** A position judged at the feeds' latest answers. */
export interface Judged {
  readonly position: TrackedPosition;
  /** Worth of its collateral, asset units. */
  readonly value: bigint;
  /** Health factor, WAD. */
  readonly healthWad: bigint;
  readonly insolvent: boolean;
  /** What its collateral does not cover, asset units; zero for a solvent one. */
  readonly shortfall: bigint;
}

export class Positions {
  readonly all: TrackedPosition[] = [];
  private readonly world: World;
  private readonly lltvBps: bigint;
  private readonly minIncentiveBps: bigint;
  private grownAt = 0;

  private constructor(world: World, lltvBps: bigint, minIncentiveBps: bigint) {
    this.world = world;
    this.lltvBps = lltvBps;
    this.minIncentiveBps = minIncentiveBps;
  }

  static async create(world: World): Promise<Positions> {
    const config = await world.vault.collateralConfig(world.collateral);
    return new Positions(world, config.lltvBps, config.minIncentiveBps);
  }

  /** Begins to follow a borrower whose loan has just been opened. */
  async track(borrower: Borrower, account: string): Promise<void> {
    const position = { borrower, account, collateral: 0n, debt: 0n, defaulted: 0n, impairedAt: 0, provisioned: 0n };
    this.all.push(position);
    await this.refresh(position);
  }

  /** Reads a position anew. */
  async refresh(position: TrackedPosition): Promise<void> {
    const { vault, engine, collateral } = this.world;
    const view = await vault.positionOf(position.account, collateral);
    position.collateral = view.collateralAssets;
    position.debt = view.debtAssets;
    position.impairedAt = Number(view.impairedAt);
    position.provisioned = view.impairmentId === 0n ? 0n : sumOf(await vault.provisionOf(view.impairmentId));
    [position.defaulted] = await engine.defaultOf(vault, view.writeOffId);
  }

  /** Reads every position anew. */
  async refreshAll(): Promise<void> {
    for (const position of this.all) await this.refresh(position);
    this.grownAt = this.world.chain.now;
  }

  /** Lets the debts grow by the interest that has run since the last call. */
  async grow(): Promise<void> {
    const { chain, vault } = this.world;
    const elapsed = BigInt(chain.now - this.grownAt);
    if (elapsed <= 0n) return;
    const growthWad = (await vault.borrowRate()) * elapsed;
    for (const position of this.all) position.debt += (position.debt * growthWad) / WAD;
    this.grownAt = chain.now;
  }

  /** All positions that still owe something, at the latest prices. */
  judge(): Judged[] {
    return this.all
      .filter((position) => position.debt + position.defaulted > 0n)
      .map((position) => {
        const value = collateralValue(this.world, position.collateral);
        const insolvent = isInsolvent({ value, debt: position.debt }, this.minIncentiveBps);
        return {
          position,
          value,
          healthWad: (value * this.lltvBps * WAD) / BPS / (position.debt + position.defaulted),
          insolvent,
          shortfall: insolvent ? position.debt - (value * BPS) / (BPS + this.minIncentiveBps) : 0n,
        };
      });
  }
}

function sumOf(parts: readonly bigint[]): bigint {
  return parts.reduce((total, part) => total + part, 0n);
}
