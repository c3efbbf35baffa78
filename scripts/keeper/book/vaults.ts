/** Which vaults there are, and their rules: asked of the chain at the start, and again now and then. */
import { type Interface } from "ethers";

import { DILUTION, ENGINE, ERC20, VAULT } from "../abi.ts";
import { CallReverted } from "../rpc/errors.ts";
import { type Views } from "../rpc/pool.ts";

export interface CollateralRules {
  readonly token: string;
  readonly lltvBps: bigint;
  readonly minIncentiveBps: bigint;
  readonly retired: boolean;
  /** Amount the price is asked for: a thousand million whole tokens, so that no digit is lost. */
  readonly probe: bigint;
}

export interface Vault {
  readonly address: string;
  readonly asset: string;
  readonly assetDecimals: number;
  readonly oracle: string;
  readonly collaterals: readonly CollateralRules[];
  readonly minDebt: bigint;
  readonly confirmationDelay: number;
  readonly confirmationWindow: number;
  readonly minProvision: bigint;
  /** Auctions of its dilution layer; empty if it has none. */
  readonly debtAuction: string;
  readonly buybackAuction: string;
  readonly backstopToken: string;
}

/** Kind of a layer, as in IWriteOffEngine.Kind. */
const DILUTION_LAYER = 1n;
const PROBE_TOKENS = 10n ** 9n;

/** Asks a view of one block. */
export async function view(
  rpc: Views,
  blockHash: string,
  abi: Interface,
  to: string,
  name: string,
  args: readonly unknown[] = [],
): Promise<unknown> {
  const result = await rpc.call({ to, data: abi.encodeFunctionData(name, args) }, blockHash);
  return abi.decodeFunctionResult(name, result)[0];
}

/**
 * All lending vaults of the engine, in order of registration. Vaults of another kind are passed over: this keeper does
 * not know what to do with them, and they must not stop it.
 */
export async function readVaults(rpc: Views, blockHash: string, engine: string): Promise<Vault[]> {
  const addresses = (await view(rpc, blockHash, ENGINE, engine, "vaults")) as string[];
  const vaults = await Promise.all(
    addresses.map(async (address) => {
      if (!(await lendsAgainstCollateral(rpc, blockHash, address))) return undefined;
      return readVault(rpc, blockHash, engine, address.toLowerCase());
    }),
  );
  return vaults.filter((vault) => vault !== undefined);
}

/** Whether a vault is of the kind whose positions are pairs of borrower and collateral. */
async function lendsAgainstCollateral(rpc: Views, blockHash: string, address: string): Promise<boolean> {
  try {
    const result = await rpc.call({ to: address, data: VAULT.encodeFunctionData("collaterals") }, blockHash);
    return result.length > 2;
  } catch (error) {
    if (error instanceof CallReverted) return false;
    throw error;
  }
}

async function readVault(rpc: Views, blockHash: string, engine: string, address: string): Promise<Vault> {
  const ask = async (name: string, args: readonly unknown[] = []) => view(rpc, blockHash, VAULT, address, name, args);
  const [asset, oracle, collaterals, risk, minProvision, stack] = (await Promise.all([
    ...[ask("asset"), ask("oracle"), ask("collaterals"), ask("riskConfig"), ask("minProvision")],
    view(rpc, blockHash, ENGINE, engine, "stackOf", [address]),
  ])) as [string, string, string[], Record<string, bigint>, bigint, { tranche: string; kind: bigint }[]];
  const dilution = stack.find(({ kind }) => kind === DILUTION_LAYER)?.tranche;
  const [debtAuction, buybackAuction, backstopToken] =
    dilution === undefined
      ? ["", "", ""]
      : ((await Promise.all(
          ["debtAuction", "buybackAuction", "token"].map(async (name) =>
            view(rpc, blockHash, DILUTION, dilution, name),
          ),
        )) as [string, string, string]);
  return {
    ...{ address, asset: asset.toLowerCase(), oracle: oracle.toLowerCase(), minProvision },
    assetDecimals: Number(await view(rpc, blockHash, ERC20, asset, "decimals")),
    collaterals: await Promise.all(
      collaterals.map(async (token): Promise<CollateralRules> => {
        const [config, decimals, retirement] = (await Promise.all([
          ask("collateralConfig", [token]),
          view(rpc, blockHash, ERC20, token, "decimals"),
          rpc.call({ to: address, data: VAULT.encodeFunctionData("retirementOf", [token]) }, blockHash),
        ])) as [Record<string, bigint>, bigint, string];
        return {
          token: token.toLowerCase(),
          lltvBps: config.lltvBps ?? 0n,
          minIncentiveBps: config.minIncentiveBps ?? 0n,
          retired: Boolean(VAULT.decodeFunctionResult("retirementOf", retirement).retired),
          probe: PROBE_TOKENS * 10n ** decimals,
        };
      }),
    ),
    minDebt: risk.minDebt ?? 0n,
    confirmationDelay: Number(risk.confirmationDelay),
    confirmationWindow: Number(risk.confirmationWindow),
    debtAuction: debtAuction.toLowerCase(),
    buybackAuction: buybackAuction.toLowerCase(),
    backstopToken: backstopToken.toLowerCase(),
  };
}

/** Contracts whose events tell all that a keeper must know of. */
export function eventSources(engine: string, vaults: readonly Vault[], shares: readonly string[]): string[] {
  const sources = vaults.flatMap(({ address, debtAuction, buybackAuction }) => [address, debtAuction, buybackAuction]);
  return [...new Set([engine, ...sources, ...shares].filter((address) => address !== ""))].sort();
}
