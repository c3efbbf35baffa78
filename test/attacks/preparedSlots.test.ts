import { expect } from "chai";
import { network } from "hardhat";

import type { LossPreparer } from "../../types/ethers-contracts/index.js";
import { dice } from "../helpers/tranches.js";
import { TwinStory } from "../helpers/twinStory.js";
import { deployWaterfallScene } from "../helpers/waterfallScene.js";

const SEEDS = [3n, 1_912n, 20_200_312n];
const STEPS = 40;
/** Events are compared after each step, all figures after so many. */
const LOOK_EVERY = 3;

/**
 * Two chains live through the same story of losses, impairments, batches, recoveries, sales and claims. On one of them
 * somebody prepares slots between any two steps, as far ahead as it likes and wherever it likes.
 */
describe("Attacks with prepared slots (WO1, RE1, IM1, IN1, LV1)", () => {
  for (const seed of SEEDS) {
    it(`change no figure of any layer and no event: story ${seed}`, async () => {
      const [plain, prepared] = [await story(seed), await story(seed)];
      const preparer = await prepared.preparer();
      const whim = dice(seed + 1n);
      for (let step = 0; step < STEPS; step++) {
        await prepareSomewhere(prepared, preparer, whim);
        const told = await plain.step();
        expect(await prepared.step(), `step ${step}`).to.deep.equal(told);
        if (step % LOOK_EVERY !== 0) continue;
        expect(await prepared.figures(), `after step ${step}: ${told.name}`).to.deep.equal(await plain.figures());
      }
      expect([...plain.done].sort(), "kinds of steps that have succeeded").to.include.members([
        "batch",
        "buy",
        "claim",
        "false alarm",
        "impaired loss",
        "loss",
        "loss without fund",
        "recover",
        "transfer",
      ]);
      expect(await plain.skippedEpochs(), "numbers that the fund has skipped").to.be.greaterThan(0);
    });
  }

  async function story(seed: bigint): Promise<TwinStory> {
    const connection = await network.create();
    // Both chains have the same clock.
    await connection.networkHelpers.time.increaseTo(2_000_000_000n);
    return new TwinStory(connection, await deployWaterfallScene(connection.ethers), seed);
  }

  /** What an attacker may do: anything, before anything. */
  async function prepareSomewhere({ scene, attacker }: TwinStory, preparer: LossPreparer, whim: Whim): Promise<void> {
    const { engine, vault, fund, sale, address } = scene;
    const count = whim(4n) === 0n ? 1n + whim(128n) : 1n + whim(3n);
    const also = whim(2n) === 0n;
    const choices = [
      () => Promise.resolve(),
      () => engine.connect(attacker).prepareEntries(address, count, also),
      () => vault.connect(attacker).prepareEpochs(count, also),
      () => fund.connect(attacker).prepareEpochs(count, also),
      () => sale.connect(attacker).prepareLots(address, count),
      () => preparer.connect(attacker).prepare(address, count),
    ];
    await choices[Number(whim(BigInt(choices.length)))]!();
  }
});

type Whim = (below: bigint) => bigint;
