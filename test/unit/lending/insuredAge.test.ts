import { expect } from "chai";
import { network } from "hardhat";

import { MAX, WAD } from "../../helpers/lending.js";
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

const now = async () => BigInt(await networkHelpers.time.latest());

describe("LendingVault: age of a principal, which decides what is insured", () => {
  /** 1,000 borrowed at `borrowedAt` against 20 at 200, without interest. */
  async function young() {
    const scene = await deployScene(ethers, { waitingPeriod: WAITING_PERIOD });
    await openPosition(scene, 20n * WAD, 1_000n * WAD);
    return { ...scene, borrowedAt: await now() };
  }

  /** The same when the waiting period has passed. */
  async function aged() {
    const scene = await young();
    await networkHelpers.time.increaseTo(scene.borrowedAt + WAITING_PERIOD);
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

  /** Asserts from which second on the aged principal is `after`; until then it is `before`. */
  async function expectToAgeAt(scene: LendingScene, second: bigint, before: bigint, after: bigint) {
    await networkHelpers.time.increaseTo(second - 1n);
    expect(await agedPrincipal(scene)).to.equal(before);
    await networkHelpers.time.increaseTo(second);
    expect(await agedPrincipal(scene)).to.equal(after);
  }

  it("is young until the waiting period has passed, to the second", async () => {
    const scene = await networkHelpers.loadFixture(young);
    await expectToAgeAt(scene, scene.borrowedAt + WAITING_PERIOD, 0n, 1_000n * WAD);
  });

  it("does not matter where there is no waiting period", async () => {
    const scene = await networkHelpers.loadFixture(young);
    await changeRisk(scene, { waitingPeriod: 0n });
    expect(await agedPrincipal(scene)).to.equal(1_000n * WAD);
  });

  it("is of principal only: interest is never part of it", async () => {
    const scene = await deployScene(ethers, { waitingPeriod: WAITING_PERIOD, flatRateWad: 10n ** 10n });
    await openPosition(scene, 20n * WAD, 1_000n * WAD);
    await networkHelpers.time.increase(WAITING_PERIOD);
    const position = await scene.vault.positionOf(scene.borrower.address, scene.collateralAddress);
    expect([position.debtAssets, position.agedPrincipalAssets]).to.deep.equal([1_010n * WAD, 1_000n * WAD]);
  });

  describe("when more is borrowed", () => {
    it("stays aged for what was aged; only what is new is young", async () => {
      const scene = await networkHelpers.loadFixture(aged);
      await borrow(scene, 250n * WAD);
      const toppedUpAt = await now();
      expect(await agedPrincipal(scene)).to.equal(1_000n * WAD);
      await expectToAgeAt(scene, toppedUpAt + WAITING_PERIOD, 1_000n * WAD, 1_250n * WAD);
    });

    it("rounds what is young up, by no more than a billionth of the principal", async () => {
      const scene = await networkHelpers.loadFixture(aged);
      await borrow(scene, 500n * WAD);
      // A third is 333,333,334 parts in a billion when rounded up.
      expect(await agedPrincipal(scene)).to.equal(1_500n * WAD - (1_500n * WAD * 333_333_334n) / 10n ** 9n);
    });

    it("starts young parts at their mean time, weighted by size", async () => {
      const scene = await networkHelpers.loadFixture(young);
      await at(scene.borrowedAt + 600_000n);
      await borrow(scene, 500n * WAD);
      // 500 of 1,500 came 600,000 s later.
      await expectToAgeAt(scene, scene.borrowedAt + 200_000n + WAITING_PERIOD, 0n, 1_500n * WAD);
    });

    it("rounds that time up to a whole second", async () => {
      const scene = await networkHelpers.loadFixture(young);
      await at(scene.borrowedAt + 1n);
      await borrow(scene, 10n * WAD);
      await expectToAgeAt(scene, scene.borrowedAt + 1n + WAITING_PERIOD, 0n, 1_010n * WAD);
    });
  });

  describe("when something is repaid", () => {
    /** 1,000 aged and 250 young. */
    async function mixed() {
      const scene = await aged();
      await borrow(scene, 250n * WAD);
      return { ...scene, toppedUpAt: await now() };
    }

    it("loses what is young first", async () => {
      const scene = await networkHelpers.loadFixture(mixed);
      await repay(scene, 125n * WAD);
      const rest = 1_125n * WAD - (1_125n * WAD * 111_111_112n) / 10n ** 9n;
      expect(await agedPrincipal(scene)).to.equal(rest);
      expect(1_000n * WAD - rest <= (1_125n * WAD) / 10n ** 9n + 1n).to.be.true;
    });

    it("loses what is aged only when nothing young is left", async () => {
      const scene = await networkHelpers.loadFixture(mixed);
      await repay(scene, 250n * WAD);
      expect(await agedPrincipal(scene)).to.equal(1_000n * WAD);
      await repay(scene, 400n * WAD);
      expect(await agedPrincipal(scene)).to.equal(600n * WAD);
    });

    it("starts nothing anew", async () => {
      const scene = await networkHelpers.loadFixture(mixed);
      await at(scene.toppedUpAt + 500_000n);
      await repay(scene, 125n * WAD);
      const before = 1_125n * WAD - (1_125n * WAD * 111_111_112n) / 10n ** 9n;
      await expectToAgeAt(scene, scene.toppedUpAt + WAITING_PERIOD, before, 1_125n * WAD);
    });

    it("in full begins a new life: the next loan is young again", async () => {
      const scene = await networkHelpers.loadFixture(mixed);
      await repay(scene, MAX);
      await borrow(scene, 500n * WAD);
      await expectToAgeAt(scene, (await now()) + WAITING_PERIOD, 0n, 500n * WAD);
    });

    it("by a liquidator loses what is young first, too", async () => {
      const scene = await networkHelpers.loadFixture(mixed);
      await setValue(scene, 1_500n * WAD);
      await liquidate(scene, { maxRepaid: 250n * WAD });
      expect(await agedPrincipal(scene)).to.equal(1_000n * WAD);
    });

    it("of interest only changes nothing", async () => {
      const scene = await deployScene(ethers, { waitingPeriod: WAITING_PERIOD, flatRateWad: 10n ** 10n });
      await openPosition(scene, 20n * WAD, 1_000n * WAD);
      const borrowedAt = await now();
      await at(borrowedAt + 500_000n);
      await repay(scene, 5n * WAD);
      await expectToAgeAt(scene, borrowedAt + WAITING_PERIOD, 0n, 1_000n * WAD);
    });
  });

  describe("when collateral moves", () => {
    it("is young again for the share that was withdrawn", async () => {
      const scene = await networkHelpers.loadFixture(aged);
      await withdraw(scene, 5n * WAD);
      const withdrawnAt = await now();
      await expectToAgeAt(scene, withdrawnAt + WAITING_PERIOD, 750n * WAD, 1_000n * WAD);
    });

    it("mixes the share that was withdrawn with what was young before", async () => {
      const scene = await networkHelpers.loadFixture(aged);
      await borrow(scene, 1_000n * WAD);
      const toppedUpAt = await now();
      await at(toppedUpAt + 500_000n);
      await withdraw(scene, 4n * WAD);
      // A fifth of all 2,000 starts anew; of the 1,000 that were young, 800 keep their start. So 1,200 are young,
      // 400 of them since 500,000 s later: a mean of 166,666.67 s, rounded up.
      await expectToAgeAt(scene, toppedUpAt + 166_667n + WAITING_PERIOD, 800n * WAD, 2_000n * WAD);
    });

    it("is all young when everything young was withdrawn against", async () => {
      const scene = await networkHelpers.loadFixture(young);
      await at(scene.borrowedAt + 500_000n);
      await withdraw(scene, 10n * WAD);
      // Half of what is young starts anew: a mean of 250,000 s.
      await expectToAgeAt(scene, scene.borrowedAt + 250_000n + WAITING_PERIOD, 0n, 1_000n * WAD);
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
      await expectToAgeAt(scene, scene.borrowedAt + WAITING_PERIOD, 0n, 900n * WAD);
    });

    it("needs no debt: a withdrawal without any leaves the next loan young from its own start", async () => {
      const scene = await networkHelpers.loadFixture(young);
      await repay(scene, MAX);
      await withdraw(scene, WAD);
      await borrow(scene, 100n * WAD);
      await expectToAgeAt(scene, (await now()) + WAITING_PERIOD, 0n, 100n * WAD);
    });
  });
});
