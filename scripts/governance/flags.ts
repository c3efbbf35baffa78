/** What a signer must not overlook, found in the bytes of a batch. */
import { ZeroAddress } from "ethers";

import { type Decoded, isForeignDelegateCall } from "./decode.ts";
import { type Names } from "./names.ts";
import { type SafeTransaction } from "./safe/transaction.ts";

export type FlagKind =
  | "delegate call"
  | "unknown target"
  | "unknown selector"
  | "approval"
  | "role change"
  | "owner change"
  | "loosening"
  | "money leaves"
  | "gas refund"
  | "changes nothing";

export interface Flag {
  readonly kind: FlagKind;
  /** Number of the call it is about, from 1; zero: the transaction as a whole. */
  readonly call: number;
  readonly text: string;
}

const APPROVALS: ReadonlySet<string> = new Set([
  "approve",
  "increaseAllowance",
  "setApprovalForAll",
  "permit",
  "setAuthorization",
  "setAuthorizationWithSig",
]);
const TRANSFERS: ReadonlySet<string> = new Set(["transfer", "transferFrom"]);
/** AccessManager's functions that change no role. */
const NO_ROLE: ReadonlySet<string> = new Set(["schedule", "execute", "cancel"]);
/** Safe's functions that change nothing about who may sign or act. */
const NO_OWNER: ReadonlySet<string> = new Set(["approveHash", "execTransaction"]);

/** Flags of the transaction itself and of every call inside it. */
export function flagsOf(transaction: SafeTransaction, calls: readonly Decoded[], names: Names): Flag[] {
  const flags: Flag[] = [];
  const whole = (kind: FlagKind, text: string): void => void flags.push({ kind, call: 0, text });
  if (isForeignDelegateCall(transaction)) {
    whole("delegate call", `runs code of ${names.nameOf(transaction.to)} as the Safe itself: it can do anything`);
  }
  const { safeTxGas, baseGas, gasPrice, gasToken, refundReceiver } = transaction;
  if (
    safeTxGas !== 0n ||
    baseGas !== 0n ||
    gasPrice !== 0n ||
    gasToken !== ZeroAddress ||
    refundReceiver !== ZeroAddress
  ) {
    whole("gas refund", `the Safe pays for gas, in ${names.nameOf(gasToken)}, to ${names.nameOf(refundReceiver)}`);
  }
  for (const [i, call] of calls.entries()) flags.push(...flagsOfCall(call, i + 1, names));
  return flags;
}

/** Flags of one call and of the call inside it. */
function flagsOfCall(decoded: Decoded, call: number, names: Names): Flag[] {
  const flags: Flag[] = [];
  const flag = (kind: FlagKind, text: string): void => void flags.push({ kind, call, text });
  const { target, fragment, value, inner, data } = decoded;
  const where = target?.name ?? decoded.to;
  if (target === undefined) flag("unknown target", `${decoded.to} is none of the deployment's addresses`);
  if (value !== 0n) flag("money leaves", `${value} wei to ${where}`);
  if (fragment === undefined) {
    // A plain payment calls nothing.
    if (data !== "0x")
      flag("unknown selector", `${data.slice(0, 10)} of ${where} cannot be read: do not sign what you cannot read`);
    return flags;
  }
  if (APPROVALS.has(fragment.name))
    flag("approval", `${where}.${fragment.name}: somebody may take tokens or act for the Safe`);
  if (TRANSFERS.has(fragment.name)) flag("money leaves", `${where}.${fragment.name}: ${decoded.shown.join(", ")}`);
  if (target?.contract === "AccessManager" && !NO_ROLE.has(fragment.name)) {
    flag("role change", `${fragment.name}: ${decoded.shown.join(", ")}`);
  }
  if (fragment.name === "setAuthority") flag("role change", `${where} would obey another access manager`);
  if (target?.contract === "Safe" && !NO_OWNER.has(fragment.name)) {
    flag("owner change", `${where}.${fragment.name}: ${decoded.shown.join(", ")}`);
  }
  return inner === undefined || fragment.name === "cancel" ? flags : [...flags, ...flagsOfCall(inner, call, names)];
}
