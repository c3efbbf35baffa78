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

/** What is known of a vault of either kind. */
export interface VaultBasics {
  readonly address: string;
  readonly asset: string;
  readonly assetDecimals: number;
  readonly oracle: string;
  readonly minProvision: bigint;
  /** Auctions of its dilution layer; empty if it has none. */
  readonly debtAuction: string;
  readonly buybackAuction: string;
  readonly backstopToken: string;
}

/** A lending vault. */
export interface Vault extends VaultBasics {
  readonly collaterals: readonly CollateralRules[];
  readonly minDebt: bigint;
  readonly confirmationDelay: number;
  readonly confirmationWindow: number;
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

/** The engine's vaults of one kind, in order of registration: of the kind is what answers `question`, which no other does. */
export async function vaultsThat(
  rpc: Views,
  blockHash: string,
  engine: string,
  question: { readonly abi: Interface; readonly name: string },
): Promise<string[]> {
  const addresses = (await view(rpc, blockHash, ENGINE, engine, "vaults")) as string[];
  const data = question.abi.encodeFunctionData(question.name);
  const answers = await Promise.all(
    addresses.map(async (address) => {
      try {
        return (await rpc.call({ to: address, data }, blockHash)).length > 2;
      } catch (error) {
        if (error instanceof CallReverted) return false;
        throw error;
      }
    }),
  );
  return addresses.filter((_, index) => answers[index]).map((address) => address.toLowerCase());
}

/** All lending vaults of the engine. What is of another kind, known or not, does not stop them. */
export async function readVaults(rpc: Views, blockHash: string, engine: string): Promise<Vault[]> {
  const addresses = await vaultsThat(rpc, blockHash, engine, { abi: VAULT, name: "collaterals" });
  return Promise.all(addresses.map(async (address) => readVault(rpc, blockHash, engine, address)));
}

/** What both kinds answer alike. */
export async function readBasics(rpc: Views, blockHash: string, engine: string, address: string): Promise<VaultBasics> {
  const ask = async (name: string) => view(rpc, blockHash, VAULT, address, name);
  const [asset, oracle, minProvision, stack] = (await Promise.all([
    ...[ask("asset"), ask("oracle"), ask("minProvision")],
    view(rpc, blockHash, ENGINE, engine, "stackOf", [address]),
  ])) as [string, string, bigint, { tranche: string; kind: bigint }[]];
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
    debtAuction: debtAuction.toLowerCase(),
    buybackAuction: buybackAuction.toLowerCase(),
    backstopToken: backstopToken.toLowerCase(),
  };
}

async function readVault(rpc: Views, blockHash: string, engine: string, address: string): Promise<Vault> {
  const ask = async (name: string, args: readonly unknown[] = []) => view(rpc, blockHash, VAULT, address, name, args);
  const [basics, collaterals, risk] = (await Promise.all([
    ...[readBasics(rpc, blockHash, engine, address), ask("collaterals"), ask("riskConfig")],
  ])) as [VaultBasics, string[], Record<string, bigint>];
  return {
    ...basics,
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
  };
}
/** Contracts whose events tell all that a keeper must know of. */
export function eventSources(engine: string, vaults: readonly VaultBasics[], shares: readonly string[]): string[] {
  const sources = vaults.flatMap(({ address, debtAuction, buybackAuction }) => [address, debtAuction, buybackAuction]);
  return [...new Set([engine, ...sources, ...shares].filter((address) => address !== ""))].sort();
}
