/**
 * What the bots of a replay see of its chain: the keeper's own rules of a vault, its sightings from events, its prices.
 * A step of the replay is a block to them: however full the chain is, that is how often they look.
 */
import { readMarginVaults } from "../../keeper/book/margin-book.ts";
import { readPrices, type Prices } from "../../keeper/book/prices.ts";
import { eventSources, readVaults, type Vault } from "../../keeper/book/vaults.ts";
import { type Seen } from "../../keeper/decide.ts";
import { nameOf, sightingsIn, TOPICS } from "../../keeper/indexer/events.ts";
import { type Header } from "../../keeper/rpc/endpoint.ts";
import { type Sighting } from "../../keeper/store/types.ts";
import { type Chain } from "../../lib/chain.ts";
import { type MarginWorld } from "../margin/world.ts";
import { type LossWorld, type World } from "../world.ts";
import { InProcess } from "./in-process.ts";

/** Views are of the present whatever the hash. */
const NO_HASH = "";
const GWEI = 10n ** 9n;
/** What only a lending vault has. */
const NO_LOANS = { collaterals: [], minDebt: 0n, confirmationDelay: 0, confirmationWindow: 0 };

export class Lookout {
  readonly vault: Vault;
  readonly rpc: InProcess;
  prices: Prices = new Map();
  private readonly chain: Chain;
  private readonly lens: string;
  private readonly sources: readonly string[];
  private readonly known = new Map<string, Sighting>();
  private readUpTo: number;
  private readAt = -1;
  /** Steps so far: the number of the bots' block. */
  private step = 0;

  private constructor(chain: Chain, lens: string, vault: Vault, rpc: InProcess, readUpTo: number) {
    this.chain = chain;
    this.lens = lens;
    this.vault = vault;
    this.rpc = rpc;
    this.sources = eventSources("", [vault], []);
    this.readUpTo = readUpTo;
  }

  /** Over a lending vault, found by the keeper as it finds them. */
  static async ofLending({ chain, engine, vault, keeperLens }: World): Promise<Lookout> {
    const rpc = new InProcess(chain);
    const address = (await vault.getAddress()).toLowerCase();
    const rules = (await readVaults(rpc, NO_HASH, await engine.getAddress())).find((one) => one.address === address);
    if (rules === undefined) throw new RangeError(`the keeper does not find the vault ${address}`);
    return new Lookout(chain, await keeperLens.getAddress(), rules, rpc, await rpc.blockNumber());
  }

  /** Over the accounts of a margin vault, found by the keeper as it finds them. */
  static async ofMargin({ chain, engine, vault, marginLens }: MarginWorld): Promise<Lookout> {
    const rpc = new InProcess(chain);
    const address = (await vault.getAddress()).toLowerCase();
    const found = await readMarginVaults(rpc, NO_HASH, await engine.getAddress());
    const basics = found.find((one) => one.address === address);
    if (basics === undefined) throw new RangeError(`the keeper does not find the margin vault ${address}`);
    const rules = { ...basics, ...NO_LOANS };
    return new Lookout(chain, await marginLens.getAddress(), rules, rpc, await rpc.blockNumber());
  }

  /** Over the auctions of a vault of any kind. */
  static async ofAuctions(world: LossWorld): Promise<Lookout> {
    const rpc = new InProcess(world.chain);
    const at = async (contract: { getAddress(): Promise<string> }) => (await contract.getAddress()).toLowerCase();
    const rules: Vault = {
      ...{ address: await at(world.vault), asset: await at(world.asset), assetDecimals: world.assetInfo.decimals },
      ...{ oracle: "", minProvision: 0n, ...NO_LOANS },
      ...{ debtAuction: await at(world.debtAuction), buybackAuction: await at(world.buybackAuction) },
      backstopToken: await at(world.token),
    };
    return new Lookout(world.chain, await world.keeperLens.getAddress(), rules, rpc, await rpc.blockNumber());
  }

  beginStep(): void {
    this.step += 1;
    this.rpc.beginStep();
  }

  /** The bots' newest block. */
  head(gasGwei: bigint): Header {
    const { step, chain } = this;
    return {
      ...{ number: step, hash: NO_HASH, parentHash: NO_HASH, timestamp: chain.now + 1 },
      baseFee: gasGwei * GWEI,
    };
  }

  /** Reads what has happened since the last time; returns what was touched. */
  async catchUp(): Promise<readonly Sighting[]> {
    if (this.readAt === this.chain.now) return [];
    this.readAt = this.chain.now;
    const head = await this.rpc.blockNumber();
    const logs = head > this.readUpTo ? await this.rpc.logs(this.sources, TOPICS, this.readUpTo + 1, head) : [];
    this.readUpTo = head;
    const touched = new Map<string, Sighting>();
    for (const log of logs) {
      for (const sighting of sightingsIn(log)) {
        if (sighting.source !== this.vault.address) continue;
        touched.set(nameOf(sighting), sighting);
        if (!this.known.has(nameOf(sighting))) this.known.set(nameOf(sighting), sighting);
      }
    }
    if (this.vault.oracle !== "") this.prices = await readPrices(this.rpc, NO_HASH, [this.vault]);
    return [...touched.values()];
  }

  /** What a bot with this account sees, positions aside; of lots and rounds those that it is shown. */
  seen(
    account: string,
    gasGwei: bigint,
    touched: readonly Sighting[],
    isShown: (sighting: Sighting) => boolean = () => true,
  ): Seen {
    const address = account.toLowerCase();
    const shown = [...this.known.values()].filter(isShown);
    return {
      ...{ head: this.head(gasGwei), rpc: this.rpc, lens: this.lens, flashLiquidator: undefined },
      accounts: { urgent: address, housekeeping: address },
      ...{ vaults: [this.vault], prices: this.prices, judged: [], touched },
      store: { sightings: (kind) => Promise.resolve(shown.filter((sighting) => sighting.kind === kind)) },
    };
  }
}
