/** A Safe transaction: what its owners sign, the three hashes their devices show, and batches of calls inside one. */
import {
  concat,
  dataLength,
  getAddress,
  getBytes,
  hexlify,
  solidityPacked,
  toBigInt,
  TypedDataEncoder,
  ZeroAddress,
} from "ethers";

import { SAFE_CONTRACTS } from "../../lib/safe/index.ts";
import { GovernanceError } from "../errors.ts";

/** How a Safe reaches the target: as a call, or by running its code as its own. */
export const OPERATION = { call: 0, delegateCall: 1 } as const;

/** One call of a batch. */
export interface BatchCall {
  readonly to: string;
  readonly value: bigint;
  readonly data: string;
}

/** What the owners sign, in the order of Safe's EIP-712 type. */
export interface SafeTransaction extends BatchCall {
  readonly operation: number;
  readonly safeTxGas: bigint;
  readonly baseGas: bigint;
  readonly gasPrice: bigint;
  readonly gasToken: string;
  readonly refundReceiver: string;
  readonly nonce: bigint;
}

/** The account and chain that a signature is for. */
export interface SafeDomain {
  readonly chainId: bigint;
  readonly safe: string;
}

export interface SafeHashes {
  /** Says which Safe on which chain. */
  readonly domain: string;
  /** Says which transaction. */
  readonly message: string;
  /** Of both: what is signed. */
  readonly safeTx: string;
}

/** EIP-712 type of Safe 1.3 and later. */
export const SAFE_TX_TYPES: Record<string, { name: string; type: string }[]> = {
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

/** One call as it is, several through MultiSendCallOnly; no gas refund: whoever executes pays. */
export function safeTransaction(calls: readonly BatchCall[], nonce: bigint): SafeTransaction {
  const [only, ...more] = calls;
  if (only === undefined) throw new RangeError("a Safe transaction without a call");
  const multiSend = SAFE_CONTRACTS.MultiSendCallOnly;
  const outer =
    more.length === 0
      ? { ...only, operation: OPERATION.call }
      : {
          to: multiSend.address,
          value: 0n,
          data: multiSend.interface.encodeFunctionData("multiSend", [encodeMultiSend(calls)]),
          operation: OPERATION.delegateCall,
        };
  return {
    to: getAddress(outer.to),
    value: outer.value,
    data: outer.data,
    operation: outer.operation,
    safeTxGas: 0n,
    baseGas: 0n,
    gasPrice: 0n,
    gasToken: ZeroAddress,
    refundReceiver: ZeroAddress,
    nonce,
  };
}

/** The calls inside a transaction; itself if it is no batch. */
export function callsInside(transaction: SafeTransaction): BatchCall[] {
  const { to, value, data, operation } = transaction;
  const multiSend = SAFE_CONTRACTS.MultiSendCallOnly;
  if (operation !== OPERATION.delegateCall || getAddress(to) !== multiSend.address) return [{ to, value, data }];
  const [packed] = multiSend.interface.decodeFunctionData("multiSend", data) as unknown as [string];
  return decodeMultiSend(packed);
}

/** The three hashes of a transaction. */
export function safeHashes({ chainId, safe }: SafeDomain, transaction: SafeTransaction): SafeHashes {
  const domain = { chainId, verifyingContract: safe };
  return {
    domain: TypedDataEncoder.hashDomain(domain),
    message: TypedDataEncoder.from(SAFE_TX_TYPES).hash(transaction),
    safeTx: TypedDataEncoder.hash(domain, SAFE_TX_TYPES, transaction),
  };
}

/** Calls as MultiSend packs them: operation, target, value, length, data. */
function encodeMultiSend(calls: readonly BatchCall[]): string {
  return concat(
    calls.map(({ to, value, data }) =>
      solidityPacked(
        ["uint8", "address", "uint256", "uint256", "bytes"],
        [OPERATION.call, to, value, dataLength(data), data],
      ),
    ),
  );
}

const HEADER = 85;

function decodeMultiSend(packed: string): BatchCall[] {
  const bytes = getBytes(packed);
  const part = (from: number, to: number): string => hexlify(bytes.subarray(from, to));
  const calls: BatchCall[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + HEADER;
    if (end > bytes.length) throw cutOff(at);
    if (bytes[at] !== OPERATION.call) {
      throw new GovernanceError("BadProposal", `call ${calls.length + 1} of the batch is a delegate call`);
    }
    const length = toBigInt(part(at + 53, end));
    if (length > BigInt(bytes.length - end)) throw cutOff(at);
    const next = end + Number(length);
    calls.push({
      to: getAddress(part(at + 1, at + 21)),
      value: toBigInt(part(at + 21, at + 53)),
      data: part(end, next),
    });
    at = next;
  }
  return calls;
}

function cutOff(at: number): GovernanceError {
  return new GovernanceError("BadProposal", `the batch is cut off at byte ${at}`);
}
