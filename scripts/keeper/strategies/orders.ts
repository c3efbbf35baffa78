/**
 * Ends margin orders for the keeper's fee: executes those whose round has come, and sends back those that have expired or
 * that their round does not accept. The lens names the round; the vault proves it.
 */
import { MARGIN_LENS, MARGIN_VAULT } from "../abi.ts";
import { decodeOrders, type OrderRow } from "../book/margin-rows.ts";
import { inPages } from "../book/pages.ts";
import { type VaultBasics } from "../book/vaults.ts";
import { type Sighting } from "../store/types.ts";
import { compare } from "./liquidate.ts";
import { Over } from "./over.ts";
import { type BlockView, inAssets, type Proposal, type Strategy } from "./types.ts";

export interface OrderRules {
  readonly minProfitWad: bigint;
  /** Also orders that will not be executed. */
  readonly cancel: boolean;
  /** Most orders ended in a block. */
  readonly perBlock: number;
}

interface Open {
  readonly vault: VaultBasics;
  readonly sighting: Sighting;
  readonly row: OrderRow;
}

/** `IMarginVault.Outcome`. */
const OUTCOMES = [
  "execute",
  "not acceptable",
  "expired",
  "feed changed",
  "nothing to reduce",
  "market settled",
] as const;
const EXECUTED = 0;
const PAGE = 500;
const PAGES_AT_ONCE = 4;

export class Orders implements Strategy {
  readonly name = "orders";
  private readonly rules: OrderRules;
  private readonly over = new Over();

  constructor(rules: OrderRules) {
    this.rules = rules;
  }

  async propose(view: BlockView): Promise<Proposal[]> {
    const { margin } = view;
    if (margin === undefined) return [];
    this.over.reopen(view.touched);
    const seen = await view.sightings("order");
    const open = await Promise.all(margin.vaults.map(async (vault) => this.open(vault, seen, margin.lens, view)));
    return open
      .flat()
      .filter(({ row }) => row.isResolvable && (this.rules.cancel || row.outcome === EXECUTED))
      .sort((left, right) => compare(right.row.keeperFeeAssets, left.row.keeperFeeAssets))
      .slice(0, this.rules.perBlock)
      .map((one) => this.resolve(one));
  }

  private async open(vault: VaultBasics, seen: readonly Sighting[], lens: string, view: BlockView): Promise<Open[]> {
    const mayBe = seen.filter((one) => one.source === vault.address && !this.over.has(one, view.head.number));
    const open: Open[] = [];
    await inPages(mayBe, PAGE, PAGES_AT_ONCE, async (page) => {
      const keys = page.map(({ first, second }) => ({ trader: first, marketId: second }));
      const data = MARGIN_LENS.encodeFunctionData("orders", [vault.address, keys]);
      const rows = decodeOrders(await view.call(lens, data), page.length);
      for (const [index, sighting] of page.entries()) {
        const row = rows[index];
        if (row === undefined) continue;
        if (row.earliestRoundAt === 0) this.over.note(sighting, view.head.number);
        else open.push({ vault, sighting, row });
      }
    });
    return open;
  }

  private resolve({ vault, sighting: { first: trader, second: marketId }, row }: Open): Proposal {
    const data = MARGIN_VAULT.encodeFunctionData("resolveOrder", [trader, marketId, row.roundId]);
    const label = OUTCOMES[row.outcome] ?? `outcome ${row.outcome}`;
    return {
      ...{ name: `order:${vault.address}:${trader}:${marketId}`, strategy: this.name, vault, lane: "urgent" },
      // The fee is paid whatever the outcome.
      attempts: [{ label, to: vault.address, data: () => data, gain: () => row.keeperFeeAssets }],
      ...{ leastNetAssets: inAssets(vault, this.rules.minProfitWad), positions: [], pieces: [] },
    };
  }
}
