/** A real 2-of-3 Safe on mainnet, and what its owners sign. */
import { concat, Contract, getBytes, Interface, toBeHex, ZeroAddress, type ContractTransactionReceipt } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { SAFE_FACTORY, SAFE_FALLBACK_HANDLER, SAFE_SINGLETON } from "./addresses.js";
import type { MainnetFork } from "./fork.js";

const SAFE_ABI = new Interface([
  "function setup(address[],uint256,address,bytes,address,address,uint256,address)",
  "function nonce() view returns (uint256)",
  "function getOwners() view returns (address[])",
  "function getThreshold() view returns (uint256)",
  "function execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes) payable returns (bool)",
]);
const FACTORY_ABI = ["function createProxyWithNonce(address,bytes,uint256) returns (address)"];
const SAFE_TX = {
  SafeTx: [
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "data", type: "bytes" },
    { name: "operation", type: "uint8" },
    { name: "safeTxGas", type: "uint256" },
    { name: "baseGas", type: "uint256" },
    { name: "gasPrice", type: "uint256" },
    { name: "gasToken", type: "address" },
    { name: "refundReceiver", type: "address" },
    { name: "nonce", type: "uint256" },
  ],
};

/** A Safe and the three people who own it. */
export interface ForkSafe {
  readonly address: string;
  readonly owners: readonly HardhatEthersSigner[];
  /** Executes a call with the signatures of these owners; the first two unless said otherwise. */
  execute(to: string, data: string, signers?: readonly HardhatEthersSigner[]): Promise<ContractTransactionReceipt>;
}

/** Creates a Safe through mainnet's own factory: two of three must sign. */
export async function createSafe(fork: MainnetFork, owners: readonly HardhatEthersSigner[]): Promise<ForkSafe> {
  const [deployer] = await fork.ethers.getSigners();
  const setup = SAFE_ABI.encodeFunctionData("setup", [
    owners.map(({ address }) => address),
    2,
    ZeroAddress,
    "0x",
    SAFE_FALLBACK_HANDLER,
    ZeroAddress,
    0,
    ZeroAddress,
  ]);
  const factory = new Contract(SAFE_FACTORY, FACTORY_ABI, deployer);
  const create = factory.getFunction("createProxyWithNonce");
  const salt = BigInt(owners[0]!.address);
  const address = (await create.staticCall(SAFE_SINGLETON, setup, salt)) as string;
  await create.send(SAFE_SINGLETON, setup, salt);
  const safe = new Contract(address, SAFE_ABI, deployer);

  const execute: ForkSafe["execute"] = async (to, data, signers = owners.slice(0, 2)) => {
    const nonce = (await safe.getFunction("nonce").staticCall()) as bigint;
    const transaction = {
      ...{ to, value: 0n, data, operation: 0, safeTxGas: 0n, baseGas: 0n, gasPrice: 0n },
      ...{ gasToken: ZeroAddress, refundReceiver: ZeroAddress, nonce },
    };
    const domain = { chainId: 1, verifyingContract: address };
    // The contract wants signatures in the order of the signers' addresses.
    const sorted = [...signers].sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
    const signatures = concat(
      await Promise.all(sorted.map(async (owner) => owner.signTypedData(domain, SAFE_TX, transaction))),
    );
    const sent = await safe
      .getFunction("execTransaction")
      .send(to, 0n, data, 0, 0n, 0n, 0n, ZeroAddress, ZeroAddress, getBytes(signatures));
    const receipt = await sent.wait();
    if (receipt === null) throw new Error(`the Safe's transaction ${toBeHex(nonce)} was not mined`);
    return receipt;
  };
  return { address, owners, execute };
}
