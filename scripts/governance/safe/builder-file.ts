/**
 * Files of Safe's Transaction Builder. Its app recomputes the checksum when a file is dropped on it and warns if it
 * differs. The serialization is the app's own: keys sorted and written before the values, `meta.name` as null, no
 * `meta.checksum`.
 */
import { type FunctionFragment, getAddress, id, type ParamType } from "ethers";

import { GovernanceError } from "../errors.ts";
import { type BatchCall, type SafeDomain } from "./transaction.ts";

/** One parameter as the app describes it. */
interface BuilderInput {
  readonly internalType: string;
  readonly name: string;
  readonly type: string;
  readonly components?: readonly BuilderInput[];
}

export interface BuilderTransaction {
  readonly to: string;
  readonly value: string;
  /** Present: exactly these bytes are called. */
  readonly data: string | null;
  readonly contractMethod: {
    readonly inputs: readonly BuilderInput[];
    readonly name: string;
    readonly payable: boolean;
  } | null;
  readonly contractInputsValues: Readonly<Record<string, string>> | null;
}

export interface BuilderFile {
  readonly version: "1.0";
  readonly chainId: string;
  readonly createdAt: number;
  readonly meta: {
    readonly name: string;
    readonly description: string;
    readonly txBuilderVersion: string;
    readonly createdFromSafeAddress: string;
    readonly createdFromOwnerAddress: string;
    readonly checksum: string;
  };
  readonly transactions: readonly BuilderTransaction[];
}

/** Release of the app whose format this is. */
const BUILDER_VERSION = "1.18.2";

/** A function of known ABI with its decoded arguments, so that the app can show them. */
export interface ShownCall extends BatchCall {
  readonly fragment?: FunctionFragment;
  readonly args?: readonly unknown[];
}

/** @param createdAt milliseconds */
export function builderFile(
  { chainId, safe }: SafeDomain,
  calls: readonly ShownCall[],
  { name, description, createdAt }: { name: string; description: string; createdAt: number },
): BuilderFile {
  const file = {
    version: "1.0" as const,
    chainId: chainId.toString(),
    createdAt,
    meta: {
      name,
      description,
      txBuilderVersion: BUILDER_VERSION,
      createdFromSafeAddress: getAddress(safe),
      createdFromOwnerAddress: "",
    },
    transactions: calls.map(builderTransaction),
  };
  return { ...file, meta: { ...file.meta, checksum: builderChecksum(file) } };
}

/** Refuses a file whose checksum is not that of its content. */
export function checkBuilderFile(file: BuilderFile): void {
  const expected = builderChecksum(file);
  if (file.meta.checksum === expected) return;
  throw new GovernanceError(
    "WrongChecksum",
    `the file says ${file.meta.checksum}, its content is ${expected}: it was changed after it was written`,
  );
}

/** The calls of a file; each must carry its bytes. */
export function builderCalls(file: BuilderFile): BatchCall[] {
  return file.transactions.map(({ to, value, data }, i) => {
    if (data === null) throw new GovernanceError("BadProposal", `transaction ${i + 1} of the file has no data`);
    return { to: getAddress(to), value: BigInt(value), data };
  });
}

/** keccak256 of the app's serialization of a file. */
export function builderChecksum(file: { readonly meta: object }): string {
  const meta = Object.entries(file.meta).filter(([key]) => key !== "checksum");
  return id(serialize({ ...file, meta: { ...Object.fromEntries(meta), name: null } }));
}

function serialize(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(serialize).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const record = value as Record<string, unknown>;
  const keys = Object.keys(record).sort();
  return `{${JSON.stringify(keys)}${keys.map((key) => `${serialize(record[key])},`).join("")}}`;
}

function builderTransaction({ to, value, data, fragment, args }: ShownCall): BuilderTransaction {
  const shown =
    fragment === undefined || args === undefined
      ? { contractMethod: null, contractInputsValues: null }
      : {
          contractMethod: { inputs: fragment.inputs.map(builderInput), name: fragment.name, payable: fragment.payable },
          contractInputsValues: Object.fromEntries(
            fragment.inputs.map((input, i) => [inputName(input, i), inputText(args[i])]),
          ),
        };
  return { to: getAddress(to), value: value.toString(), data, ...shown };
}

function builderInput(input: ParamType, i: number): BuilderInput {
  const { components } = input.arrayChildren ?? input;
  return {
    internalType: input.type.startsWith("tuple") ? input.format("sighash") : input.type,
    name: inputName(input, i),
    type: input.type.replace(/^tuple\(.*\)(?=(\[\d*\])*$)/, "tuple"),
    ...(components === null ? {} : { components: components.map(builderInput) }),
  };
}

function inputName({ name }: ParamType, i: number): string {
  return name === "" ? `arg${i}` : name;
}

/** Numbers and addresses as they are, everything nested as JSON. */
function inputText(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  const plain = (item: unknown): unknown => (Array.isArray(item) ? item.map(plain) : String(item));
  return JSON.stringify(value.map(plain));
}
