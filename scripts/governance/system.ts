/** A deployment on a chain, as proposals need it: addresses by name, tokens with decimals, parameters as they are now. */
import { Contract, type Provider, Result } from "ethers";

import { type ContractName, INTERFACES } from "../lib/interfaces.ts";
import { ACCESS_MANAGER, ERC20, LENS } from "./abis.ts";
import { GovernanceError } from "./errors.ts";
import { type NamedAddress, Names } from "./names.ts";
import { type Field, type Getter } from "./words/fields.ts";
import { type Subject } from "./words/subjects.ts";
import { type Scale } from "./words/values.ts";

/** A figure as a contract holds it: addresses as text, flags as 0 or 1. */
export type Figure = bigint | string;

export interface Token {
  readonly address: string;
  readonly symbol: string;
  readonly decimals: number;
}

/** Decimals of collateral prices at equal decimals of collateral and asset. */
const WAD_DECIMALS = 18;

export class System {
  readonly provider: Provider;
  readonly chainId: bigint;
  readonly names: Names;
  readonly asset: Token;
  readonly backstop: Token;
  readonly collaterals: readonly Token[];

  private constructor(
    provider: Provider,
    chainId: bigint,
    names: Names,
    tokens: { asset: Token; backstop: Token; collaterals: readonly Token[] },
  ) {
    this.provider = provider;
    this.chainId = chainId;
    this.names = names;
    this.asset = tokens.asset;
    this.backstop = tokens.backstop;
    this.collaterals = tokens.collaterals;
  }

  /** @param known contracts and accounts of the deployment by name; tokens are asked for */
  static async open(provider: Provider, known: readonly NamedAddress[]): Promise<System> {
    const { chainId } = await provider.getNetwork();
    const first = new Names(known);
    const vault = new Contract(first.addressOf("LendingVault"), INTERFACES.LendingVault, provider);
    const dilution = new Contract(first.addressOf("Dilution"), INTERFACES.Dilution, provider);
    const ask = async (contract: Contract, name: string): Promise<unknown> => contract.getFunction(name).staticCall();
    const asset = await readToken(provider, (await ask(vault, "asset")) as string);
    const backstop = await readToken(provider, (await ask(dilution, "token")) as string);
    const listed = [...((await ask(vault, "collaterals")) as Iterable<string>)];
    const collaterals = await Promise.all(listed.map((address) => readToken(provider, address)));
    const tokens = [asset, backstop, ...collaterals].map(({ address, symbol, decimals }) => ({
      ...{ address, decimals, name: symbol },
      contract: "ERC20" as const,
    }));
    // The two whose decimals sums of money have, under names that no word can be mistaken for.
    const money = [
      { name: "$asset", address: asset.address, decimals: asset.decimals },
      { name: "$backstop", address: backstop.address, decimals: backstop.decimals },
    ];
    const names = new Names([...known, ...tokens, ...money]);
    return new System(provider, chainId, names, { asset, backstop, collaterals });
  }

  /** The protocol's contract of this name. */
  contract(name: ContractName): Contract {
    return new Contract(this.names.addressOf(name), INTERFACES[name], this.provider);
  }

  get accessManager(): Contract {
    return new Contract(this.names.addressOf("AccessManager"), ACCESS_MANAGER, this.provider);
  }

  get lens(): Contract {
    return new Contract(this.names.addressOf("SolvencyLens"), LENS, this.provider);
  }

  /** The fields of a subject as they are now, in their order. */
  async read(subject: Subject, keys: readonly string[], blockTag: "latest" | "pending" = "latest"): Promise<Figure[]> {
    const contract = new Contract(this.names.addressOf(subject.place), INTERFACES[subject.contract], this.provider);
    const figures: Figure[] = [];
    for (const getter of subject.getters) {
      const args = getter.forVault === true ? [this.names.addressOf("LendingVault"), ...keys] : keys;
      const answer: unknown = await contract.getFunction(getter.name).staticCall(...args, { blockTag });
      figures.push(...fieldsIn(answer, getter));
    }
    return figures;
  }

  /** How a figure of `field` is written; prices depend on the collateral or the feed. */
  async scaleOf(
    field: Field,
    { token, feed }: { token?: string | undefined; feed?: string | undefined },
  ): Promise<Scale> {
    if (field.unit !== "money") return { unit: field.unit };
    const { asset, backstop } = this;
    switch (field.money) {
      case "asset":
        return { unit: "money", decimals: asset.decimals, symbol: asset.symbol };
      case "backstop":
        return { unit: "money", decimals: backstop.decimals, symbol: backstop.symbol };
      case "collateralPrice": {
        if (token === undefined) return { unit: "money", decimals: WAD_DECIMALS };
        const { decimals } = await this.token(token);
        return { unit: "money", decimals: WAD_DECIMALS + asset.decimals - decimals, symbol: asset.symbol };
      }
      case "feed":
        return { unit: "money", decimals: feed === undefined ? 0 : await this.decimalsOf(feed) };
      case undefined:
        return { unit: "integer" };
      default:
        throw new TypeError(`money of ${String(field.money)}`);
    }
  }

  /** A token that is known, or asked for now. */
  async token(address: string): Promise<Token> {
    const known = [this.asset, this.backstop, ...this.collaterals].find((token) => token.address === address);
    return known ?? readToken(this.provider, address);
  }

  /** Decimals of a token or feed. */
  async decimalsOf(address: string): Promise<number> {
    try {
      return Number((await new Contract(address, ERC20, this.provider).getFunction("decimals").staticCall()) as bigint);
    } catch {
      throw new GovernanceError("BadValue", `${address} does not say how many decimals it has: it is no feed or token`);
    }
  }
}

/** The fields inside a getter's answer. */
function fieldsIn(answer: unknown, { path = [], count }: Getter): Figure[] {
  let node = answer;
  for (const name of path) node = (node as Result).getValue(name) as unknown;
  const values = node instanceof Result ? [...node] : [node];
  return values.slice(0, count).map((value) => {
    if (typeof value === "boolean") return value ? 1n : 0n;
    return value as bigint | string;
  });
}

async function readToken(provider: Provider, address: string): Promise<Token> {
  const token = new Contract(address, ERC20, provider);
  try {
    return {
      address,
      symbol: (await token.getFunction("symbol").staticCall()) as string,
      decimals: Number((await token.getFunction("decimals").staticCall()) as bigint),
    };
  } catch {
    throw new GovernanceError("BadValue", `${address} does not answer as a token`);
  }
}
