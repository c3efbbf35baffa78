import {
  Contract,
  ContractFactory,
  type ContractTransactionReceipt,
  type ContractTransactionResponse,
  type Signer,
} from "ethers";

import { type Compiled, link } from "./compile.ts";

/** Deploys contracts of one package, in the name of one account. */
export class Deployer {
  readonly #contracts: ReadonlyMap<string, Compiled>;
  readonly #signer: Signer;
  readonly #libraries: Record<string, string> = {};

  constructor(contracts: ReadonlyMap<string, Compiled>, signer: Signer) {
    this.#contracts = contracts;
    this.#signer = signer;
  }

  async deploy(name: string, ...args: readonly unknown[]): Promise<Contract> {
    const compiled = this.#compiled(name);
    const factory = new ContractFactory(compiled.abi, link(compiled, this.#libraries), this.#signer);
    const deployed = await factory.deploy(...args);
    await deployed.waitForDeployment();
    return this.at(name, await deployed.getAddress());
  }

  /** Deploys a library; contracts deployed later are linked to it. */
  async deployLibrary(name: string): Promise<void> {
    this.#libraries[name] = await (await this.deploy(name)).getAddress();
  }

  /** A contract that stands already, with the functions of `name`. */
  at(name: string, address: string): Contract {
    return new Contract(address, this.#compiled(name).abi, this.#signer);
  }

  #compiled(name: string): Compiled {
    const compiled = this.#contracts.get(name);
    if (compiled === undefined) throw new Error(`${name} was not compiled`);
    return compiled;
  }
}

/** Sends a transaction. The types of peers are not generated, so their functions are found by name. */
export async function send(
  contract: Contract,
  from: Signer,
  name: string,
  ...args: readonly unknown[]
): Promise<ContractTransactionResponse> {
  return contract
    .connect(from)
    .getFunction(name)
    .send(...args);
}

export async function read(contract: Contract, name: string, ...args: readonly unknown[]): Promise<unknown> {
  return (await contract.getFunction(name).staticCall(...args)) as unknown;
}

/** Arguments of all events of this name that `contract` emitted. */
export function eventsOf(receipt: ContractTransactionReceipt, contract: Contract, name: string) {
  return receipt.logs
    .filter((log) => log.address === contract.target)
    .map((log) => contract.interface.parseLog(log))
    .filter((log) => log?.name === name)
    .map((log) => log?.args.toObject() as Record<string, bigint>);
}
