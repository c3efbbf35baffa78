import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkConnection } from "hardhat/types/network";

import type { TestToken } from "../../../types/ethers-contracts/index.js";
import type { World } from "../measure.ts";
import { DAY, MAX, ONE, USUAL_PRICE } from "../plimsoll/terms.ts";
import type { Feeds } from "./prices.ts";

/** A peer in use: the same tokens, people and amounts as in Plimsoll's own world. */
export interface PeerWorld extends World {
  dollar: TestToken;
  ether: TestToken;
  prices: Feeds;
  people: People;
}

export interface People {
  admin: HardhatEthersSigner;
  lender: HardhatEthersSigner;
  otherLender: HardhatEthersSigner;
  whale: HardhatEthersSigner;
  borrower: HardhatEthersSigner;
  victim: HardhatEthersSigner;
  early: HardhatEthersSigner;
  liquidator: HardhatEthersSigner;
  umbrella: HardhatEthersSigner;
  /** Everybody else; each may have a small loan. */
  crowd: readonly HardhatEthersSigner[];
}

/** What a peer must be able to do for its world to be brought into use. Amounts are whole figures of the token's units. */
export interface Entry {
  lend: (lender: HardhatEthersSigner, assets: bigint) => Promise<unknown>;
  takeLoan: (borrower: HardhatEthersSigner, collateral: bigint, debt: bigint) => Promise<unknown>;
  /** Closes the whole position of `borrower`, whose debt is more than its collateral is worth. */
  closeInsolvent: (borrower: HardhatEthersSigner) => Promise<unknown>;
}

/** Little, because the rate model that is on npm for Morpho Blue asks for 60 % a year. */
const SOME_TIME = 10n * DAY;
/** Dollars per ether at which the victim's loan can be liquidated and is still covered. */
export const SHAKY_PRICE = 1_800n * ONE;
/** Dollars per ether at which a loan of 14,500 against 10 ether leaves a bad debt of some 10,000. */
export const SUNK_PRICE = 500n * ONE;

export async function people({ ethers }: NetworkConnection): Promise<People> {
  const [admin, lender, otherLender, whale, borrower, victim, early, liquidator, umbrella, ...crowd] =
    await ethers.getSigners();
  const named = { admin, lender, otherLender, whale, borrower, victim, early, liquidator, umbrella };
  for (const [name, signer] of Object.entries(named))
    if (signer === undefined) throw new Error(`no signer for ${name}`);
  return { ...(named as Omit<People, "crowd">), crowd };
}

/** Everybody has more than enough of both tokens and has approved the peer once and for all. */
export async function equip({ dollar, ether, people }: PeerWorld, spender: string): Promise<void> {
  const { crowd, ...named } = people;
  for (const person of [...Object.values(named), ...crowd]) {
    await dollar.mint(person, 10_000_000n * ONE);
    await ether.mint(person, 10_000n * ONE);
    await dollar.connect(person).approve(spender, MAX);
    await ether.connect(person).approve(spender, MAX);
  }
}

/** Lending, some 60 % lent out, a loss in the middle, and everybody moving once more afterwards. */
export async function bringIntoUse({ connection, people, prices }: PeerWorld, entry: Entry): Promise<void> {
  const { lender, otherLender, umbrella, whale, borrower, victim, early } = people;
  for (const each of [lender, otherLender, umbrella]) await entry.lend(each, 350_000n * ONE);
  await entry.takeLoan(whale, 400n * ONE, 450_000n * ONE);
  await entry.takeLoan(borrower, 100n * ONE, 100_000n * ONE);
  await entry.takeLoan(victim, 10n * ONE, 14_500n * ONE);
  await entry.takeLoan(early, 10n * ONE, 14_500n * ONE);
  await connection.networkHelpers.time.increase(SOME_TIME);
  await prices.set(SUNK_PRICE);
  await entry.closeInsolvent(early);
  await prices.set(USUAL_PRICE);
  for (const each of [lender, otherLender, umbrella]) await entry.lend(each, 1_000n * ONE);
  await connection.networkHelpers.time.increase(SOME_TIME);
  await prices.set(USUAL_PRICE);
}
