/** What the strategies see of one block. */
import { type Judged } from "./book/book.ts";
import { type Prices } from "./book/prices.ts";
import { type PositionKey } from "./book/rows.ts";
import { type Vault } from "./book/vaults.ts";
import { type Header } from "./rpc/endpoint.ts";
import { type Views } from "./rpc/pool.ts";
import { type Sighting, type Store } from "./store/types.ts";
import { type Outlook, readOutlooks } from "./strategies/outlook.ts";
import { type BlockView, type MarginView } from "./strategies/types.ts";

export interface ViewParts {
  readonly head: Header;
  readonly rpc: Views;
  readonly store: Pick<Store, "sightings">;
  readonly lens: string;
  readonly flashLiquidator: string | undefined;
  readonly accounts: BlockView["accounts"];
  readonly vaults: readonly Vault[];
  readonly margin?: MarginView;
  readonly prices: Prices;
  readonly judged: readonly Judged[];
  readonly claimed: ReadonlySet<string>;
  readonly deferred: ReadonlySet<string>;
  readonly touched: readonly Sighting[];
}

export function blockView(parts: ViewParts): BlockView {
  const { head, rpc, store, lens } = parts;
  const outlooks = new Map<string, Promise<Outlook[]>>();
  const seen = new Map<Sighting["kind"], Promise<Sighting[]>>();
  const answers = new Map<string, Promise<string>>();
  return {
    ...parts,
    margin: parts.margin,
    sightings: async (kind) => {
      const known = seen.get(kind) ?? store.sightings(kind);
      seen.set(kind, known);
      return known;
    },
    outlook: async (vault: Vault, keys: readonly PositionKey[]) => {
      const name = `${vault.address}:${keys.map(({ borrower, collateral }) => `${borrower}/${collateral}`).join()}`;
      const ask = async (data: string) => rpc.call({ to: lens, data }, head.hash);
      const known = outlooks.get(name) ?? readOutlooks(ask, vault.address, keys);
      outlooks.set(name, known);
      return known;
    },
    // Many proposals of one block ask the same: what the account has, what it may spend.
    call: async (to, data) => {
      const known = answers.get(to + data) ?? rpc.call({ to, data }, head.hash);
      answers.set(to + data, known);
      return known;
    },
  };
}
