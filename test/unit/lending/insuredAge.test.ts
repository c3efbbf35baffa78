import { expect } from "chai";
import { network } from "hardhat";

import { MAX, WAD } from "../../helpers/lending.js";
import { divUp } from "../../helpers/lendingModel.js";
import {
  changeRisk,
  deployScene,
  liquidate,
  openPosition,
  setValue,
  type LendingScene,
} from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const WAITING_PERIOD = 1_000_000n;
/** A principal in the parts in which its young one is kept, and the seconds from one start time to the next. */
const PARTS = 2n ** 21n - 1n;
const TICK = 64n;

/** Mean start of young parts, each with its size and start: rounded late. */
const meanStart = (...parts: [size: bigint, start: bigint][]) => {
  const weight = parts.reduce((sum, [size]) => sum + size, 0n);
  const moment = parts.reduce((sum, [size, start]) => sum + size * start, 0n);
  return divUp(moment, weight * TICK) * TICK;
};
/** What is kept of `young` in a principal: rounded up to a whole part, and up again to a unit. */
const kept = (young: bigint, principal: bigint) => divUp(principal * divUp(young * PARTS, principal), PARTS);

const now = async () => BigInt(await networkHelpers.time.latest());

describe("LendingVault: age of a principal, which decides what is insured", () => {
  /** 1,000 borrowed at `borrowedAt` against 20 at 200, without interest; `start` is what is kept of that time. */
  async function young() {
    const scene = await deployScene(ethers, { waitingPeriod: WAITING_PERIOD });
    await openPosition(scene, 20n * WAD, 1_000n * WAD);
    const borrowedAt = await now();
    return { ...scene, borrowedAt, start: meanStart([1n, borrowedAt]) };
  }

  /** The same when the waiting period has passed. */
  async function aged() {
    const scene = await young();
    await networkHelpers.time.increaseTo(scene.start + WAITING_PERIOD);
    return scene;
  }

  const agedPrincipal = async ({ vault, collateralAddress, borrower }: LendingScene) =>
    (await vault.positionOf(borrower.address, collateralAddress)).agedPrincipalAssets;

  const at = (second: bigint) => networkHelpers.time.setNextBlockTimestamp(second);
  const borrow = ({ vault, collateralAddress, borrower }: LendingScene, assets: bigint) =>
    vault.connect(borrower).borrow(collateralAddress, assets, borrower.address, borrower.address);
  const repay = ({ vault, collateralAddress, borrower }: LendingScene, assets: bigint) =>
    vault.connect(borrower).repay(collateralAddress, assets, borrower.address);
  const withdraw = ({ vault, collateralAddress, borrower }: LendingScene, assets: bigint) =>
    vault.connect(borrower).withdrawCollateral(collateralAddress, assets, borrower.address, borrower.address);

  /** Asserts that a waiting period after `start` the aged principal is `after`; a second earlier it is `before`. */
  async function expectToAge(scene: LendingScene, start: bigint, before: bigint, after: bigint) {
    await networkHelpers.time.increaseTo(start + WAITING_PERIOD - 1n);
    expect(await agedPrincipal(scene)).to.equal(before);
    await networkHelpers.time.increaseTo(start + WAITING_PERIOD);
    expect(await agedPrincipal(scene)).to.equal(after);
  }

  it("is young until the waiting period has passed, and for what is left of 64 seconds then", async () => {
    const scene = await networkHelpers.loadFixture(young);
    expect(scene.start >= scene.borrowedAt && scene.start < scene.borrowedAt + 64n).to.be.true;
    await expectToAge(scene, scene.start, 0n, 1_000n * WAD);
  });

  for (const second of [0n, 1n, 63n]) {
    it(`begins ${second} seconds after a whole 64 at the next of these, never earlier`, async () => {
      const scene = await networkHelpers.loadFixture(young);
      await repay(scene, MAX);
      const whole = ((await now()) / TICK + 2n) * TICK;
      await at(whole + second);
      await borrow(scene, 100n * WAD);
      await expectToAge(scene, second === 0n ? whole : whole + TICK, 0n, 100n * WAD);
    });
  }

  it("does not matter where there is no waiting period", async () => {
    const scene = await networkHelpers.loadFixture(young);
    await changeRisk(scene, { waitingPeriod: 0n });
    expect(await agedPrincipal(scene)).to.equal(1_000n * WAD);
    // Not even for what is left of 64 seconds.
    const whole = ((await now()) / TICK + 2n) * TICK;
    await at(whole + 1n);
    await borrow(scene, 100n * WAD);
    expect(await agedPrincipal(scene)).to.equal(1_100n * WAD);
  });

  it("is of principal only: interest is never part of it", async () => {
    const scene = await deployScene(ethers, { waitingPeriod: WAITING_PERIOD - TICK, flatRateWad: 10n ** 10n });
    await openPosition(scene, 20n * WAD, 1_000n * WAD);
    await networkHelpers.time.increase(WAITING_PERIOD);
    const position = await scene.vault.positionOf(scene.borrower.address, scene.collateralAddress);
    expect([position.debtAssets, position.agedPrincipalAssets]).to.deep.equal([1_010n * WAD, 1_000n * WAD]);
  });

  describe("when more is borrowed", () => {
    it("stays aged for what was aged; only what is new is young", async () => {
      const scene = await networkHelpers.loadFixture(aged);
      await borrow(scene, 250n * WAD);
      const left = 1_250n * WAD - kept(250n * WAD, 1_250n * WAD);
      expect(1_000n * WAD - left <= (1_250n * WAD) / 2_000_000n).to.be.true;
      await expectToAge(scene, meanStart([1n, await now()]), left, 1_250n * WAD);
    });

    it("rounds what is young up, by no more than half a millionth of the principal", async () => {
      const scene = await networkHelpers.loadFixture(aged);
      await borrow(scene, 500n * WAD);
      // A third of 2,097,151 is 699,051 when rounded up, and what that is of 1,500 is rounded up again.
      const aged_ = 1_500n * WAD - divUp(1_500n * WAD * 699_051n, 2_097_151n);
      expect(await agedPrincipal(scene)).to.equal(aged_);
      expect(1_000n * WAD - aged_ <= (1_500n * WAD) / 2_000_000n).to.be.true;
    });

    it("starts young parts at their mean time, weighted by size", async () => {
      const scene = await networkHelpers.loadFixture(young);
      await at(scene.borrowedAt + 600_000n);
      await borrow(scene, 500n * WAD);
      // 500 of 1,500 came 600,000 s later.
      const start = meanStart([1_000n, scene.start], [500n, scene.borrowedAt + 600_000n]);
      expect(start - scene.borrowedAt >= 200_000n && start - scene.borrowedAt <= 200_000n + 2n * TICK).to.be.true;
      await expectToAge(scene, start, 0n, 1_500n * WAD);
    });

    it("rounds that time up to whole 64 seconds", async () => {
      const scene = await networkHelpers.loadFixture(young);
      await at(scene.start + 1n);
      await borrow(scene, 10n * WAD);
      await expectToAge(scene, scene.start + 64n, 0n, 1_010n * WAD);
    });
  });

  describe("when something is repaid", () => {
    /** 1,000 aged and 250 young, since `secondStart`; rounding has made a little more of them young. */
    async function mixed() {
      const scene = await aged();
      await borrow(scene, 250n * WAD);
      const toppedUpAt = await now();
      return { ...scene, toppedUpAt, secondStart: meanStart([1n, toppedUpAt]) };
    }
    const YOUNG = kept(250n * WAD, 1_250n * WAD);

    it("loses what is young first", async () => {
      const scene = await networkHelpers.loadFixture(mixed);
      await repay(scene, 125n * WAD);
      const rest = 1_125n * WAD - kept(YOUNG - 125n * WAD, 1_125n * WAD);
      expect(await agedPrincipal(scene)).to.equal(rest);
      expect(1_000n * WAD - rest <= (1_250n * WAD) / 1_000_000n).to.be.true;
    });

    it("loses what is aged only when nothing young is left", async () => {
      const scene = await networkHelpers.loadFixture(mixed);
      await repay(scene, YOUNG);
      expect(await agedPrincipal(scene)).to.equal(1_250n * WAD - YOUNG);
      await repay(scene, 400n * WAD);
      expect(await agedPrincipal(scene)).to.equal(850n * WAD - YOUNG);
    });

    it("a unit at a time, which anybody may do, makes nothing young that was not", async () => {
      const scene = await networkHelpers.loadFixture(mixed);
      const { vault, collateralAddress, borrower, other } = scene;
      for (let paid = 1n; paid <= 20n; ++paid) {
        await vault.connect(other).repay(collateralAddress, 1n, borrower.address);
        // Each unit is less than a part: the part stays what it was, and the same share of a smaller debt is young.
        const principal = 1_250n * WAD - paid;
        const young = divUp(principal * divUp(PARTS, 5n), PARTS);
        expect(young <= YOUNG).to.be.true;
        expect(await agedPrincipal(scene)).to.equal(principal - young);
      }
    });

    it("starts nothing anew", async () => {
      const scene = await networkHelpers.loadFixture(mixed);
      await at(scene.toppedUpAt + 500_000n);
      await repay(scene, 125n * WAD);
      const before = 1_125n * WAD - kept(YOUNG - 125n * WAD, 1_125n * WAD);
      await expectToAge(scene, scene.secondStart, before, 1_125n * WAD);
    });

    it("in full begins a new life: the next loan is young again", async () => {
      const scene = await networkHelpers.loadFixture(mixed);
      await repay(scene, MAX);
      await borrow(scene, 500n * WAD);
      await expectToAge(scene, meanStart([1n, await now()]), 0n, 500n * WAD);
    });

    it("by a liquidator loses what is young first, too", async () => {
      const scene = await networkHelpers.loadFixture(mixed);
      await setValue(scene, 1_500n * WAD);
      await liquidate(scene, { maxRepaid: YOUNG });
      expect(await agedPrincipal(scene)).to.equal(1_250n * WAD - YOUNG);
    });

    it("of interest only changes nothing", async () => {
      const scene = await deployScene(ethers, { waitingPeriod: WAITING_PERIOD, flatRateWad: 10n ** 10n });
      await openPosition(scene, 20n * WAD, 1_000n * WAD);
      const borrowedAt = await now();
      await at(borrowedAt + 500_000n);
      await repay(scene, 5n * WAD);
      await expectToAge(scene, meanStart([1n, borrowedAt]), 0n, 1_000n * WAD);
    });
  });

  describe("when collateral moves", () => {
    it("is young again for the share that was withdrawn", async () => {
      const scene = await networkHelpers.loadFixture(aged);
      await withdraw(scene, 5n * WAD);
      const left = 1_000n * WAD - kept(250n * WAD, 1_000n * WAD);
      await expectToAge(scene, meanStart([1n, await now()]), left, 1_000n * WAD);
    });

    it("mixes the share that was withdrawn with what was young before", async () => {
      const scene = await networkHelpers.loadFixture(aged);
      await borrow(scene, 1_000n * WAD);
      const toppedUpAt = await now();
      await at(toppedUpAt + 500_000n);
      await withdraw(scene, 4n * WAD);
      // A fifth of all 2,000 starts anew; of the 1,000 that were young, and the rounding, 800 keep their start. So 1,200 are
      // young, 400 of them since 500,000 s later: a mean of 166,667 s.
      const young = kept(1_000n * WAD, 2_000n * WAD);
      const old = young - young / 5n;
      const start = meanStart([old, meanStart([1n, toppedUpAt])], [400n * WAD, toppedUpAt + 500_000n]);
      expect(start - toppedUpAt >= 166_667n && start - toppedUpAt <= 166_667n + 2n * TICK).to.be.true;
      const left = 2_000n * WAD - kept(old + 400n * WAD, 2_000n * WAD);
      expect(800n * WAD - left <= (2_000n * WAD) / 1_000_000n).to.be.true;
      await expectToAge(scene, start, left, 2_000n * WAD);
    });

    it("is all young when everything young was withdrawn against", async () => {
      const scene = await networkHelpers.loadFixture(young);
      await at(scene.borrowedAt + 500_000n);
      await withdraw(scene, 10n * WAD);
      // Half of what is young starts anew: a mean of 250,000 s.
      const start = meanStart([1n, scene.start], [1n, scene.borrowedAt + 500_000n]);
      await expectToAge(scene, start, 0n, 1_000n * WAD);
    });

    it("is not made young by adding collateral", async () => {
      const scene = await networkHelpers.loadFixture(aged);
      const { vault, collateralAddress, borrower } = scene;
      await vault.connect(borrower).supplyCollateral(collateralAddress, 100n * WAD, borrower.address);
      expect(await agedPrincipal(scene)).to.equal(1_000n * WAD);
    });

    it("cannot be refreshed by strangers, who can only add", async () => {
      const scene = await networkHelpers.loadFixture(young);
      const { vault, collateralAddress, borrower, other } = scene;
      await at(scene.borrowedAt + 500_000n);
      await vault.connect(other).supplyCollateral(collateralAddress, 100n * WAD, borrower.address);
      await vault.connect(other).repay(collateralAddress, 100n * WAD, borrower.address);
      await expectToAge(scene, scene.start, 0n, 900n * WAD);
    });

    it("needs no debt: a withdrawal without any leaves the next loan young from its own start", async () => {
      const scene = await networkHelpers.loadFixture(young);
      await repay(scene, MAX);
      await withdraw(scene, WAD);
      await borrow(scene, 100n * WAD);
      await expectToAge(scene, meanStart([1n, await now()]), 0n, 100n * WAD);
    });
  });
});
