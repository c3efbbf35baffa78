/** The address file of a deployment, from its journal and from the chain. */
import { AbiCoder, Interface, keccak256, type Provider } from "ethers";
import hre from "hardhat";

import { Dilution__factory } from "../../types/ethers-contracts/index.ts";
import { type AddressFile, type DeployedContract } from "../lib/addresses.ts";
import { type NetworkFile } from "../lib/network-file.ts";
import { packageVersion } from "../lib/version.ts";
import { type Governors } from "./governors.ts";
import { deployedContracts } from "./ignition.ts";
import { type Market } from "./local-market.ts";

/** A contract and how it came to be. */
interface Created {
  /** As the address file calls it. */
  readonly name: string;
  /** As its source calls it. */
  readonly contract: string;
  readonly address: string;
  readonly arguments: readonly unknown[];
  readonly transaction: string;
}

/** Reads block and code hash of everything from the chain. */
export async function buildAddressFile(
  provider: Provider,
  journals: string,
  input: { name: string; file: NetworkFile; deployer: string; governors: Governors; market: Market },
): Promise<AddressFile> {
  const { name, file, deployer, governors, market } = input;
  const deployed = nameByVault(
    (await deployedContracts(journals, "plimsoll")).map(
      ({ contract, address, constructorArgs, creationTxHash }): Created => ({
        name: contract.slice(contract.lastIndexOf(":") + 1),
        contract: contract.slice(contract.lastIndexOf(":") + 1),
        address,
        arguments: constructorArgs,
        transaction: creationTxHash ?? "",
      }),
    ),
  );
  const all = [...deployed, ...(await madeByDilution(provider, deployed))];
  const contracts: Record<string, DeployedContract> = {};
  for (const created of all.sort((one, other) => one.name.localeCompare(other.name, "en"))) {
    if (created.name in contracts) throw new RangeError(`the deployment has two contracts called ${created.name}`);
    contracts[created.name] = await recordOf(provider, created);
  }
  return {
    chainId: file.network.chainId,
    network: name,
    version: packageVersion(),
    deployer,
    governance: { ...governors, governorDelay: file.governance.governorDelay },
    market: { ...market, sequencerUptimeFeed: file.market.sequencer.feed },
    contracts,
  };
}

/** Contracts that each vault has one of, whose first constructor argument it is; and what the margin vault's are called. */
const OF_MARGIN: Readonly<Record<string, string>> = {
  InsuranceFund: "MarginFund",
  UnderwriterBook: "MarginUnderwriters",
};

/** An address file has one contract of each name, and a deployment may have two of a kind. */
function nameByVault(deployed: readonly Created[]): Created[] {
  const marginVault = deployed.find(({ contract }) => contract === "MarginVault")?.address;
  return deployed.map((created) => {
    const name = OF_MARGIN[created.contract];
    const isOfMargin = marginVault !== undefined && created.arguments[0] === marginVault;
    return name !== undefined && isOfMargin ? { ...created, name } : created;
  });
}

/** The token and the buyback auction, which Dilution's constructor creates with these arguments. */
async function madeByDilution(provider: Provider, deployed: readonly Created[]): Promise<Created[]> {
  const maker = deployed.find(({ name }) => name === "Dilution");
  if (maker === undefined) return [];
  const dilution = Dilution__factory.connect(maker.address, provider);
  const [, , terms] = maker.arguments as [unknown, unknown, Record<string, unknown>];
  const token = await dilution.token();
  const { transaction } = maker;
  return [
    {
      ...{ name: "BackstopToken", contract: "BackstopToken", address: token, transaction },
      arguments: [terms.name, terms.symbol, terms.cap, terms.initialSupply, terms.initialHolder],
    },
    {
      ...{ name: "BuybackAuction", contract: "BuybackAuction", address: await dilution.buybackAuction() },
      ...{ arguments: [token], transaction },
    },
  ];
}

async function recordOf(provider: Provider, created: Created): Promise<DeployedContract> {
  const { address, transaction } = created;
  const artifact = await hre.artifacts.readArtifact(created.contract);
  const receipt = await provider.getTransactionReceipt(transaction);
  if (receipt === null)
    throw new RangeError(`the chain has no transaction ${transaction} that created ${created.name}`);
  const { inputs } = new Interface(artifact.abi).deploy;
  return {
    address,
    source: `${artifact.sourceName}:${artifact.contractName}`,
    constructorArguments: plain(created.arguments),
    encodedArguments: AbiCoder.defaultAbiCoder().encode(inputs, created.arguments as unknown[]),
    block: receipt.blockNumber,
    transaction,
    codeHash: keccak256(await provider.getCode(address)),
  };
}

/** As JSON can hold it: whole numbers as decimal text. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? item.toString() : item)),
  );
}
