/** Balances, and what losses would cost whom. */
import { Contract } from "ethers";

import { formatFixed } from "../../lib/units.ts";
import { ERC20 } from "../abis.ts";
import { refusalOf } from "../refusal.ts";
import { type System, type Token } from "../system.ts";
import { type Reading, type Scope } from "./readings.ts";

/** Falls of a collateral's price for which losses are quoted, bps. */
const DROPS = [0n, 2_500n, 5_000n, 7_500n] as const;
const ETHER_DECIMALS = 18;
const HOLDERS = ["LendingVault", "InsuranceFund", "Dilution"];

export async function readBalances(system: System, { safes }: Scope): Promise<Reading[]> {
  const { provider, names, asset, backstop, collaterals } = system;
  const readings: Reading[] = [];
  const add = (what: string, value: string): void => void readings.push({ section: "balances", what, value });
  const tokens = uniqueTokens([asset, backstop, ...collaterals]);
  for (const holder of new Set([...safes, ...HOLDERS.map((name) => names.addressOf(name))])) {
    add(`${names.nameOf(holder)} ETH`, exact(await provider.getBalance(holder), ETHER_DECIMALS));
    for (const { address, symbol, decimals } of tokens) {
      const held = (await askToken(system, address, "balanceOf", holder)) as bigint;
      add(`${names.nameOf(holder)} ${symbol}`, exact(held, decimals));
    }
  }
  const supply = (await askToken(system, backstop.address, "totalSupply")) as bigint;
  add(`${backstop.symbol} in existence`, exact(supply, backstop.decimals));
  return readings;
}

/** Figures of a quote that are shown, and in what they are counted. */
const QUOTED = [
  ["badDebtAssets", "asset", "bad debt"],
  ["reserveAssets", "asset", "paid by reserves"],
  ["insuranceAssets", "asset", "paid by insurance"],
  ["dilutionAssets", "asset", "paid by bids"],
  ["socializedAssets", "asset", "paid by lenders"],
  ["mintedTokens", "backstop", "tokens minted"],
] as const;

export async function readLosses(system: System, { borrowers }: Scope): Promise<Reading[]> {
  const { lens, asset, names, collaterals } = system;
  const vault = names.addressOf("LendingVault");
  const readings: Reading[] = [];
  const add = (what: string, value: string): void => void readings.push({ section: "losses", what, value });
  const layers = await attempt<Iterable<{ payer: string; capacity: bigint }>>(lens, "coverage", vault);
  if (typeof layers === "string") add("layers", layers);
  else {
    for (const [i, { payer, capacity }] of [...layers].entries()) {
      add(`layer ${i + 1}, ${names.nameOf(payer)}, can pay`, money(capacity, asset));
    }
  }
  for (const { address, symbol } of collaterals) {
    for (const drop of DROPS) {
      const quote = await attempt<Record<string, bigint>>(lens, "quotePriceDrop", vault, address, drop, [...borrowers]);
      const fall = `${symbol} ${drop === 0n ? "as it is" : `falls ${formatFixed(drop, 2, 0)} %`}`;
      if (typeof quote === "string") {
        add(fall, quote);
        continue;
      }
      for (const [name, counted, label] of QUOTED) add(`${fall}: ${label}`, money(quote[name] ?? 0n, system[counted]));
    }
  }
  return readings;
}

/** The answer, or why there is none. */
async function attempt<T>(contract: Contract, name: string, ...args: unknown[]): Promise<T | string> {
  try {
    return (await contract.getFunction(name).staticCall(...args)) as T;
  } catch (error) {
    return `cannot be told: ${refusalOf(error)}`;
  }
}

async function askToken({ provider }: System, token: string, name: string, ...args: unknown[]): Promise<unknown> {
  return new Contract(token, ERC20, provider).getFunction(name).staticCall(...args);
}

function uniqueTokens(tokens: readonly Token[]): Token[] {
  return tokens.filter((token, i) => tokens.findIndex(({ address }) => address === token.address) === i);
}

function money(value: bigint, { decimals, symbol }: Token): string {
  return `${exact(value, decimals)} ${symbol}`;
}

/** To the last unit. */
function exact(value: bigint, decimals: number): string {
  const text = formatFixed(value, decimals, decimals);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
