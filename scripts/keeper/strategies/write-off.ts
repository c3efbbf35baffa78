/**
 * Writes off what nobody brings cash for, once its record is old enough and confirmed by newer rounds. Only collateral
 * worth nothing earns a reward; with `alwaysWriteOff` the rest is done too, at a cost up to a limit.
 */
import { MaxUint256 } from "ethers";

import { VAULT } from "../abi.ts";
import { nameOfPosition } from "../book/book.ts";
import { type Vault } from "../book/vaults.ts";
import { chunks } from "./impair.ts";
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

export class WriteOff implements Strategy {
  readonly name = "writeOff";
  private readonly rules: WriteOffRules;

  constructor(rules: WriteOffRules) {
    this.rules = rules;
  }

  async propose(view: BlockView): Promise<Proposal[]> {
    const proposals = await Promise.all(
      view.vaults.map(async (vault) => {
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
        return chunks(due, this.rules.batch).map((batch) => this.together(vault, batch));
      }),
    );
    return proposals.flat();
  }

  private together(vault: Vault, batch: readonly Outlook[]): Proposal {
    const singles = batch.map((one) => this.single(vault, one));
    const [only] = singles;
    if (only !== undefined && singles.length === 1) return only;
    const keys = batch.map(({ borrower, collateral }) => ({ borrower, collateral }));
    const data = VAULT.encodeFunctionData("writeOffBatch", [keys, MaxUint256]);
    const gain: Attempt["gain"] = (result) => {
      const [badDebts] = VAULT.decodeFunctionResult("writeOffBatch", result) as unknown as [bigint[]];
      if (badDebts.every((assets) => assets === 0n)) return undefined;
      return batch.reduce(
        (total, { writeOff }, index) => total + (badDebts[index] === 0n ? 0n : writeOff.rewardAssets),
        0n,
      );
    };
    return {
      ...{ name: `writeOff:${singles.map(({ name }) => name).join("+")}`, strategy: this.name, vault },
      ...{
        lane: "urgent",
        attempts: [{ label: `${keys.length} together`, to: vault.address, data: () => data, gain }],
      },
      leastNetAssets: this.leastNet(vault) * BigInt(keys.length),
      positions: singles.flatMap(({ positions }) => positions),
      pieces: singles,
    };
  }

  private single(vault: Vault, { borrower, collateral, writeOff }: Outlook): Proposal {
    const name = nameOfPosition(vault.address, { borrower, collateral });
    const data = VAULT.encodeFunctionData("writeOff", [borrower, collateral, MaxUint256]);
    return {
      ...{ name: `position:${name}`, strategy: this.name, vault, lane: "urgent" },
      attempts: [{ label: "write off", to: vault.address, data: () => data, gain: () => writeOff.rewardAssets }],
      ...{ leastNetAssets: this.leastNet(vault), positions: [name], pieces: [] },
    };
  }

  private leastNet(vault: Vault): bigint {
    return this.rules.alwaysWriteOff ? -inAssets(vault, this.rules.maxCostWad) : 0n;
  }
}
