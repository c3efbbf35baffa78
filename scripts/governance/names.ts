/** Addresses by name and names by address: contracts of the deployment, tokens by symbol, Safes by role. */
import { getAddress, isHexString } from "ethers";

import { type Callee } from "./words/actions.ts";
import { GovernanceError } from "./errors.ts";
import { didYouMean } from "./words/suggest.ts";

/** A name for an address. */
export interface NamedAddress {
  readonly name: string;
  readonly address: string;
  /** Whose ABI its calls are read with; nothing for ordinary accounts. */
  readonly contract?: Callee | "ERC20";
  /** Tokens only. */
  readonly decimals?: number;
}

export class Names {
  readonly entries: readonly NamedAddress[];

  constructor(entries: readonly NamedAddress[]) {
    this.entries = entries.map((entry) => ({ ...entry, address: getAddress(entry.address) }));
  }

  /** The address that `text` is or names. A name that two addresses have says nothing. */
  resolve(text: string, what: string): string {
    if (/^0x/i.test(text)) {
      if (!isHexString(text, 20)) throw new GovernanceError("BadValue", `${what}: "${text}" is no address`);
      try {
        return getAddress(text);
      } catch {
        throw new GovernanceError("BadValue", `${what}: "${text}" has a wrong checksum: a digit was changed`);
      }
    }
    const found = this.entries.filter(({ name }) => name.toLowerCase() === text.toLowerCase());
    const addresses = new Set(found.map(({ address }) => address));
    const [only, ...more] = addresses;
    if (only === undefined) {
      const known = [...new Set(this.entries.map(({ name }) => name))].filter((name) => !name.startsWith("$"));
      throw new GovernanceError("UnknownName", `${what}: "${text}"; ${didYouMean(text, known)} Or write the address.`);
    }
    if (more.length > 0) {
      throw new GovernanceError("UnknownName", `${what}: ${[...addresses].join(" and ")} are both called ${text}`);
    }
    return only;
  }

  /** What is known about an address. */
  find(address: string): NamedAddress | undefined {
    const wanted = getAddress(address);
    return this.entries.find((entry) => entry.address === wanted);
  }

  /** Its name, or the address itself. */
  nameOf(address: string): string {
    return this.find(address)?.name ?? getAddress(address);
  }

  /** The address of the deployment's contract of this name. */
  addressOf(name: string): string {
    const found = this.entries.find((entry) => entry.name === name);
    if (found === undefined) throw new GovernanceError("NoAddresses", `the address file has no ${name}`);
    return found.address;
  }

  has(name: string): boolean {
    return this.entries.some((entry) => entry.name === name);
  }
}
