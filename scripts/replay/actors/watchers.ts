import { type Judged } from "../positions.ts";
import { type BookPlan } from "../book.ts";
import { type WriteOffAudit } from "../write-off-audit.ts";
import { approve, type World } from "../world.ts";
import { BPS, WAD } from "../../lib/units.ts";

/** Borrowers who watch their loan: each adds a quarter of its collateral once, when its health has fallen low. */
export class Watchers {
  /** Loans topped up. */
  count = 0;
  private readonly world: World;
  private readonly plan: BookPlan;
  private readonly audit: WriteOffAudit;
  private readonly acted = new Set<string>();

  constructor(world: World, plan: BookPlan, audit: WriteOffAudit) {
    this.world = world;
    this.plan = plan;
    this.audit = audit;
  }

  /** @param most borrowers who get a transaction through at this step */
  async act(judged: readonly Judged[], most = Infinity): Promise<void> {
    let left = most;
    const { chain, vault, collateral } = this.world;
    for (const { position, collateral: held, healthWad } of judged) {
      const { account, borrower } = position;
      const due = borrower.watches && !this.acted.has(account) && healthWad * BPS < this.plan.watcherHealthBps * WAD;
      if (!due || left <= 0) continue;
      left -= 1;
      this.acted.add(account);
      const added = held / 4n;
      if (added === 0n) continue;
      await chain.send(account, collateral.mint.populateTransaction(account, added));
      await approve(chain, collateral, account, await vault.getAddress());
      const call = vault.supplyCollateral.populateTransaction(collateral, added, account);
      await this.audit.watch(account, () => chain.send(account, call), { kind: "other" });
      this.count += 1;
    }
  }
}
