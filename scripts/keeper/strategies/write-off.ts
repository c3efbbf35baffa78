/**
 * Writes off what nobody brings cash for. In a lending vault once its record is old enough and confirmed by newer rounds; in
 * a margin vault, where closing an account whole does it, at once. What the reward does not pay for is done too with
 * `alwaysWriteOff`, at a cost up to a limit.
 */
import { MaxUint256 } from "ethers";

import { MARGIN_VAULT, VAULT } from "../abi.ts";
import { nameOfPosition } from "../book/book.ts";
import { type Vault, type VaultBasics } from "../book/vaults.ts";
import { chunks } from "./impair.ts";
import { type Closed, closedIn, closing } from "./liquidate-margin.ts";
import { type Outlook } from "./outlook.ts";
import { type Attempt, type BlockView, inAssets, type Proposal, type Strategy } from "./types.ts";

export interface WriteOffRules {
  readonly alwaysWriteOff: boolean;
  /** Most that one position may cost, WAD of whole assets. */
  readonly maxCostWad: bigint;
  readonly batch: number;
  /** Most positions asked about in a block. */
  readonly perBlock: number;
}

/** One that is due. */
interface Due {
  readonly name: string;
  readonly call: string;
  readonly gain: Attempt["gain"];
}

/** Those of one vault that are done by one call. */
interface Batch {
  readonly vault: VaultBasics;
  readonly due: readonly Due[];
  readonly call: string;
  readonly gain: Attempt["gain"];
}

export class WriteOff implements Strategy {
  readonly name = "writeOff";
  private readonly rules: WriteOffRules;

  constructor(rules: WriteOffRules) {
    this.rules = rules;
  }

  async propose(view: BlockView): Promise<Proposal[]> {
    const lending = await Promise.all(view.vaults.map(async (vault) => this.inLending(vault, view)));
    const margin = (view.margin?.vaults ?? []).flatMap((vault) => this.inMargin(vault, view));
    return [...lending.flat(), ...margin].map((batch) => this.together(batch));
  }

  private async inLending(vault: Vault, view: BlockView): Promise<Batch[]> {
    const ripe = view.judged.filter(
      ({ entry, priced, shortfallAssets }) =>
        entry.vault.address === vault.address &&
        priced &&
        shortfallAssets !== 0n &&
        entry.row.impairedAt !== 0 &&
        view.head.timestamp >= entry.row.impairedAt + vault.confirmationDelay &&
        !view.claimed.has(nameOfPosition(vault.address, entry)),
    );
    const keys = ripe.slice(0, this.rules.perBlock).map(({ entry }) => entry);
    const due = (await view.outlook(vault, keys)).filter(({ writeOffFailure }) => writeOffFailure === "0x");
    return chunks(due, this.rules.batch).map((batch) => ofPositions(vault, batch));
  }

  private inMargin(vault: VaultBasics, { margin, claimed }: BlockView): Batch[] {
    const due = (margin?.judged ?? [])
      .filter(
        ({ name, entry, standing }) =>
          entry.vault.address === vault.address &&
          standing !== undefined &&
          standing.shortfallAssets !== 0n &&
          !standing.isDisputed &&
          !claimed.has(name),
      )
      .slice(0, this.rules.perBlock)
      .map(({ name, entry: { trader }, standing }) => ({ name, trader, marketId: standing?.markets[0] ?? 0 }));
    return chunks(due, this.rules.batch).map((batch) => ofAccounts(vault, batch));
  }

  private together({ vault, due, call, gain }: Batch): Proposal {
    const singles = due.map((one) => this.single(vault, one));
    const [only] = singles;
    if (only !== undefined && singles.length === 1) return only;
    return {
      ...{ name: `writeOff:${singles.map(({ name }) => name).join("+")}`, strategy: this.name, vault },
      ...{
        lane: "urgent",
        attempts: [{ label: `${due.length} together`, to: vault.address, data: () => call, gain }],
      },
      leastNetAssets: this.leastNet(vault) * BigInt(due.length),
      positions: singles.flatMap(({ positions }) => positions),
      pieces: singles,
    };
  }

  private single(vault: VaultBasics, { name, call, gain }: Due): Proposal {
    return {
      ...{ name: `position:${name}`, strategy: this.name, vault, lane: "urgent" },
      attempts: [{ label: "write off", to: vault.address, data: () => call, gain }],
      ...{ leastNetAssets: this.leastNet(vault), positions: [name], pieces: [] },
    };
  }

  private leastNet(vault: VaultBasics): bigint {
    return this.rules.alwaysWriteOff ? -inAssets(vault, this.rules.maxCostWad) : 0n;
  }
}

function ofPositions(vault: Vault, batch: readonly Outlook[]): Batch {
  const keys = batch.map(({ borrower, collateral }) => ({ borrower, collateral }));
  return {
    vault,
    due: batch.map(({ borrower, collateral, writeOff }) => ({
      name: nameOfPosition(vault.address, { borrower, collateral }),
      call: VAULT.encodeFunctionData("writeOff", [borrower, collateral, MaxUint256]),
      gain: () => writeOff.rewardAssets,
    })),
    call: VAULT.encodeFunctionData("writeOffBatch", [keys, MaxUint256]),
    gain: (result) => {
      const [badDebts] = VAULT.decodeFunctionResult("writeOffBatch", result) as unknown as [bigint[]];
      if (badDebts.every((assets) => assets === 0n)) return undefined;
      return batch.reduce(
        (total, { writeOff }, index) => total + (badDebts[index] === 0n ? 0n : writeOff.rewardAssets),
        0n,
      );
    },
  };
}

function ofAccounts(vault: VaultBasics, batch: readonly { name: string; trader: string; marketId: number }[]): Batch {
  const args = [batch.map(({ trader }) => trader), batch.map(({ marketId }) => marketId), MaxUint256];
  return {
    vault,
    due: batch.map(({ name, trader, marketId }) => ({
      ...{ name, call: closing(trader, marketId) },
      gain: (result) => closedIn(result).rewardAssets,
    })),
    call: MARGIN_VAULT.encodeFunctionData("liquidateBatch", args),
    gain: (result) => {
      const [closed] = MARGIN_VAULT.decodeFunctionResult("liquidateBatch", result) as unknown as [Closed[]];
      // Those that are skipped are all zeros.
      if (!closed.some(({ complete }) => complete)) return undefined;
      return closed.reduce((total, { rewardAssets }) => total + rewardAssets, 0n);
    },
  };
}
