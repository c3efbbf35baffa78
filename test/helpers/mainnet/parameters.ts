/** The figures of deploy/parameters/mainnet.json, for a vault that lends USDC or another dollar. */
import { type DeploymentParameters } from "@nomicfoundation/ignition-core";

import { ignitionParameters, type KnownAddresses, readNetworkFile } from "../../../scripts/lib/network-file.js";
import { TOKENS } from "./addresses.js";

/** Dollar assets that the tests lend. */
export type LentAsset = "USDC" | "DAI" | "USDT";

/** Figures in asset units; the file has them for a token of 6 decimals. */
const IN_ASSET_UNITS = new Set([
  ...["debtCap", "minDebt", "maxKeeperReward", "principalCap", "reserveTarget", "minProvision"],
  ...["forgivenHourCap", "forgivenMonthCap", "startPrice", "floorPrice", "prices"],
]);
/** The fund's caps are in asset units; dilution's, of the same names, are in tokens. */
const FUND_CAPS = new Set(["hourCap", "monthCap"]);

/** Parameters of the Ignition modules for a vault that lends `lent`. */
export function mainnetParameters(lent: LentAsset, known: KnownAddresses): DeploymentParameters {
  const scale = 10n ** BigInt(TOKENS[lent].decimals - TOKENS.USDC.decimals);
  const parameters = ignitionParameters(readNetworkFile("mainnet"), known);
  return rescaled(parameters, scale, "") as DeploymentParameters;
}

function rescaled(value: unknown, scale: bigint, module: string, name = ""): unknown {
  if (typeof value === "bigint") {
    return IN_ASSET_UNITS.has(name) || (module === "Fund" && FUND_CAPS.has(name)) ? value * scale : value;
  }
  if (Array.isArray(value)) return value.map((item: unknown) => rescaled(item, scale, module, name));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, rescaled(item, scale, module === "" ? key : module, key)]),
  );
}
