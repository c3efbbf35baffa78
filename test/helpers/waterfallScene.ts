/**
 * A lending vault with its whole waterfall: insurance fund, dilution, underwriters' book, auctions, provisions on. For
 * tests of what people can do to each other there.
 */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkConnection } from "hardhat/types/network";

import type {
  BackstopToken,
  DebtAuction,
  Dilution,
  InsuranceFund,
  UnderwriterBook,
} from "../../types/ethers-contracts/index.js";
import { COOLDOWN, deployDilutionLayer, deployInsurance, WINDOW } from "./layers.js";
import { deployLending, fundAccount, MAX, type Lending, type LendingOptions } from "./lending.js";

type Ethers = NetworkConnection["ethers"];

/** One token of 18 decimals. */
export const UNIT = 10n ** 18n;
export const DAY = 86_400n;
/** Whole asset units per token at the levels of the book: 100, 95, ... 25. The floor is at 40. */
export const LEVELS = Array.from({ length: 16 }, (_, k) => 100n - 5n * BigInt(k));
export const FLOOR = 40n;

/** What a test says beyond the rules of its vault. All in whole units. */
export interface WaterfallOptions extends LendingOptions {
  minProvision?: bigint;
  /** Largest draw on the fund within an hour and within thirty days. */
  drawCap?: bigint;
  /** Tokens within an hour and within thirty days. */
  mintCap?: bigint;
  fundStipend?: bigint;
  dilutionStipend?: bigint;
  /** Prices of the levels in whole asset units; LEVELS unless said otherwise. */
  levels?: bigint[];
}

/** Everything, and the people around it, who hold plenty of the asset and have approved what they need. */
export interface WaterfallScene extends Lending {
  ethers: Ethers;
  address: string;
  weth: string;
  fund: InsuranceFund;
  dilution: Dilution;
  sale: DebtAuction;
  book: UnderwriterBook;
  token: BackstopToken;
  admin: HardhatEthersSigner;
  ann: HardhatEthersSigner;
  ben: HardhatEthersSigner;
  cleo: HardhatEthersSigner;
  borrower: HardhatEthersSigner;
  /** Three more who can borrow: whoever is in default cannot again. */
  debtors: HardhatEthersSigner[];
  liquidator: HardhatEthersSigner;
  sam: HardhatEthersSigner;
  sue: HardhatEthersSigner;
  una: HardhatEthersSigner;
  ugo: HardhatEthersSigner;
  buyer: HardhatEthersSigner;
}

/** What each of them holds of the asset at first, whole units. */
export const PURSE = 1_000_000n;

/** Deploys everything. Nobody has deposited, staked, committed or borrowed yet. */
export async function deployWaterfallScene(ethers: Ethers, options: WaterfallOptions = {}): Promise<WaterfallScene> {
  const lending = await deployLending(ethers, options);
  const { vault, engine, asset, collateral, one, oneCollateral, at } = lending;
  const signers = await ethers.getSigners();
  const [admin, ann, ben, cleo, borrower, liquidator, sam, sue, una, ugo, buyer] = signers;
  const address = await at(vault);
  await vault.setMinProvision((options.minProvision ?? 10n) * one);

  const drawCap = (options.drawCap ?? 10n ** 9n) * one;
  const fund = await deployInsurance(ethers, lending, drawCap);
  const mintCap = (options.mintCap ?? 10_000n) * UNIT;
  const { dilution, book, auction, token } = await deployDilutionLayer(ethers, lending, admin!, {
    limits: { hourCap: mintCap, monthCap: mintCap, lifetimeCap: mintCap },
    sale: { startPrice: 150n * one, floorPrice: FLOOR * one, fallSeconds: 3_600n, saleSeconds: DAY },
    levels: (options.levels ?? LEVELS).map((price) => price * one),
    token: { cap: 10n ** 25n },
    globalCap: 10n ** 24n,
  });
  await engine.setStack(address, [
    { tranche: await at(fund), gasStipend: options.fundStipend ?? 250_000n, kind: 0n },
    { tranche: await at(dilution), gasStipend: options.dilutionStipend ?? 2_000_000n, kind: 1n },
  ]);

  for (const account of [ann!, ben!, cleo!, borrower!, liquidator!, sam!, sue!, una!, ugo!, buyer!]) {
    await fundAccount(asset, account, address, PURSE * one);
    const own = asset.connect(account);
    for (const spender of [fund, book, auction, engine]) await own.approve(await at(spender), MAX);
  }
  const debtors = signers.slice(11, 14);
  for (const debtor of [borrower!, ...debtors]) {
    await fundAccount(collateral, debtor, address, 1_000_000n * oneCollateral);
  }
  await fundAccount(collateral, liquidator!, address, 0n);
  return {
    ...lending,
    ethers,
    address,
    weth: await at(collateral),
    fund,
    dilution,
    sale: auction,
    book,
    token,
    admin: admin!,
    ann: ann!,
    ben: ben!,
    cleo: cleo!,
    borrower: borrower!,
    debtors,
    liquidator: liquidator!,
    sam: sam!,
    sue: sue!,
    una: una!,
    ugo: ugo!,
    buyer: buyer!,
  };
}

/** Deposits whole units. */
export async function lend(scene: WaterfallScene, lender: HardhatEthersSigner, assets: bigint): Promise<void> {
  await scene.vault.connect(lender).deposit(assets * scene.one, lender.address);
}

/** Stakes whole units. */
export async function stake(scene: WaterfallScene, staker: HardhatEthersSigner, assets: bigint): Promise<void> {
  await scene.fund.connect(staker).deposit(assets * scene.one, staker.address);
}

/** Commits whole units at a level of the book and returns the shares. */
export async function commit(
  scene: WaterfallScene,
  underwriter: HardhatEthersSigner,
  level: bigint,
  assets: bigint,
): Promise<bigint> {
  await scene.book.connect(underwriter).commit(level, assets * scene.one, underwriter.address);
  return (await scene.book.bidOf(underwriter.address, level)).shares;
}

/** A borrower puts whole units of collateral down and borrows whole units. */
export async function borrow(
  { vault, weth, one, oneCollateral, borrower }: WaterfallScene,
  collateral: bigint,
  debt: bigint,
  owner = borrower,
): Promise<void> {
  const own = vault.connect(owner);
  await own.supplyCollateral(weth, collateral * oneCollateral, owner.address);
  await own.borrow(weth, debt * one, owner.address, owner.address);
}

/** A position is liquidated, as a whole unless said otherwise. */
export function liquidate(
  { vault, liquidator, borrower, weth }: WaterfallScene,
  { maxRepaid = MAX, owner = borrower } = {},
) {
  return vault.connect(liquidator).liquidate(owner.address, weth, maxRepaid, 0n, MAX, "0x");
}

/** Somebody records a position's insolvency, refreshes the record, or ends it. */
export function impair({ vault, liquidator, borrower, weth }: WaterfallScene, owner = borrower) {
  return vault.connect(liquidator).impair(owner.address, weth);
}

/** All that an account has got: its purse, its shares, its stake, and what it may claim of either. Asset units. */
export async function wealth(scene: WaterfallScene, account: { address: string } | string): Promise<bigint> {
  const { vault, fund, asset } = scene;
  const address = typeof account === "string" ? account : account.address;
  let assets = await asset.balanceOf(address);
  for (const share of [vault, fund]) {
    assets += await share.convertToAssets(await share.balanceOf(address));
    const open = await share.openEpoch();
    for (let epoch = 1n; epoch < open; epoch++) assets += await share.claimableRecovery(address, epoch);
  }
  return assets;
}

export { COOLDOWN, MAX, WINDOW };
