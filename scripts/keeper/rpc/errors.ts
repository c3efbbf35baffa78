/** What can go wrong between a keeper and its nodes. Each names the endpoint, never its URL: URLs carry keys. */
import { isHexString } from "ethers";

/** The endpoint did not answer, or not in time, or with something that is no answer. Another one may. */
export class EndpointFailed extends Error {
  override readonly name = "EndpointFailed";
  readonly endpoint: string;

  constructor(endpoint: string, method: string, reason: string) {
    super(`${endpoint} did not answer ${method}: ${reason}`);
    this.endpoint = endpoint;
  }
}

/** The contracts refused a call. Every honest endpoint says the same. */
export class CallReverted extends Error {
  override readonly name = "CallReverted";
  /** Encoded error; "0x" if it has none. */
  readonly data: string;

  constructor(method: string, data: string, message: string) {
    super(`${method} was refused by a contract: ${message}`);
    this.data = data;
  }
}

/** A node refused a transaction: too cheap, nonce used, no funds. The text is the node's. */
export class TransactionRefused extends Error {
  override readonly name = "TransactionRefused";
}

/** None of the endpoints answered. */
export class AllEndpointsFailed extends Error {
  override readonly name = "AllEndpointsFailed";

  constructor(method: string, reasons: readonly string[]) {
    super(`no endpoint answered ${method}: ${reasons.join("; ")}`);
  }
}

/** The endpoints do not agree on a head that can be believed. */
export class NoCredibleHead extends Error {
  override readonly name = "NoCredibleHead";

  constructor(reasons: readonly string[]) {
    super(`no head can be believed: ${reasons.join("; ")}`);
  }
}

/** The data a call was refused with, wherever a node has put it. */
export function revertData(error: unknown): string | undefined {
  let candidate = error;
  for (let depth = 0; depth < 4 && typeof candidate === "object" && candidate !== null; depth++) {
    if ("data" in candidate && isHexString(candidate.data)) return candidate.data;
    candidate = "data" in candidate ? candidate.data : "error" in candidate ? candidate.error : undefined;
  }
  return undefined;
}
