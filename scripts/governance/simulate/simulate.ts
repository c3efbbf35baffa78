/** A proposal from beginning to end on a copy of its chain, and what is different afterwards. */
import { type Interface, type TransactionReceipt } from "ethers";

import { abiOf } from "../abis.ts";
import { isForeignDelegateCall } from "../decode.ts";
import { GovernanceError } from "../errors.ts";
import { checkRipe, checkTurn, sendBatch, type Standing, standingOf, staleRules } from "../execution.ts";
import { type Names } from "../names.ts";
import { type BatchKind, scheduledAt } from "../plan.ts";
import { type Batch, type Proposal } from "../proposal.ts";
import { approvedSignature, type OwnerSignature, validSignatures } from "../safe/signatures.ts";
import { System } from "../system.ts";
import { SUBJECTS } from "../words/subjects.ts";
import { decodeTransaction } from "../decode.ts";
import { Copy } from "./copy.ts";
import { type Difference, differences, type Reading, type Scope } from "./readings.ts";
import { readState } from "./state.ts";

/** What became of one batch. */
export interface BatchOutcome {
  readonly kind: BatchKind;
  readonly file: string;
  readonly safeTxHash: string;
  /** Executed here; or already on the real chain. */
  readonly outcome: "executed" | "was executed before";
  /** Owners whose real signature was used, and owners whose approval the copy was given. */
  readonly signed: readonly string[];
  readonly approved: readonly string[];
  readonly timestamp: number;
  readonly gasUsed: bigint;
  readonly events: readonly string[];
}

export interface Simulation {
  readonly proposal: Proposal;
  /** Block of the real chain that was copied. */
  readonly block: number;
  readonly heldFeeds: readonly string[];
  readonly batches: readonly BatchOutcome[];
  readonly before: readonly Reading[];
  readonly after: readonly Reading[];
  readonly differences: readonly Difference[];
  readonly warnings: readonly string[];
}

/** Sections in which a change is what the proposal is for; losses follow from others. */
const OWN_SECTIONS: ReadonlySet<string> = new Set(["parameters", "switches", "roles", "safe", "balances"]);

/**
 * @param url RPC of the chain to copy
 * @param signaturesOf real signatures of a batch that have come in
 */
export async function simulate(
  proposal: Proposal,
  real: System,
  {
    url,
    scope,
    signaturesOf,
  }: { url: string; scope: Scope; signaturesOf: (batch: Batch) => readonly OwnerSignature[] },
): Promise<Simulation> {
  const block = await real.provider.getBlockNumber();
  const copy = await Copy.of(url, proposal.chainId, block, await feedsOf(real, proposal));
  try {
    const system = await System.open(
      copy.provider,
      real.names.entries.filter(({ contract }) => contract !== "ERC20"),
    );
    const warnings = await staleRules(proposal, system);
    const end = await endOf(proposal, system, await copy.now());
    const before = await copy.asOf(end, async () => readState(system, scope));
    const batches: BatchOutcome[] = [];
    for (const batch of proposal.batches) {
      const isLast = batch === proposal.batches.at(-1);
      batches.push(
        await runBatch(copy, system, proposal, batch, { signatures: signaturesOf(batch), end: isLast ? end : 0 }),
      );
    }
    // A collateral that the proposal lists is among those read now.
    const after = await readState(
      await System.open(
        copy.provider,
        system.names.entries.filter(({ contract }) => contract !== "ERC20"),
      ),
      scope,
    );
    const different = differences(before, after);
    if (!different.some(({ section }) => OWN_SECTIONS.has(section))) {
      warnings.push(
        proposal.batches.every(({ kind }) => kind === "schedule")
          ? "nothing changes: this only schedules"
          : "NOTHING CHANGED: the proposal was executed, and every rule, switch, role, owner and balance is what it was",
      );
    }
    for (const { transaction, file } of proposal.batches) {
      if (isForeignDelegateCall(transaction))
        warnings.push(`${file} runs foreign code as the Safe: this report cannot show all it did`);
    }
    return { proposal, block, heldFeeds: copy.heldFeeds, batches, before, after, differences: different, warnings };
  } finally {
    await copy.close();
  }
}

async function runBatch(
  copy: Copy,
  system: System,
  proposal: Proposal,
  batch: Batch,
  { signatures, end }: { signatures: readonly OwnerSignature[]; end: number },
): Promise<BatchOutcome> {
  const standing = await standingOf(proposal, batch, system);
  const { kind, file } = batch;
  const safeTxHash = batch.hashes.safeTx;
  if (await isDone(batch, standing, system, proposal)) {
    const nothing = { signed: [], approved: [], timestamp: 0, gasUsed: 0n, events: [] };
    return { kind, file, safeTxHash, outcome: "was executed before", ...nothing };
  }
  checkTurn(batch, standing);
  const { owners, threshold } = standing.safe;
  const signed = validSignatures(signatures, { safeTxHash, owners, threshold }).slice(0, threshold);
  const have = new Set(signed.map(({ signer }) => signer));
  const approving = owners.filter((owner) => !have.has(owner)).slice(0, threshold - signed.length);
  for (const owner of approving) await copy.approve(proposal.safe, owner, safeTxHash);

  await copy.nextBlockAt(Math.max(end, Number(standing.readyAt)));
  checkRipe(batch, standing, Math.max(end, Number(standing.readyAt), (await copy.now()) + 1));
  const all = [...signed, ...approving.map((owner) => approvedSignature(owner, safeTxHash))];
  const receipt = await sendBatch(copy.executor, proposal, batch, all);
  return {
    ...{ kind, file, safeTxHash, approved: approving, signed: [...have], outcome: "executed" },
    timestamp: await copy.now(),
    gasUsed: receipt.gasUsed,
    events: eventsOf(receipt, system.names),
  };
}

/** A schedule that is already on the real chain need not be repeated. */
async function isDone(batch: Batch, { isUsed }: Standing, system: System, proposal: Proposal): Promise<boolean> {
  if (!isUsed || batch.kind === "execute") return false;
  if (batch.kind === "direct") return proposal.batches.length > 1;
  for (const { inner } of decodeTransaction(batch.transaction, system.names)) {
    if (inner !== undefined && (await scheduledAt(system.accessManager, proposal.safe, inner)) === 0n) {
      throw new GovernanceError(
        "NotScheduled",
        `${batch.file}: its nonce is used, and ${inner.target?.name ?? inner.to}.${inner.fragment?.name ?? "?"} is not scheduled: it was cancelled, executed, or has expired`,
      );
    }
  }
  return true;
}

/** Second at which the last batch runs: after the delay, counted from now or from when it was announced. */
async function endOf(proposal: Proposal, system: System, now: number): Promise<number> {
  const last = proposal.batches.at(-1);
  if (last?.kind !== "execute") return now + proposal.batches.length;
  const { readyAt, unscheduled } = await standingOf(proposal, last, system);
  return unscheduled.length > 0
    ? now + proposal.batches.length + Number(proposal.delay)
    : Math.max(Number(readyAt), now + 1);
}

/** Price feeds of all tokens, and those that the proposal brings in. */
async function feedsOf(system: System, { batches, names }: Proposal): Promise<string[]> {
  const feeds: string[] = [];
  for (const subject of SUBJECTS.filter(({ fields }) => fields.some(({ name }) => name === "feed"))) {
    for (const { address } of [system.asset, ...system.collaterals]) {
      feeds.push(String((await system.read(subject, [address]))[0]));
    }
  }
  const oracle = names.find(({ contract }) => contract === "ChainlinkOracle")?.address;
  for (const { transaction } of batches) {
    for (const { inner, ...outer } of decodeTransaction(transaction, system.names)) {
      const call = inner ?? outer;
      if (call.to !== oracle || !["setFeed", "setSecondSource"].includes(call.fragment?.name ?? "")) continue;
      feeds.push(String((call.args[1] as readonly unknown[])[0]));
    }
  }
  return feeds;
}

/** Events of known contracts, as `LendingVault.CollateralConfigured(…)`. */
function eventsOf(receipt: TransactionReceipt, names: Names): string[] {
  return receipt.logs.map((log) => {
    const target = names.find(log.address);
    const parsed = target?.contract === undefined ? null : parse(abiOf(target.contract), log);
    if (parsed === null) return `${names.nameOf(log.address)}: ${log.topics[0] ?? "no topic"}`;
    const args = [...parsed.args].map((value: unknown) => short(value, names)).join(", ");
    return `${target?.name ?? ""}.${parsed.name}(${args})`;
  });
}

function parse(abi: Interface, log: { topics: readonly string[]; data: string }) {
  try {
    return abi.parseLog({ topics: [...log.topics], data: log.data });
  } catch {
    return null;
  }
}

const LONGEST = 66;

function short(value: unknown, names: Names): string {
  if (Array.isArray(value)) return `[${value.map((item) => short(item, names)).join(", ")}]`;
  const text = String(value);
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return names.nameOf(text);
  return text.length > LONGEST ? `${text.slice(0, 10)}… (${(text.length - 2) / 2} bytes)` : text;
}
