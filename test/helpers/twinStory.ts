/**
 * A story of losses that depends on its seed alone, so that two chains can live through it and be compared: whatever
 * one does besides must change no figure.
 */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { ContractTransactionResponse } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import type { LossPreparer } from "../../types/ethers-contracts/index.js";
import { fundAccount } from "./lending.js";
import { dice } from "./tranches.js";
import { borrow, DAY, impair, lend, liquidate, MAX, stake, UNIT, type WaterfallScene } from "./waterfallScene.js";

/** Between two steps, seconds: blocks that one chain has more than the other make no difference. */
const PAUSE = 1_000n;
/** Numbers beyond the last loss, and epochs beyond the open one, that are compared too. */
const AHEAD = 4n;
const USUAL_PRICE = 200n;
const SUNK_PRICES = [60n, 100n, 130n];

/** What a step did: its events, or why it was refused. */
export interface Told {
  name: string;
  outcome: unknown;
}

type Step = () => Promise<ContractTransactionResponse>;

export class TwinStory {
  readonly attacker: HardhatEthersSigner;
  /** Kinds of steps that have succeeded. */
  readonly done = new Set<string>();
  private readonly roll: (below: bigint) => bigint;
  private now = 2_000_100_000n;
  private debtors = 0;
  private told = 0;

  constructor(
    private readonly connection: NetworkConnection,
    readonly scene: WaterfallScene,
    seed: bigint,
  ) {
    this.roll = dice(seed);
    this.attacker = scene.cleo;
  }

  /** Deployed by the attacker, whose other contracts nobody meets. */
  preparer(): Promise<LossPreparer> {
    return this.connection.ethers.deployContract("LossPreparer", [this.scene.engine], this.attacker);
  }

  /** One step of the story, at the same second on every chain. */
  async step(): Promise<Told> {
    if (this.told === 0) await this.begin();
    const steps = this.steps(await this.scene.engine.writeOffCount(this.scene.address));
    // Once everything in turn, then as it comes.
    const next = this.told < steps.length ? this.told : Number(this.roll(BigInt(steps.length)));
    const [name, act] = steps[next]!;
    this.told += 1;
    const outcome = await this.outcomeOf(act);
    if (Array.isArray(outcome)) this.done.add(name);
    return { name, outcome };
  }

  private async begin(): Promise<void> {
    const { scene } = this;
    await this.tick();
    for (const lender of [scene.ann, scene.ben]) await lend(scene, lender, 20_000n);
    for (const staker of [scene.sam, scene.sue]) await stake(scene, staker, 1_500n);
    // Each loss draws on the fund in part, so that all layers have theirs.
    await scene.fund.setDrawCaps(400n * scene.one, 100_000n * scene.one);
  }

  private steps(count: bigint): [string, Step][] {
    const { vault, fund, engine, sale, address, one, ann, ben, sam, sue, buyer, liquidator } = this.scene;
    const id = 1n + this.roll(count + 1n);
    const part = (1n + this.roll(300n)) * one;
    const [lender, staker] = this.roll(2n) === 0n ? [ann, sam] : [ben, sue];
    return [
      ["loss", () => this.loss()],
      ["loss without fund", () => this.withoutFund(() => this.loss())],
      ["buy", () => sale.connect(buyer).buy(address, count, 2n * UNIT, MAX, buyer.address, MAX)],
      ["batch", () => this.batch()],
      ["impaired loss", () => this.impairedLoss(MAX)],
      ["impaired loss", () => this.impairedLoss(300n * one)],
      ["false alarm", () => this.falseAlarm()],
      ["recover", () => engine.connect(liquidator).recover(address, id, part)],
      ["settle", () => sale.connect(buyer).settle(address, id)],
      ["claim", async () => vault.connect(lender).claimRecovery(lender.address, await epochs(vault), lender.address)],
      [
        "claim stake",
        async () => fund.connect(staker).claimRecovery(staker.address, await epochs(fund), staker.address),
      ],
      ["transfer", () => vault.connect(ann).transfer(ben.address, part * 1_000_000n)],
      ["deposit", () => vault.connect(lender).deposit(part, lender.address)],
      ["stake", () => fund.connect(staker).deposit(part, staker.address)],
      ["reinvest", async () => vault.connect(lender).reinvestRecovery(lender.address, await epochs(vault), lender)],
    ];
  }

  // ---------------------------------------------------------------- Losses

  private async loss() {
    const owner = await this.newDebtor();
    await this.sink();
    return liquidate(this.scene, { owner });
  }

  private async batch() {
    const { vault, weth, liquidator } = this.scene;
    const owners = [await this.newDebtor(), await this.newDebtor(), await this.newDebtor()];
    await this.sink();
    const items = owners.map(({ address: borrower }) => ({
      borrower,
      collateral: weth,
      maxRepaidAssets: MAX,
      minSeizedAssets: 0n,
    }));
    return vault.connect(liquidator).liquidateBatch(items, MAX, "0x");
  }

  private async impairedLoss(maxRepaid: bigint) {
    const owner = await this.newDebtor();
    await this.sink();
    await impair(this.scene, owner);
    await this.sink();
    return liquidate(this.scene, { owner, maxRepaid });
  }

  private async falseAlarm() {
    const owner = await this.newDebtor();
    await this.sink();
    await impair(this.scene, owner);
    await this.sink();
    await impair(this.scene, owner);
    await this.scene.setPrice(USUAL_PRICE);
    return impair(this.scene, owner);
  }

  /** The fund is left out, so that it skips the number if it is asked again later. */
  private async withoutFund(act: Step) {
    const { engine, address } = this.scene;
    const stack = (await engine.stackOf(address)).map(({ tranche, gasStipend, kind }) => ({
      tranche,
      gasStipend,
      kind,
    }));
    await engine.setStack(address, stack.slice(1));
    try {
      return await act();
    } finally {
      await engine.setStack(address, stack);
    }
  }

  /** Somebody who has never been in default, with 1,400 against ten. */
  private async newDebtor(): Promise<HardhatEthersSigner> {
    const { ethers, networkHelpers } = this.connection;
    const { collateral, oneCollateral, address, setPrice } = this.scene;
    const name = ethers.dataSlice(ethers.id(`debtor ${++this.debtors}`), 0, 20);
    await networkHelpers.setBalance(name, 10n ** 20n);
    const debtor = await ethers.getImpersonatedSigner(name);
    await fundAccount(collateral, debtor, address, 100n * oneCollateral);
    await setPrice(USUAL_PRICE);
    await borrow(this.scene, 10n, 1_400n, debtor);
    return debtor;
  }

  private async sink(): Promise<void> {
    await this.scene.setPrice(SUNK_PRICES[Number(this.roll(BigInt(SUNK_PRICES.length)))]!);
  }

  // ---------------------------------------------------------------- What is compared

  /** Numbers of epochs that the fund has passed without a loss. */
  async skippedEpochs(): Promise<number> {
    const { fund } = this.scene;
    const losses = await Promise.all((await epochs(fund)).map((epoch) => fund.lossEpoch(epoch)));
    return losses.filter(({ shares }) => shares === 0n).length;
  }

  /** Every figure that anybody can read of any layer, up to a few numbers ahead. */
  async figures(): Promise<unknown> {
    const { vault, fund, engine, sale, dilution, asset, address } = this.scene;
    const ids = range(1n, (await engine.writeOffCount(address)) + AHEAD);
    const perId = ids.flatMap((id) => [
      engine.ledger(address, id),
      engine.outstanding(address, id),
      engine.owedByDebtor(address, id),
      engine.defaultOf(address, id),
      engine.lendersOutstanding(address, id),
      engine.proceedsOf(address, id),
      engine.earmarkOf(address, id),
      vault.provisionOf(id),
      fund.unsettledRelease(id),
      sale.lot(address, id),
      sale.quoteBuy(address, id, UNIT),
      dilution.issueOf(address, id),
      dilution.mintedFor(address, id),
    ]);
    const totals = [
      vault.provisions(),
      vault.reserves(),
      vault.cash(),
      fund.totalEarmarked(),
      dilution.previewStartPrice(address),
      asset.balanceOf(vault),
      asset.balanceOf(fund),
      engine.writeOffCount(address),
    ];
    return Promise.all([settled([...perId, ...totals]), this.shares(vault), this.shares(fund)]);
  }

  private async shares(shares: WaterfallScene["vault"] | WaterfallScene["fund"]): Promise<unknown> {
    const { ann, ben, sam, sue, asset } = this.scene;
    const all = range(0n, (await shares.openEpoch()) + AHEAD);
    const perHolder = [ann, ben, sam, sue].flatMap(({ address }) => [
      shares.balanceOf(address),
      asset.balanceOf(address),
      ...all.flatMap((epoch) => [shares.claimableRecovery(address, epoch), shares.balanceAtEpoch(address, epoch)]),
    ]);
    const perEpoch = all.flatMap((epoch) => [shares.lossEpoch(epoch), shares.recoveredOf(epoch)]);
    return settled([shares.totalAssets(), shares.totalSupply(), shares.claimsOwed(), ...perHolder, ...perEpoch]);
  }

  private async outcomeOf(act: Step): Promise<unknown> {
    await this.tick();
    try {
      const receipt = await (await act()).wait();
      return receipt!.logs.map(({ address, topics, data }) => ({ address, topics: [...topics], data }));
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** Both chains go on at the same second. */
  private async tick(): Promise<void> {
    this.now += this.roll(10n) === 0n ? 2n * DAY : PAUSE;
    await this.connection.networkHelpers.time.setNextBlockTimestamp(this.now);
    await this.connection.networkHelpers.mine();
  }
}

async function epochs(shares: { openEpoch: () => Promise<bigint> }): Promise<bigint[]> {
  return range(1n, (await shares.openEpoch()) - 1n);
}

function range(from: bigint, to: bigint): bigint[] {
  return Array.from({ length: Number(to - from + 1n) }, (_, i) => from + BigInt(i));
}

/** Each answer, or why there is none. */
async function settled(asked: readonly Promise<unknown>[]): Promise<unknown[]> {
  const answers = await Promise.allSettled(asked);
  return answers.map((answer) => (answer.status === "fulfilled" ? answer.value : (answer.reason as Error).message));
}
