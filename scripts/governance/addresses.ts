/** Where a deployment is: the file that the deployment wrote, `deploy/addresses/<chainId>.json`. */
import { type AddressFile, findAddressFile } from "../lib/addresses.ts";
import { type ContractName, INTERFACES } from "../lib/interfaces.ts";
import { GovernanceError } from "./errors.ts";
import { type NamedAddress, Names } from "./names.ts";
import { type Proposal } from "./proposal.ts";

const SAFES = ["governor", "guardian", "riskCouncil"] as const;

/** Contracts and Safes of the deployment on a chain. */
export function knownAddresses(chainId: bigint): NamedAddress[] {
  const file = findAddressFile(chainId);
  if (file === undefined) {
    throw new GovernanceError("NoAddresses", `there is no deploy/addresses/${chainId}.json: deploy first`);
  }
  return namedAddresses(file);
}

/** Block before which nothing of the deployment existed. */
export function firstBlock(chainId: bigint): number {
  const blocks = Object.values(findAddressFile(chainId)?.contracts ?? {}).map(({ block }) => block);
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
  const file = findAddressFile(proposal.chainId);
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
  const names = Object.entries(contracts).map(([name, { address, source }]) => {
    // The kind is the source's: a margin vault's fund has another name than kind.
    const kind = source.slice(source.lastIndexOf(":") + 1);
    const contract =
      kind === "AccessManager" || kind in INTERFACES ? (kind as ContractName | "AccessManager") : undefined;
    return contract === undefined ? { name, address } : { name, address, contract };
  });
  const safes = SAFES.map((name) => {
    const address = governance[name];
    return { name, address, contract: "Safe" as const };
  });
  return new Names([...names, ...safes]).entries.slice();
}
