/** What signers do, as functions: propose into a folder, sign from the folder alone, execute by whoever wants to. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type HDNodeWallet, type Signer, Wallet } from "ethers";

import { propose } from "../../scripts/governance/compose.ts";
import { type Executed, executeSigned } from "../../scripts/governance/execute-signed.ts";
import { sendBatch } from "../../scripts/governance/execution.ts";
import { summaryOf } from "../../scripts/governance/print.ts";
import {
  type Batch,
  chooseBatch,
  type Proposal,
  readProposal,
  readSignatures,
  writeProposal,
  writeSignature,
} from "../../scripts/governance/proposal.ts";
import { signSafeTransaction } from "../../scripts/governance/safe/signatures.ts";
import { scopeOf } from "../../scripts/governance/simulate/scope.ts";
import { simulate, type Simulation } from "../../scripts/governance/simulate/simulate.ts";
import { type Governance } from "./safeGovernance.ts";

/** A proposal in a folder, as signers pass it around. */
export interface Filed {
  readonly folder: string;
  readonly proposal: Proposal;
}

export class SafeSession {
  private readonly chain: Governance;
  private readonly root = mkdtempSync(join(tmpdir(), "plimsoll-proposals-"));
  private count = 0;

  constructor(chain: Governance) {
    this.chain = chain;
  }

  /** Words to a folder, read back from it. */
  async propose(text: string, more: { safe?: string; nonce?: bigint } = {}): Promise<Filed> {
    const proposal = await propose(await this.chain.system(), { text, ...more });
    const folder = join(this.root, String((this.count += 1)));
    writeProposal(folder, proposal, summaryOf(proposal));
    return { folder, proposal: readProposal(folder) };
  }

  /** Signs a batch by each of these keys, from the folder alone. */
  async sign({ folder }: Filed, kind: string, ...keys: readonly HDNodeWallet[]): Promise<void> {
    const proposal = readProposal(folder);
    const batch = chooseBatch(proposal, kind);
    for (const { privateKey } of keys) {
      writeSignature(folder, batch, await signSafeTransaction(new Wallet(privateKey), proposal, batch.transaction));
    }
  }

  /** With every check. */
  async execute(
    { folder }: Filed,
    kind: string,
    sender: Signer = this.chain.stranger,
    overwrite = false,
  ): Promise<Executed> {
    const proposal = readProposal(folder);
    const batch = chooseBatch(proposal, kind);
    return executeSigned(proposal, batch, await this.chain.system(), sender, {
      signatures: readSignatures(folder, batch),
      overwrite,
    });
  }

  /** Straight to the Safe, as somebody would who does not use these checks. */
  async force({ folder, proposal }: Filed, kind: string): Promise<unknown> {
    const batch: Batch = chooseBatch(proposal, kind);
    const ascending = readSignatures(folder, batch);
    return sendBatch(this.chain.stranger, proposal, batch, ascending);
  }

  async simulate({ folder, proposal }: Filed): Promise<Simulation> {
    const system = await this.chain.system();
    return simulate(proposal, system, {
      url: this.chain.url,
      scope: await scopeOf(system, proposal),
      signaturesOf: (batch) => readSignatures(folder, batch),
    });
  }

  /** Signs and executes all batches of a proposal by two owners, waiting where that is needed. */
  async carryOut(filed: Filed, keys: readonly HDNodeWallet[]): Promise<void> {
    for (const { kind } of filed.proposal.batches) {
      await this.sign(filed, kind, ...keys.slice(0, 2));
      if (kind === "execute") await this.chain.oracle.wait(filed.proposal.delay);
      await this.execute(filed, kind);
    }
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** What a simulation found to be different, as before → after. */
export function changesIn({ differences }: Simulation): Record<string, string> {
  return Object.fromEntries(differences.map(({ what, before, after }) => [what, `${before} → ${after}`]));
}
