/** Why a contract refused, by the name of its error. */
import { type Interface } from "ethers";

import { ERROR_INTERFACES } from "../lib/interfaces.ts";
import { ACCESS_MANAGER } from "./abis.ts";

const SOURCES: readonly Interface[] = [...ERROR_INTERFACES, ACCESS_MANAGER];
const DEEPEST = 6;

/** Safe's own errors are codes in a text. */
const SAFE_CODES: Readonly<Record<string, string>> = {
  GS010: "not enough gas for the transaction",
  GS013: "the transaction itself failed",
  GS020: "too few signatures",
  GS025: "an owner's approval of this hash is missing",
  GS026: "a signature is of no owner, twice, or out of order; or the nonce, chain or Safe is another one",
};

/** Error name and values as one line. */
export function refusalOf(error: unknown): string {
  const data = revertData(error);
  if (data !== undefined) {
    for (const abi of SOURCES) {
      const parsed = abi.parseError(data);
      if (parsed === null) continue;
      const args = [...(parsed.args as Iterable<unknown>)].map(String).join(", ");
      const code = SAFE_CODES[args];
      return parsed.name === "Error" ? `${args}${code === undefined ? "" : ` (${code})`}` : `${parsed.name}(${args})`;
    }
    return `error ${data.slice(0, 10)}`;
  }
  return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
}

/** The bytes a call was refused with, wherever provider and ethers have put them. */
function revertData(error: unknown): string | undefined {
  let candidate = error;
  for (let depth = 0; depth < DEEPEST && typeof candidate === "object" && candidate !== null; depth++) {
    const { data, info, error: inner, cause } = candidate as Record<string, unknown>;
    if (typeof data === "string" && /^0x[0-9a-f]{8}/i.test(data)) return data;
    candidate = data ?? inner ?? info ?? cause;
  }
  return undefined;
}
