import { expect } from "chai";
import { network } from "hardhat";

import { addHostile, Behavior, deployWaterfall, figures, give, Kind, layer, lose } from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

const LOSS = 1_000n;
/** A tranche with this stipend, that needs nearly all of it. */
const STIPEND = 250_000n;
const HUNGER = 220_000n;
/** What the engine wants to see left before it calls: 64/63 of the stipend and 20,000. */
const NEEDED = 273_968n;

describe("WriteOffEngine and gas", () => {
  async function hungryTranche() {
    const room = await deployWaterfall(ethers);
    const tranche = await addHostile(ethers, room, 10_000n);
    await tranche.burnFirst(HUNGER);
    await room.engine.setStack(room.vault, [await layer(tranche, Kind.Insurance, STIPEND)]);
    const [, , debtor] = await ethers.getSigners();
    return { ...room, tranche, debtor: debtor!.address };
  }

  type Room = Awaited<ReturnType<typeof hungryTranche>>;

  /** What a write-off with this gas limit would do: the part charged to lenders, or why it reverts. */
  async function attempt({ vault, engine, debtor }: Room, gasLimit: bigint): Promise<bigint | string> {
    try {
      const result = await vault.lose.staticCall(debtor, 0, 0, LOSS, LOSS, { gasLimit });
      return result.socialized;
    } catch (error) {
      const { data } = error as { data?: unknown };
      const named = typeof data === "string" && data.length >= 10 ? engine.interface.parseError(data) : null;
      return named?.name ?? "out of gas";
    }
  }

  it("WO4: no gas limit makes a tranche fail while the write-off succeeds", async () => {
    const room = await networkHelpers.loadFixture(hungryTranche);
    const outcomes = new Map<bigint | string, number>();
    const sweep = async (from: bigint, to: bigint, step: bigint) => {
      for (let gasLimit = from; gasLimit <= to; gasLimit += step) {
        const outcome = await attempt(room, gasLimit);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    };
    // Every region coarsely, and where refusal turns into success in small steps.
    await sweep(30_000n, 650_000n, 2_000n);
    let [refused, accepted] = [30_000n, 650_000n];
    while (accepted - refused > 1n) {
      const middle = (refused + accepted) / 2n;
      if ((await attempt(room, middle)) === 0n) accepted = middle;
      else refused = middle;
    }
    await sweep(accepted - 200n, accepted + 200n, 2n);

    // Success always means that the tranche has paid everything.
    expect([...outcomes.keys()].filter((outcome) => typeof outcome === "bigint")).to.deep.equal([0n]);
    expect(outcomes.get("InsufficientGas")).to.be.greaterThan(0);
    expect(outcomes.get("out of gas")).to.be.greaterThan(0);
    expect(outcomes.get(0n)).to.be.greaterThan(0);
  });

  it("WO4: no gas limit makes a tranche find less than its stipend while the write-off succeeds", async () => {
    const room = await networkHelpers.loadFixture(hungryTranche);
    // A tranche that gives up early leaves the caller gas to finish with: the worst case for a 63/64 rule.
    await room.tranche.burnFirst(0n);
    await room.tranche.insistOn(3_000_000n - 1_000n);
    await room.engine.setStack(room.vault, [await layer(room.tranche, Kind.Insurance, 3_000_000n)]);
    const outcomes = new Set<bigint | string>();
    for (let gasLimit = 3_000_000n; gasLimit <= 3_250_000n; gasLimit += 1_000n) {
      outcomes.add(await attempt(room, gasLimit));
    }
    expect([...outcomes]).to.deep.equal(["InsufficientGas", 0n]);
  });

  it("RE2: no gas limit makes a tranche refuse its money while the recovery succeeds", async () => {
    const room = await networkHelpers.loadFixture(hungryTranche);
    await lose(ethers, room, LOSS);
    const [admin] = await ethers.getSigners();
    await give(room.asset, admin!, room.engine, LOSS);
    const takes = async (gasLimit: bigint) => {
      const snapshot = await networkHelpers.takeSnapshot();
      let refused: bigint | undefined;
      try {
        await room.engine.recover(room.vault, 1n, LOSS, { gasLimit });
        refused = await room.engine.refusedRecovery(room.vault, 1n, room.tranche);
      } catch {
        // Reverted as a whole: nothing has happened.
      }
      await snapshot.restore();
      return refused;
    };
    const outcomes = new Set<bigint | undefined>();
    for (let gasLimit = 60_000n; gasLimit <= 550_000n; gasLimit += 2_000n) outcomes.add(await takes(gasLimit));
    expect([...outcomes]).to.deep.equal([undefined, 0n]);
  });

  it("WO4: a caller that brings too little gas is refused with the figures, and nothing changes", async () => {
    const room = await networkHelpers.loadFixture(hungryTranche);
    await expect(room.vault.lose(room.debtor, 0, 0, LOSS, LOSS, { gasLimit: 310_000n }))
      .to.be.revertedWithCustomError(room.engine, "InsufficientGas")
      .withArgs((gasLeft: bigint) => gasLeft < NEEDED && gasLeft > NEEDED - 100_000n, NEEDED);
    expect(await room.engine.writeOffCount(room.vault)).to.equal(0n);
  });

  it("WO4: a tranche gets its stipend whatever the gas limit, neither less nor more", async () => {
    const room = await networkHelpers.loadFixture(hungryTranche);
    await room.tranche.burnFirst(0n);
    const seen: bigint[] = [];
    for (const gasLimit of [550_000n, 1_000_000n, 5_000_000n, 16_000_000n]) {
      await room.vault.lose(room.debtor, 0, 0, LOSS, LOSS, { gasLimit });
      seen.push(await room.tranche.gasAtCover());
    }
    // What is missing went into finding the function.
    expect(seen[0]).to.be.within(STIPEND - 1_000n, STIPEND);
    expect(new Set(seen).size).to.equal(1);
  });

  it("WO4: a tranche that burns its stipend costs a caller no more than that", async () => {
    const room = await networkHelpers.loadFixture(hungryTranche);
    await room.tranche.burnFirst(0n);
    await room.tranche.behave(Behavior.Revert, Behavior.Pay, Behavior.Pay);
    const polite = await (await lose(ethers, room, LOSS)).wait();
    await room.tranche.behave(Behavior.BurnAllGas, Behavior.Pay, Behavior.Pay);
    const greedy = await (await lose(ethers, room, LOSS)).wait();
    expect(greedy!.gasUsed - polite!.gasUsed).to.be.lessThan(STIPEND);
    expect((await figures(room, 2n)).socialized).to.equal(LOSS);
  });
});
