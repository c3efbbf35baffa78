/** The real layers of a vault's waterfall, on the terms that tests say. */
import type { AddressLike } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import type {
  AccessManager,
  BackstopToken,
  DebtAuction,
  Dilution,
  InsuranceFund,
  LendingVault,
  UnderwriterBook,
  WriteOffEngine,
} from "../../types/ethers-contracts/index.js";

type Ethers = NetworkConnection["ethers"];

const DAY = 86_400n;
/** Time to leave a fund or a book, and the window after it. */
export const COOLDOWN = 7n * DAY;
export const WINDOW = 2n * DAY;

/** What every layer of a vault has to know. */
interface System {
  vault: LendingVault;
  engine: WriteOffEngine;
  manager: AccessManager;
}

/** A fund that may be drawn on for `drawCap` within an hour and within thirty days, asset units. */
export async function deployInsurance(
  ethers: Ethers,
  { vault, manager }: System,
  drawCap = 10n ** 30n,
): Promise<InsuranceFund> {
  const terms = { cooldown: COOLDOWN, withdrawalWindow: WINDOW, hourCap: drawCap, monthCap: drawCap };
  return ethers.deployContract("InsuranceFund", [await vault.getAddress(), "Fund", "FND", manager, terms]);
}

/** Terms of a dilution layer. Prices in asset units per whole token, tokens in units of 10^-18. */
export interface DilutionOptions {
  /** Most tokens within an hour, within thirty days, and ever. */
  limits: { hourCap: bigint; monthCap: bigint; lifetimeCap: bigint };
  sale: { startPrice: bigint; floorPrice: bigint; fallSeconds: bigint; saleSeconds: bigint };
  /** Prices of the standing bids' levels, the highest first. */
  levels: bigint[];
  /** Time to take a bid back, seconds. */
  notice?: bigint;
  token?: { cap?: bigint; initialSupply?: bigint };
  globalCap?: bigint;
}

/** The dilution layer and what belongs to it. */
export interface DilutionLayer {
  dilution: Dilution;
  book: UnderwriterBook;
  auction: DebtAuction;
  token: BackstopToken;
}

/** A dilution layer with a book of standing bids, not in the vault's stack yet. */
export async function deployDilutionLayer(
  ethers: Ethers,
  { vault, engine, manager }: System,
  initialHolder: AddressLike,
  { limits, sale, levels, notice = COOLDOWN, token: supply, globalCap = 10n ** 23n }: DilutionOptions,
): Promise<DilutionLayer> {
  const address = await vault.getAddress();
  const terms = { name: "Backstop", symbol: "BACK", cap: 10n ** 24n, initialSupply: 10n ** 22n, ...supply };
  const dilution = await ethers.deployContract("Dilution", [manager, engine, { ...terms, initialHolder }, globalCap]);
  await dilution.setLimits(address, limits);
  await dilution.setSaleTerms(address, sale);
  const book = await ethers.deployContract("UnderwriterBook", [address, dilution, levels, notice, WINDOW]);
  await dilution.setUnderwriters(address, book);
  const auction = await ethers.getContractAt("DebtAuction", await dilution.debtAuction());
  const token = await ethers.getContractAt("BackstopToken", await dilution.token());
  return { dilution, book, auction, token };
}
