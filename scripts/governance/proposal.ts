/**
 * A proposal on disk: a folder with `proposal.json`, one Transaction Builder file for each batch, `summary.txt`, and the
 * signatures as they come in. Whatever is read back is recomputed from the bytes that are signed; texts in the files are
 * for people and never believed.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { getAddress, getBytes, hexlify } from "ethers";

import { type Basis, type FigureChange } from "./calls.ts";
import { type Decoded, decodeTransaction } from "./decode.ts";
import { GovernanceError } from "./errors.ts";
import { type NamedAddress, Names } from "./names.ts";
import { type BatchKind, type Plan } from "./plan.ts";
import { builderCalls, builderFile, type BuilderFile, checkBuilderFile } from "./safe/builder-file.ts";
import { type OwnerSignature } from "./safe/signatures.ts";
import { type SafeHashes, safeHashes, type SafeTransaction, safeTransaction } from "./safe/transaction.ts";
import { type System } from "./system.ts";

const FORMAT = "plimsoll-proposal/1";

export interface Batch {
  readonly kind: BatchKind;
  /** Transaction Builder file in the same folder. */
  readonly file: string;
  readonly transaction: SafeTransaction;
  readonly hashes: SafeHashes;
}

/** What the proposer read and meant, for one change. */
export interface Intent {
  readonly words: string;
  readonly changes: readonly FigureChange[];
  readonly basis: Basis | undefined;
  readonly loosens: string | undefined;
}

export interface Proposal {
  readonly name: string;
  readonly description: string;
  readonly chainId: bigint;
  readonly safe: string;
  readonly owners: readonly string[];
  readonly threshold: number;
  /** Block whose state was read, and its second. */
  readonly block: number;
  readonly timestamp: number;
  readonly delay: bigint;
  readonly window: bigint;
  readonly intents: readonly Intent[];
  readonly batches: readonly Batch[];
  readonly names: readonly NamedAddress[];
}

/** Numbers that are more than a counter are texts in the file. */
const BIG = /^(chainId|delay|window|value|safeTxGas|baseGas|gasPrice|nonce)$/;

/** Puts a plan into the form that is signed. */
export function newProposal(
  plan: Plan,
  system: System,
  about: { name: string; description: string; block: number; timestamp: number; nonce: bigint },
): Proposal {
  const domain = { chainId: system.chainId, safe: plan.safe.address };
  const batches = plan.batches.map(({ kind, calls }, i) => {
    const transaction = safeTransaction(calls, about.nonce + BigInt(i));
    return { kind, file: `${i + 1}-${kind}.json`, transaction, hashes: safeHashes(domain, transaction) };
  });
  return {
    ...domain,
    name: about.name,
    description: about.description,
    owners: plan.safe.owners,
    threshold: plan.safe.threshold,
    block: about.block,
    timestamp: about.timestamp,
    delay: plan.delay,
    window: plan.window,
    intents: plan.calls.map(({ words, changes, basis, loosens }) => ({ words, changes, basis, loosens })),
    batches,
    names: system.names.entries,
  };
}

/** Writes the folder; one that exists is not overwritten, because signatures may be in it. */
export function writeProposal(folder: string, proposal: Proposal, summary: string): void {
  if (existsSync(join(folder, "proposal.json"))) {
    throw new GovernanceError("BadProposal", `${folder} holds a proposal already: choose another OUT or remove it`);
  }
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify(
    { format: FORMAT, ...proposal },
    (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value),
    2,
  );
  writeFileSync(join(folder, "proposal.json"), `${text}\n`);
  const names = new Names(proposal.names);
  for (const { kind, file, transaction } of proposal.batches) {
    const content = builderFile(proposal, decodeTransaction(transaction, names).map(withoutUndefined), {
      name: `${proposal.name} (${kind})`,
      description: proposal.description,
      createdAt: proposal.timestamp * 1000,
    });
    writeFileSync(join(folder, file), `${JSON.stringify(content, null, 2)}\n`);
  }
  writeFileSync(join(folder, "summary.txt"), `${summary}\n`);
}

/** Reads a folder back and checks that everything in it is about the same bytes. */
export function readProposal(folder: string): Proposal {
  const path = join(folder, "proposal.json");
  if (!existsSync(path)) throw new GovernanceError("BadProposal", `there is no ${path}: FOLDER must name a proposal`);
  let parsed: Proposal & { format?: string };
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"), (key, value: unknown) =>
      BIG.test(key) && typeof value === "string" ? BigInt(value) : value,
    ) as Proposal & { format?: string };
  } catch (error) {
    throw new GovernanceError("BadProposal", `${path}: ${String(error)}`);
  }
  const { format, ...proposal } = parsed;
  if (format !== FORMAT)
    throw new GovernanceError("BadProposal", `${path}: its format is ${String(format)}, not ${FORMAT}`);
  for (const batch of proposal.batches) checkBatch(folder, proposal, batch);
  return proposal;
}

/** Hashes and Transaction Builder file must be those of the bytes. */
function checkBatch(folder: string, proposal: Proposal, { file, transaction, hashes }: Batch): void {
  const expected = safeHashes(proposal, transaction);
  for (const name of ["domain", "message", "safeTx"] as const) {
    if (hashes[name] === expected[name]) continue;
    throw new GovernanceError(
      "HashMismatch",
      `${file}: the ${name} hash in proposal.json is ${hashes[name]}, its bytes have ${expected[name]}`,
    );
  }
  const path = join(folder, file);
  if (!existsSync(path)) return;
  const builder = JSON.parse(readFileSync(path, "utf8")) as BuilderFile;
  checkBuilderFile(builder);
  const inFile = safeTransaction(builderCalls(builder), transaction.nonce);
  const same =
    builder.chainId === proposal.chainId.toString() &&
    getAddress(builder.meta.createdFromSafeAddress) === getAddress(proposal.safe) &&
    safeHashes(proposal, inFile).safeTx === expected.safeTx;
  if (!same) throw new GovernanceError("HashMismatch", `${file} holds other calls than proposal.json: sign neither`);
}

/** The calls that a proposal schedules, for whoever wants to cancel them. */
export function scheduledCalls(folder: string): { safe: string; calls: { to: string; data: string }[] } {
  const proposal = readProposal(folder);
  const names = new Names(proposal.names);
  const batch = proposal.batches.find(({ kind }) => kind === "schedule");
  if (batch === undefined) throw new GovernanceError("NotScheduled", `${folder} schedules nothing: nothing to cancel`);
  const inner = decodeTransaction(batch.transaction, names).flatMap((decoded) =>
    decoded.inner === undefined ? [] : [decoded.inner],
  );
  return { safe: proposal.safe, calls: inner.map(({ to, data }) => ({ to, data })) };
}

/** The batch that `which` names: its number, its kind, or nothing where there is only one. */
export function chooseBatch(proposal: Proposal, which: string | undefined): Batch {
  const { batches } = proposal;
  const list = batches.map(({ kind }, i) => `${i + 1} (${kind})`).join(", ");
  const found =
    which === undefined || which === ""
      ? batches.length === 1
        ? batches[0]
        : undefined
      : batches.find(({ kind }, i) => which === kind || which === String(i + 1));
  if (found === undefined) throw new GovernanceError("BadProposal", `say which batch: BATCH=1 … ; there are ${list}`);
  return found;
}

/** Where a signature is kept. */
export function writeSignature(folder: string, batch: Batch, signature: OwnerSignature): string {
  const file = `${basename(batch.file, ".json")}-${signature.signer}.sig.json`;
  writeFileSync(join(folder, file), `${JSON.stringify(signature, null, 2)}\n`);
  return join(folder, file);
}

/** The signatures of a batch that have come in. */
export function readSignatures(folder: string, batch: Batch): OwnerSignature[] {
  const prefix = `${basename(batch.file, ".json")}-`;
  return readdirSync(folder)
    .filter((file) => file.startsWith(prefix) && file.endsWith(".sig.json"))
    .sort()
    .map((file) => readSignature(join(folder, file)));
}

function readSignature(path: string): OwnerSignature {
  try {
    const { signer, safeTxHash, signature } = JSON.parse(readFileSync(path, "utf8")) as OwnerSignature;
    return { signer: getAddress(signer), safeTxHash, signature: hexlify(getBytes(signature)) };
  } catch (error) {
    throw new GovernanceError("BadSignature", `${path}: ${String(error)}`);
  }
}

function withoutUndefined({ to, value, data, fragment, args }: Decoded) {
  return fragment === undefined ? { to, value, data } : { to, value, data, fragment, args };
}
