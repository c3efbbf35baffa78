/** Where a deployment is: the file that the deployment wrote, `deploy/addresses/<chainId>.json`. */
import { existsSync, readFileSync } from "node:fs";

import { type ContractName, INTERFACES } from "../lib/interfaces.ts";
import { GovernanceError } from "./errors.ts";
import { type NamedAddress, Names } from "./names.ts";
import { type Proposal } from "./proposal.ts";

/** What is read of the file. */
interface AddressFile {
  readonly governance: Readonly<Record<string, unknown>>;
  readonly contracts: Readonly<Record<string, { readonly address: string; readonly block: number }>>;
}

const SAFES = ["governor", "guardian", "riskCouncil"] as const;

/** Contracts and Safes of the deployment on a chain. */
export function knownAddresses(chainId: bigint): NamedAddress[] {
  const file = addressFile(chainId);
  if (file === undefined) {
    throw new GovernanceError("NoAddresses", `there is no deploy/addresses/${chainId}.json: deploy first`);
  }
  return namedAddresses(file);
}

/** Block before which nothing of the deployment existed. */
export function firstBlock(chainId: bigint): number {
  const blocks = Object.values(addressFile(chainId)?.contracts ?? {}).map(({ block }) => block);
  return blocks.length === 0 ? 0 : Math.min(...blocks);
}

/**
 * Names for a signer to read a proposal by: this repository's for the deployment; for anything else the proposer's, which
 * are returned as well, to be looked at.
 */
export function trustedNames(proposal: Proposal): {
  names: Names;
  unproven: readonly NamedAddress[];
  isKnown: boolean;
} {
  const file = addressFile(proposal.chainId);
  const own = file === undefined ? [] : namedAddresses(file);
  const known = new Set(own.map(({ address }) => address));
  const unproven = proposal.names.filter(({ address, name }) => !known.has(address) || name.startsWith("$"));
  // Only tokens may be called by the proposer's names where the deployment is known.
  const others =
    file === undefined
      ? proposal.names
      : unproven.filter(({ contract, name }) => contract === "ERC20" || name.startsWith("$"));
  return {
    names: new Names([...own, ...others]),
    unproven: unproven.filter(({ name }) => !name.startsWith("$")),
    isKnown: file !== undefined,
  };
}

function namedAddresses({ governance, contracts }: AddressFile): NamedAddress[] {
  const names = Object.entries(contracts).map(([name, { address }]) => {
    const contract =
      name === "AccessManager" || name in INTERFACES ? (name as ContractName | "AccessManager") : undefined;
    return contract === undefined ? { name, address } : { name, address, contract };
  });
  const safes = SAFES.flatMap((name) => {
    const address = governance[name];
    return typeof address === "string" ? [{ name, address, contract: "Safe" as const }] : [];
  });
  return new Names([...names, ...safes]).entries.slice();
}

function addressFile(chainId: bigint): AddressFile | undefined {
  const path = new URL(`../../deploy/addresses/${chainId}.json`, import.meta.url);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as AddressFile) : undefined;
}
