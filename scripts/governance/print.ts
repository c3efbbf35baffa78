/** A proposal as text of 80 columns: what changes, what to beware of, and the hashes a device must show. */
import { type Decoded, decodeTransaction } from "./decode.ts";
import { type Flag, flagsOf } from "./flags.ts";
import { Names } from "./names.ts";
import { type Batch, type Proposal } from "./proposal.ts";
import { formatSeconds } from "./words/values.ts";

const COLUMNS = 80;
const MILLISECONDS = 1000;

/** The whole proposal. */
export function summaryOf(proposal: Proposal, names: Names = new Names(proposal.names)): string {
  const { safe, owners, threshold, chainId, block, timestamp, description } = proposal;
  const lines = [
    `Proposal: ${proposal.name}`,
    ...(description === "" ? [] : wrap(description, "  ")),
    `  Safe      ${safe}`,
    `            ${names.nameOf(safe)}, ${threshold} of ${owners.length} owners, chain ${chainId}`,
    `  Read at   block ${block}, ${utc(timestamp)}`,
    "",
    "What changes",
    ...changeLines(proposal),
    "",
    ...flagLines(allFlags(proposal, names)),
    ...proposal.batches.flatMap((batch, i) => ["", ...batchLines(proposal, batch, i, names)]),
  ];
  return lines.join("\n");
}

/** Flags of all batches, and of what the proposer read on the chain. */
export function allFlags(proposal: Proposal, names: Names): Flag[] {
  const flags = proposal.batches
    // What is scheduled is executed later: its flags are the same.
    .filter(({ kind }) => kind !== "execute")
    .flatMap(({ transaction }) => flagsOf(transaction, decodeTransaction(transaction, names), names));
  for (const [i, { loosens, basis, changes, words }] of proposal.intents.entries()) {
    if (loosens !== undefined) flags.push({ kind: "loosening", call: i + 1, text: loosens });
    if (basis !== undefined && changes.length === 0) {
      flags.push({ kind: "changes nothing", call: i + 1, text: `"${words}": everything has this value already` });
    }
  }
  return flags;
}

/** One batch: when, hashes, calls. */
export function batchLines({ delay, window }: Proposal, batch: Batch, i: number, names: Names): string[] {
  const { kind, hashes, transaction, file } = batch;
  const when = {
    direct: "takes effect when it is executed",
    schedule: `announces; nothing changes for ${formatSeconds(delay)}`,
    execute: `possible from ${formatSeconds(delay)} after the announcement, for ${formatSeconds(window)}`,
  }[kind];
  const calls = decodeTransaction(transaction, names);
  return [
    `Batch ${i + 1}: ${kind}, nonce ${transaction.nonce} (${file})`,
    `  ${when}`,
    `  domain   ${hashes.domain}`,
    `  message  ${hashes.message}`,
    `  safeTx   ${hashes.safeTx}`,
    ...calls.flatMap((call, k) => callLines(call, `  ${k + 1}. `, names)),
  ];
}

/** One call with its arguments, the call inside it indented. */
export function callLines(call: Decoded, lead: string, names: Names): string[] {
  const { fragment, shown, inner, value } = call;
  const indent = " ".repeat(lead.length);
  const name = fragment?.name ?? (call.data === "0x" ? "nothing" : call.data.slice(0, 10));
  const ether = value === 0n ? "" : ` with ${value} wei`;
  return [
    ...wrap(`${lead}${names.nameOf(call.to)}.${name}${ether}`, indent),
    ...shown.flatMap((text) => wrap(`${indent}${text}`, `${indent}  `)),
    ...(inner === undefined ? [] : callLines(inner, `${indent}→ `, names)),
  ];
}

/** Red flags, or that there are none. */
export function flagLines(flags: readonly Flag[]): string[] {
  if (flags.length === 0) return ["Red flags: none"];
  return [
    `Red flags: ${flags.length}`,
    ...flags.flatMap(({ kind, call, text }) =>
      wrap(`  ! ${kind}${call === 0 ? "" : `, call ${call}`}: ${text}`, "    "),
    ),
  ];
}

function changeLines({ intents }: Proposal): string[] {
  return intents.flatMap(({ words, changes }) => [
    ...wrap(`  ${words}`, "    "),
    ...changes.flatMap(({ what, before, after, isLooser }) =>
      wrap(`    ${what}: ${before} → ${after}${isLooser ? "  (looser)" : ""}`, "      "),
    ),
  ]);
}

/** 2026-11-21 15:50:28 UTC. */
export function utc(seconds: number): string {
  return `${new Date(seconds * MILLISECONDS).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Lines of at most 80 columns; words longer than that stay whole. */
export function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  const start = /^\s*/.exec(text)?.[0] ?? "";
  let line = start;
  for (const word of text.trim().split(/\s+/)) {
    const empty = line.trim() === "";
    if (!empty && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = indent + word;
    } else line = empty ? line + word : `${line} ${word}`;
  }
  return [...lines, line];
}
