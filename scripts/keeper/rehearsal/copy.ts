/** A node that lets its state be changed: `hardhat node` or anvil, with a fork or a local chain. Never a real network. */
import { AbiCoder } from "ethers";

import { ask } from "../local/node.ts";

export interface CopyReceipt {
  readonly gasUsed: bigint;
  readonly succeeded: boolean;
  readonly logs: readonly { address: string; topics: string[]; data: string }[];
}

/** The node does not let its state be changed, so it is not a copy. */
export class NotACopy extends Error {
  override readonly name = "NotACopy";

  constructor() {
    super("this node does not know hardhat_setCode: rehearse on `hardhat node` or anvil, never on a real network");
  }
}

/** Who sends: an account that exists nowhere else. */
const ACTOR = "0x00000000000000000000000000000000706c696d";
const PLENTY = "0xffffffffffffffffffff";
const GAS = "0xf42400";

export interface Copy {
  call(to: string, data: string): Promise<string>;
  send(to: string, data: string): Promise<CopyReceipt>;
  /** Deploys `bytecode` and puts its code at `address`. */
  replaceCode(address: string, bytecode: string, args: readonly [number, bigint]): Promise<void>;
  now(): Promise<number>;
  advance(seconds: number): Promise<void>;
  /** Everything as it was when the copy was opened. */
  goBack(): Promise<void>;
}

export async function openCopy(url: string): Promise<Copy> {
  const request = async (method: string, params: readonly unknown[]) => ask(url, method, params);
  try {
    await request("hardhat_setBalance", [ACTOR, PLENTY]);
    await request("hardhat_impersonateAccount", [ACTOR]);
  } catch {
    throw new NotACopy();
  }
  const snapshot = await request("evm_snapshot", []);
  const receiptOf = async (hash: unknown): Promise<CopyReceipt & { contractAddress: string }> => {
    const raw = (await request("eth_getTransactionReceipt", [hash])) as Record<string, string> & {
      logs: CopyReceipt["logs"];
    };
    return {
      ...{ gasUsed: BigInt(raw.gasUsed ?? 0), succeeded: raw.status === "0x1", logs: raw.logs },
      contractAddress: raw.contractAddress ?? "",
    };
  };
  return {
    call: async (to, data) => (await request("eth_call", [{ to, data }, "latest"])) as string,
    send: async (to, data) => receiptOf(await request("eth_sendTransaction", [{ from: ACTOR, to, data, gas: GAS }])),
    replaceCode: async (address, bytecode, args) => {
      const encoded = AbiCoder.defaultAbiCoder().encode(["uint8", "int256"], args).slice(2);
      const made = await receiptOf(
        await request("eth_sendTransaction", [{ from: ACTOR, data: `${bytecode}${encoded}`, gas: GAS }]),
      );
      await request("hardhat_setCode", [address, await request("eth_getCode", [made.contractAddress, "latest"])]);
    },
    now: async () =>
      Number(((await request("eth_getBlockByNumber", ["latest", false])) as { timestamp: string }).timestamp),
    advance: async (seconds) => {
      await request("evm_increaseTime", [seconds]);
      await request("evm_mine", []);
    },
    goBack: async () => {
      await request("evm_revert", [snapshot]);
    },
  };
}
