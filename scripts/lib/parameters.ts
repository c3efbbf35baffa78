import { readFileSync } from "node:fs";

import { type DeploymentParameters } from "@nomicfoundation/ignition-core";

/**
 * Reads a file of deploy/parameters and adds what is only known at run time.
 * Whole numbers beyond 2^53 are written `"123n"` there, as Hardhat Ignition does.
 * @param name file name without `.json`
 * @param known values for all modules: addresses of tokens, feeds and role holders
 */
export function deploymentParameters(name: string, known: Readonly<Record<string, string>>): DeploymentParameters {
  const file = new URL(`../../deploy/parameters/${name}.json`, import.meta.url);
  const parameters = JSON.parse(readFileSync(file, "utf8"), (_key, value: unknown) =>
    typeof value === "string" && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  ) as DeploymentParameters;
  return { ...parameters, $global: { ...parameters.$global, ...known } };
}
