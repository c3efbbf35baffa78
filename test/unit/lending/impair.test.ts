import { expect } from "chai";
import { network } from "hardhat";

import { MAX, WAD } from "../../helpers/lending.js";
import {
  deployScene,
  expectRefused,
  liquidate,
  openPosition,
  setValue,
  type LendingScene,
} from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const UNLISTED = "0x00000000000000000000000000000000000000A5";
const DEBT = 1_500n * WAD;
const COVERED = (1_000n * WAD * 100n) / 101n;
const DELAY = 3_600n;
const WINDOW = 86_400n;

const now = async () => BigInt(await networkHelpers.time.latest());

describe("LendingVault: record of an insolvency", () => {
  /** 1,500 borrowed against 10 that are worth 1,000. */
  async function insolvent() {
    const scene = await deployScene(ethers);
    await openPosition(scene, 10n * WAD, DEBT);
    await setValue(scene, 1_000n * WAD);
    return scene;
  }

  /** The same with a record, made at `impairedAt`. */
  async function impaired() {
    const scene = await insolvent();
    await impair(scene);
    return { ...scene, impairedAt: await now() };
  }

  const impair = ({ vault, borrower, collateralAddress }: LendingScene, owner = borrower) =>
    vault.impair(owner.address, collateralAddress);

  const impairedAt = async ({ vault, borrower, collateralAddress }: LendingScene, owner = borrower) =>
    (await vault.positionOf(owner.address, collateralAddress)).impairedAt;

  /** How many positions the vault counts as impaired, read from the refusal of a sweep. */
  async function expectImpairments({ vault, other }: LendingScene, count: bigint) {
    await vault.setReservePolicy(0n, other.address);
    const sweep = expect(vault.sweepReserves()).to.be;
    if (count === 0n) await sweep.revertedWithCustomError(vault, "NothingToSweep");
    else await sweep.revertedWithCustomError(vault, "SweepWhileImpaired").withArgs(count);
  }

  describe("when it is made", () => {
    it("says when and with which shortfall, whoever made it", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      const { vault, borrower, collateralAddress, stranger } = scene;
      const made = vault.connect(stranger).impair(borrower.address, collateralAddress);
      await expect(made)
        .to.emit(vault, "Impaired")
        .withArgs(borrower.address, collateralAddress, DEBT - COVERED);
      expect(await impairedAt(scene)).to.equal(await now());
    });

    it("returns the shortfall, which is what shortfallOf says", async () => {
      const { vault, borrower, collateralAddress } = await networkHelpers.loadFixture(insolvent);
      const position = [borrower.address, collateralAddress] as const;
      expect(await vault.impair.staticCall(...position)).to.equal(DEBT - COVERED);
      expect(await vault.shortfallOf(...position)).to.deep.equal([DEBT - COVERED, true]);
    });

    it("changes no debt, no collateral and no share price", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      const { vault, borrower, collateralAddress } = scene;
      await impair(scene);
      const position = await vault.positionOf(borrower.address, collateralAddress);
      expect([position.debtAssets, position.collateralAssets]).to.deep.equal([DEBT, 10n * WAD]);
      expect(await vault.totalAssets()).to.equal(1_000_000n * WAD);
    });

    it("counts, and holds the reserves back as long as it stands", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      await openPosition(scene, 20n * WAD, DEBT, scene.other);
      await setValue(scene, 500n * WAD);
      await impair(scene);
      await expectImpairments(scene, 1n);
      await impair(scene, scene.other);
      await expectImpairments(scene, 2n);
    });
  });

  describe("is refused", () => {
    it("for a solvent position, with the debt and what is covered", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      await setValue(scene, 1_515n * WAD);
      const values = [scene.borrower.address, scene.collateralAddress, DEBT, DEBT];
      await expectRefused(scene, () => impair(scene), "PositionSolvent", values);
    });

    it("for a position without debt, whatever its collateral", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      await openPosition(scene, WAD, 0n, scene.other);
      await setValue(scene, 1_010n * WAD);
      const values = [scene.other.address, scene.collateralAddress, 0n, 100n * WAD];
      await expectRefused(scene, () => impair(scene, scene.other), "PositionSolvent", values);
    });

    it("for a position without debt and collateral, which needs no price", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      await scene.oracle.setDead(scene.collateralAddress, scene.assetAddress, true);
      const values = [scene.other.address, scene.collateralAddress, 0n, 0n];
      await expectRefused(scene, () => impair(scene, scene.other), "PositionSolvent", values);
    });

    it("for a token that is not listed", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      const send = () => scene.vault.impair(scene.borrower.address, UNLISTED);
      await expectRefused(scene, send, "UnknownCollateral", [UNLISTED]);
    });
  });

  describe("when it is asked for again", () => {
    it("stays as it is as long as it can be used, that second included", async () => {
      const scene = await networkHelpers.loadFixture(impaired);
      await networkHelpers.time.setNextBlockTimestamp(scene.impairedAt + DELAY + WINDOW);
      await expect(impair(scene)).to.not.emit(scene.vault, "Impaired");
      expect(await impairedAt(scene)).to.equal(scene.impairedAt);
      await expectImpairments(scene, 1n);
    });

    it("starts anew when it can no longer be used, and counts once", async () => {
      const scene = await networkHelpers.loadFixture(impaired);
      await networkHelpers.time.setNextBlockTimestamp(scene.impairedAt + DELAY + WINDOW + 1n);
      await expect(impair(scene)).to.emit(scene.vault, "Impaired");
      expect(await impairedAt(scene)).to.equal(scene.impairedAt + DELAY + WINDOW + 1n);
      await expectImpairments(scene, 1n);
    });
  });

  describe("ends", () => {
    /** Whatever ends it, the record is gone, said to be gone, and no longer counted. */
    async function expectCleared(scene: LendingScene, send: () => Promise<unknown>) {
      await expect(send())
        .to.emit(scene.vault, "ImpairmentCleared")
        .withArgs(scene.borrower.address, scene.collateralAddress);
      expect(await impairedAt(scene)).to.equal(0n);
      await expectImpairments(scene, 0n);
    }

    it("when anybody shows that the position is solvent again, with a shortfall of zero", async () => {
      const scene = await networkHelpers.loadFixture(impaired);
      const { vault, borrower, collateralAddress } = scene;
      await setValue(scene, 1_515n * WAD);
      expect(await vault.impair.staticCall(borrower.address, collateralAddress)).to.equal(0n);
      await expectCleared(scene, () => impair(scene));
    });

    it("when a repayment makes the position solvent, and not a unit earlier", async () => {
      const scene = await networkHelpers.loadFixture(impaired);
      const { vault, collateralAddress, borrower } = scene;
      const repay = (assets: bigint) => vault.connect(borrower).repay(collateralAddress, assets, borrower.address);
      await repay(DEBT - COVERED - 1n);
      expect(await impairedAt(scene)).to.equal(scene.impairedAt);
      await expectCleared(scene, () => repay(1n));
    });

    it("when everything is repaid", async () => {
      const scene = await networkHelpers.loadFixture(impaired);
      const { vault, collateralAddress, borrower } = scene;
      await expectCleared(scene, () => vault.connect(borrower).repay(collateralAddress, MAX, borrower.address));
    });

    it("when new collateral makes the position solvent, and not a unit earlier", async () => {
      const scene = await networkHelpers.loadFixture(impaired);
      const { vault, collateralAddress, borrower } = scene;
      const supply = (assets: bigint) =>
        vault.connect(borrower).supplyCollateral(collateralAddress, assets, borrower.address);
      // 15.15 at 100 are 1,515.
      await supply(5_150_000_000_000_000_000n - 1n);
      expect(await impairedAt(scene)).to.equal(scene.impairedAt);
      await expectCleared(scene, () => supply(1n));
    });

    it("when a liquidation leaves the position solvent", async () => {
      const scene = await networkHelpers.loadFixture(impaired);
      await setValue(scene, 1_740n * WAD);
      await expectCleared(scene, () => liquidate(scene, { maxRepaid: 100n * WAD }));
    });

    it("when a liquidation closes everything", async () => {
      const scene = await networkHelpers.loadFixture(impaired);
      await expectCleared(scene, () => liquidate(scene));
    });

    it("when the borrower borrows, which takes a position that is solvent by every source", async () => {
      const scene = await networkHelpers.loadFixture(impaired);
      const { vault, collateralAddress, borrower } = scene;
      await setValue(scene, 4_000n * WAD);
      await expectCleared(scene, () =>
        vault.connect(borrower).borrow(collateralAddress, WAD, borrower.address, borrower.address),
      );
    });

    it("when the borrower withdraws collateral, which takes the same", async () => {
      const scene = await networkHelpers.loadFixture(impaired);
      const { vault, collateralAddress, borrower } = scene;
      await setValue(scene, 4_000n * WAD);
      await expectCleared(scene, () =>
        vault.connect(borrower).withdrawCollateral(collateralAddress, WAD, borrower.address, borrower.address),
      );
    });

    it("not when a fraction of the position is liquidated: the rest is as insolvent as before", async () => {
      const scene = await networkHelpers.loadFixture(impaired);
      await liquidate(scene, { maxRepaid: 400n * WAD });
      expect(await impairedAt(scene)).to.equal(scene.impairedAt);
      await expectImpairments(scene, 1n);
    });

    it("not by a payment when interest of this very second keeps the position insolvent", async () => {
      const scene = await deployScene(ethers, { flatRateWad: 10n ** 10n });
      const { vault, collateralAddress, borrower } = scene;
      await openPosition(scene, 10n * WAD, DEBT);
      await setValue(scene, 1_000n * WAD);
      await impair(scene);
      const recordedAt = await now();
      // Worth 1,520: enough for what was owed when interest was last booked, not for 1 % more.
      await networkHelpers.time.increase(1_000_000n);
      await setValue(scene, 1_520n * WAD);
      await vault.connect(borrower).supplyCollateral(collateralAddress, 1n, borrower.address);
      expect(await impairedAt(scene)).to.equal(recordedAt);
    });
  });

  it("of one position says nothing of another", async () => {
    const scene = await networkHelpers.loadFixture(impaired);
    await openPosition(scene, 100n * WAD, DEBT, scene.other);
    expect(await impairedAt(scene, scene.other)).to.equal(0n);
  });
});
