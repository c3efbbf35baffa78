/** A vault on mainnet in an ordinary state: lenders, a staker, an underwriter and one borrower who owes against WETH. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { TOKENS } from "./addresses.js";
import { DOLLAR, replaceEthUsdAggregator } from "./feeds.js";
import type { MainnetSystem } from "./system.js";
import { deal, tokenAt } from "./tokens.js";

export const MAX = 2n ** 256n - 1n;
export const WETH = TOKENS.WETH.address;
export const ETHER = 10n ** 18n;
/** Whole asset units. */
export const LENT = { ann: 600_000n, ben: 400_000n };
export const STAKED = 20_000n;
export const BID = 6_000n;
/** Level of the underwriters' book at which the bid stands; its price is 300, 290, ... 150 a token. */
export const BID_LEVEL = 5n;
/** Collateral of the borrower, whole WETH, and the part of its worth that is borrowed, per cent. */
export const COLLATERAL = 100n;
export const LOAN_PERCENT = 70n;
/** Principal is insured from the fourteenth day on. */
const WAITING_PERIOD = 14n * 86_400n;

/** Gives `account` whole units of the asset and lets it approve whoever takes them. */
export async function endow(system: MainnetSystem, account: HardhatEthersSigner, whole: bigint): Promise<void> {
  const { fork, lent, one, vault, fund, underwriters, debtAuction, engine } = system;
  await deal(fork, lent, account.address, whole * one);
  const asset = tokenAt(fork, lent, account);
  for (const spender of [vault, fund, underwriters, debtAuction, engine]) {
    await asset.approve(await spender.getAddress(), MAX);
  }
}

/** Lenders, staker, bid and loan (per cent of the collateral's worth). Returns what was borrowed, asset units. */
export async function openMarket(system: MainnetSystem, loanPercent = LOAN_PERCENT): Promise<bigint> {
  const { fork, one, people, vault, fund, underwriters, oracle, lent } = system;
  const { ann, ben, sam, una, borrower } = people;
  await endow(system, ann, LENT.ann);
  await endow(system, ben, LENT.ben);
  await endow(system, sam, STAKED);
  await endow(system, una, BID);
  await vault.connect(ann).deposit(LENT.ann * one, ann.address);
  await vault.connect(ben).deposit(LENT.ben * one, ben.address);
  await fund.connect(sam).deposit(STAKED * one, sam.address);
  await underwriters.connect(una).commit(BID_LEVEL, BID * one, una.address);

  await deal(fork, "WETH", borrower.address, COLLATERAL * ETHER);
  const weth = tokenAt(fork, "WETH", borrower);
  await weth.approve(await vault.getAddress(), MAX);
  await vault.connect(borrower).supplyCollateral(WETH, COLLATERAL * ETHER, borrower.address);
  const worth = await oracle.getQuote(COLLATERAL * ETHER, WETH, TOKENS[lent].address);
  const borrowed = (worth * loanPercent) / 100n;
  await vault.connect(borrower).borrow(WETH, borrowed, borrower.address, borrower.address);
  return borrowed;
}

/**
 * Lets the debt grow old enough to be insured. No feed is silent that long: mainnet's proxy gets an aggregator that
 * answers again, with what it said before, and so does the asset's.
 */
export async function growOld(system: MainnetSystem) {
  const { fork, oracle, assetFeed } = system;
  const [answer] = await oracle.latest(WETH);
  await fork.networkHelpers.time.increase(WAITING_PERIOD + 64n);
  const ethFeed = await replaceEthUsdAggregator(fork, answer);
  await assetFeed.publish(DOLLAR);
  return { ethFeed, answer };
}

/** What of the vault's books everybody can see: the four parts of one write-off. */
export async function ledgerOf({ engine, vault }: MainnetSystem, id: bigint) {
  const { badDebt, reserves, insurance, dilutionCash, socialized } = await engine.ledger(vault, id);
  return { badDebt, reserves, insurance, dilutionCash, socialized };
}
