/** Settles sales and buybacks that are over; buys tokens that are cheap enough, and sells them back when they are dear. */
import { BUYBACK_AUCTION, DEBT_AUCTION, LENS } from "../abi.ts";
import { type VaultBasics } from "../book/vaults.ts";
import { type Sighting } from "../store/types.ts";
import { Over } from "./over.ts";
import { spendable } from "./spendable.ts";
import { allVaults, type Attempt, type BlockView, inAssets, type Proposal, type Strategy } from "./types.ts";

export interface AuctionRules {
  readonly settle: boolean;
  readonly maxCostWad: bigint;
  readonly buyAtWad: bigint;
  readonly maxSpendWad: bigint;
  readonly sellAtWad: bigint;
}

interface LotRow {
  readonly remainingTokens: bigint;
  readonly price: bigint;
  readonly buyableTokens: bigint;
  readonly buyableAssets: bigint;
  readonly closesAt: bigint;
}

interface RoundRow {
  readonly assets: bigint;
  readonly price: bigint;
  readonly sellableTokens: bigint;
  readonly endsAt: bigint;
}

/** One whole backstop token, of which prices speak. */
const TOKEN = 10n ** 18n;
/** Seconds in which a purchase may be mined. */
const VALID_SECONDS = 600;
const PAGE = 500;

export class Auctions implements Strategy {
  readonly name = "auctions";
  private readonly rules: AuctionRules;
  private readonly closed = new Over();

  constructor(rules: AuctionRules) {
    this.rules = rules;
  }

  async propose(view: BlockView): Promise<Proposal[]> {
    this.closed.reopen(view.touched);
    const proposals = await Promise.all(
      allVaults(view)
        .filter(({ debtAuction }) => debtAuction !== "")
        .map(async (vault) => [...(await this.ofLots(vault, view)), ...(await this.ofRounds(vault, view))]),
    );
    return proposals.flat();
  }

  private async ofLots(vault: VaultBasics, view: BlockView): Promise<Proposal[]> {
    const open = await this.open("lot", vault, view);
    if (open.length === 0) return [];
    const rows = await ask<LotRow>(view, "lots", [vault.debtAuction, vault.address, open.map(({ first }) => first)]);
    const limit = inAssets(vault, this.rules.buyAtWad);
    const proposals: Proposal[] = [];
    for (const [index, sighting] of open.entries()) {
      const row = rows[index];
      if (row === undefined) continue;
      if (row.remainingTokens === 0n) this.closed.note(sighting, view.head.number);
      else if (BigInt(view.head.timestamp) >= row.closesAt) proposals.push(...this.settleLot(vault, sighting));
      else if (limit !== 0n && row.price <= limit && row.buyableTokens !== 0n) {
        proposals.push(...(await this.buy(vault, sighting, row, view)));
      }
    }
    return proposals;
  }

  private async ofRounds(vault: VaultBasics, view: BlockView): Promise<Proposal[]> {
    const open = await this.open("round", vault, view);
    if (open.length === 0) return [];
    const keys = open.map(({ first, second }) => ({ id: first, number: second }));
    const rows = await ask<RoundRow>(view, "rounds", [vault.buybackAuction, vault.address, keys]);
    const proposals: Proposal[] = [];
    for (const [index, sighting] of open.entries()) {
      const row = rows[index];
      if (row === undefined) continue;
      const limit = inAssets(vault, this.rules.sellAtWad);
      if (row.assets === 0n) this.closed.note(sighting, view.head.number);
      else if (BigInt(view.head.timestamp) >= row.endsAt) proposals.push(...this.settleRound(vault, sighting));
      else if (limit !== 0n && row.price >= limit && row.sellableTokens !== 0n) {
        proposals.push(...(await this.sell(vault, sighting, view)));
      }
    }
    return proposals;
  }

  private async open(kind: "lot" | "round", vault: VaultBasics, view: BlockView): Promise<Sighting[]> {
    const seen = await view.sightings(kind);
    return seen
      .filter((sighting) => sighting.source === vault.address && !this.closed.has(sighting, view.head.number))
      .slice(0, PAGE);
  }

  private settleLot(vault: VaultBasics, { first }: Sighting): Proposal[] {
    const data = DEBT_AUCTION.encodeFunctionData("settle", [vault.address, first]);
    return this.settle(vault, `lot:${first}`, {
      label: "settle",
      to: vault.debtAuction,
      data: () => data,
      gain: () => 0n,
    });
  }

  private settleRound(vault: VaultBasics, { first, second }: Sighting): Proposal[] {
    const data = BUYBACK_AUCTION.encodeFunctionData("settle", [vault.address, first, second]);
    const attempt = { label: "settle", to: vault.buybackAuction, data: () => data, gain: () => 0n };
    return this.settle(vault, `round:${first}:${second}`, attempt);
  }

  private settle(vault: VaultBasics, what: string, attempt: Attempt): Proposal[] {
    if (!this.rules.settle) return [];
    return [this.proposal(vault, what, attempt, -inAssets(vault, this.rules.maxCostWad))];
  }

  /** Gains by how much the tokens are cheaper than what the keeper would pay for them. */
  private async buy(vault: VaultBasics, { first }: Sighting, row: LotRow, view: BlockView): Promise<Proposal[]> {
    const { accounts, head } = view;
    const limit = inAssets(vault, this.rules.buyAtWad);
    const most = inAssets(vault, this.rules.maxSpendWad);
    const money = await spendable(view, vault.asset, accounts.housekeeping, vault.debtAuction);
    const spend = money < most ? money : most;
    const affordable = row.price === 0n ? 0n : (spend * TOKEN) / row.price;
    const tokens = affordable < row.buyableTokens ? affordable : row.buyableTokens;
    if (tokens === 0n) return [];
    const deadline = head.timestamp + VALID_SECONDS;
    const data = DEBT_AUCTION.encodeFunctionData("buy", [
      ...[vault.address, first, tokens, limit, accounts.housekeeping, deadline],
    ]);
    const gain: Attempt["gain"] = (result) => {
      const bought = DEBT_AUCTION.decodeFunctionResult("buy", result) as unknown as { tokens: bigint; assets: bigint };
      return (bought.tokens * limit) / TOKEN - bought.assets;
    };
    return [this.proposal(vault, `lot:${first}`, { label: "buy", to: vault.debtAuction, data: () => data, gain }, 0n)];
  }

  private async sell(vault: VaultBasics, { first, second }: Sighting, view: BlockView): Promise<Proposal[]> {
    const account = view.accounts.housekeeping;
    const tokens = await spendable(view, vault.backstopToken, account, vault.buybackAuction);
    if (tokens === 0n) return [];
    const limit = inAssets(vault, this.rules.sellAtWad);
    const data = (least: bigint) =>
      BUYBACK_AUCTION.encodeFunctionData("sell", [vault.address, first, second, tokens, least, account]);
    const gain: Attempt["gain"] = (result) => {
      const sold = BUYBACK_AUCTION.decodeFunctionResult("sell", result) as unknown as {
        tokens: bigint;
        assets: bigint;
      };
      return sold.assets - (sold.tokens * limit) / TOKEN;
    };
    const attempt = { label: "sell back", to: vault.buybackAuction, data, gain };
    return [this.proposal(vault, `round:${first}:${second}`, attempt, 0n)];
  }

  private proposal(vault: VaultBasics, what: string, attempt: Attempt, leastNetAssets: bigint): Proposal {
    return {
      ...{ name: `${vault.address}:${what}`, strategy: this.name, vault, lane: "housekeeping" },
      ...{ attempts: [attempt], leastNetAssets, positions: [], pieces: [] },
    };
  }
}

async function ask<T>(view: BlockView, name: string, args: readonly unknown[]): Promise<readonly T[]> {
  const result = await view.call(view.lens, LENS.encodeFunctionData(name, args));
  return (LENS.decodeFunctionResult(name, result) as unknown as [readonly T[]])[0];
}
