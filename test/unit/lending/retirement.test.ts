import { expect } from "chai";
import { network } from "hardhat";

import { WAD } from "../../helpers/lending.js";
import {
  deployScene,
  expectRefused,
  listCollateral,
  openPosition,
  type LendingScene,
} from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const UNLISTED = "0x00000000000000000000000000000000000000A5";
const RETIREMENT_DELAY = 30n * 86_400n;
const DEBT = 1_500n * WAD;

const now = async () => BigInt(await networkHelpers.time.latest());

describe("LendingVault: retirement of a collateral whose feed has died", () => {
  /** 1,500 borrowed against 10 at 200. */
  async function alive() {
    const scene = await deployScene(ethers);
    await openPosition(scene, 10n * WAD, DEBT);
    return scene;
  }

  async function dead() {
    const scene = await alive();
    await setDead(scene, true);
    return scene;
  }

  async function announced() {
    const scene = await dead();
    await scene.vault.announceRetirement(scene.collateralAddress);
    return { ...scene, dueAt: (await now()) + RETIREMENT_DELAY };
  }

  async function retired() {
    const scene = await announced();
    await networkHelpers.time.increaseTo(scene.dueAt);
    await scene.vault.retireCollateral(scene.collateralAddress);
    return scene;
  }

  const setDead = ({ oracle, collateralAddress, assetAddress }: LendingScene, isDead: boolean) =>
    oracle.setDead(collateralAddress, assetAddress, isDead);

  describe("is announced", () => {
    it("with the second from which it may happen, and no new debt is possible from then on", async () => {
      const scene = await networkHelpers.loadFixture(dead);
      const { vault, collateralAddress } = scene;
      const at = (await now()) + 1n;
      await networkHelpers.time.setNextBlockTimestamp(at);
      await expect(vault.announceRetirement(collateralAddress))
        .to.emit(vault, "CollateralRetirementAnnounced")
        .withArgs(collateralAddress, at + RETIREMENT_DELAY);
      expect(await vault.retirementOf(collateralAddress)).to.deep.equal([at, false, 0n]);
      expect((await vault.collateralConfig(collateralAddress)).principalCap).to.equal(0n);
    });

    it("not while the feed answers", async () => {
      const scene = await networkHelpers.loadFixture(alive);
      const announce = () => scene.vault.announceRetirement(scene.collateralAddress);
      await expectRefused(scene, announce, "FeedAlive", [scene.collateralAddress]);
    });

    it("not with too little gas to hear the feed", async () => {
      const { vault, collateralAddress } = await networkHelpers.loadFixture(alive);
      await expect(vault.announceRetirement(collateralAddress, { gasLimit: 900_000n })).to.be.revertedWithCustomError(
        vault,
        "InsufficientGas",
      );
    });

    it("again with a new delay", async () => {
      const scene = await networkHelpers.loadFixture(announced);
      const { vault, collateralAddress } = scene;
      await networkHelpers.time.setNextBlockTimestamp(scene.dueAt);
      await vault.announceRetirement(collateralAddress);
      const values = [collateralAddress, scene.dueAt + RETIREMENT_DELAY];
      await expectRefused(scene, () => vault.retireCollateral(collateralAddress), "RetirementNotDue", values);
    });
  });

  describe("is cancelled", () => {
    it("by anybody as soon as the feed answers", async () => {
      const scene = await networkHelpers.loadFixture(announced);
      const { vault, collateralAddress, stranger } = scene;
      await setDead(scene, false);
      await expect(vault.connect(stranger).cancelRetirement(collateralAddress))
        .to.emit(vault, "CollateralRetirementCancelled")
        .withArgs(collateralAddress);
      expect(await vault.retirementOf(collateralAddress)).to.deep.equal([0n, false, 0n]);
    });

    it("not while the feed is dead", async () => {
      const scene = await networkHelpers.loadFixture(announced);
      const { vault, collateralAddress } = scene;
      const values = [collateralAddress, scene.dueAt];
      await expectRefused(scene, () => vault.cancelRetirement(collateralAddress), "RetirementNotDue", values);
    });

    it("not when it was never announced", async () => {
      const scene = await networkHelpers.loadFixture(alive);
      const { vault, collateralAddress } = scene;
      const values = [collateralAddress, RETIREMENT_DELAY];
      await expectRefused(scene, () => vault.cancelRetirement(collateralAddress), "RetirementNotDue", values);
    });

    it("not when it has happened, even if the feed comes back", async () => {
      const scene = await networkHelpers.loadFixture(retired);
      const { vault, collateralAddress } = scene;
      await setDead(scene, false);
      const values = [collateralAddress, scene.dueAt];
      await expectRefused(scene, () => vault.cancelRetirement(collateralAddress), "RetirementNotDue", values);
    });

    it("and then takes the whole delay again", async () => {
      const scene = await networkHelpers.loadFixture(announced);
      const { vault, collateralAddress } = scene;
      await setDead(scene, false);
      await vault.cancelRetirement(collateralAddress);
      await setDead(scene, true);
      await networkHelpers.time.increaseTo(scene.dueAt);
      const values = [collateralAddress, RETIREMENT_DELAY];
      await expectRefused(scene, () => vault.retireCollateral(collateralAddress), "RetirementNotDue", values);
    });
  });

  describe("happens", () => {
    it("by anybody on the second it is due", async () => {
      const scene = await networkHelpers.loadFixture(announced);
      const { vault, collateralAddress, stranger } = scene;
      await networkHelpers.time.setNextBlockTimestamp(scene.dueAt);
      await expect(vault.connect(stranger).retireCollateral(collateralAddress))
        .to.emit(vault, "CollateralRetired")
        .withArgs(collateralAddress, 0n);
      expect((await vault.retirementOf(collateralAddress)).retired).to.equal(true);
    });

    it("not a second earlier", async () => {
      const scene = await networkHelpers.loadFixture(announced);
      const { vault, collateralAddress } = scene;
      await networkHelpers.time.setNextBlockTimestamp(scene.dueAt - 1n);
      const values = [collateralAddress, scene.dueAt];
      await expectRefused(scene, () => vault.retireCollateral(collateralAddress), "RetirementNotDue", values);
    });

    it("not when it was not announced", async () => {
      const scene = await networkHelpers.loadFixture(dead);
      const { vault, collateralAddress } = scene;
      const values = [collateralAddress, RETIREMENT_DELAY];
      await expectRefused(scene, () => vault.retireCollateral(collateralAddress), "RetirementNotDue", values);
    });

    it("not when the feed has come back", async () => {
      const scene = await networkHelpers.loadFixture(announced);
      const { vault, collateralAddress } = scene;
      await networkHelpers.time.increaseTo(scene.dueAt);
      await setDead(scene, false);
      await expectRefused(scene, () => vault.retireCollateral(collateralAddress), "FeedAlive", [collateralAddress]);
    });

    it("not with too little gas to hear a feed that has come back", async () => {
      const scene = await networkHelpers.loadFixture(announced);
      const { vault, collateralAddress } = scene;
      await networkHelpers.time.increaseTo(scene.dueAt);
      await setDead(scene, false);
      await expect(vault.retireCollateral(collateralAddress, { gasLimit: 900_000n })).to.be.revertedWithCustomError(
        vault,
        "InsufficientGas",
      );
    });

    it("once, and nothing about the collateral can be set up anew", async () => {
      const scene = await networkHelpers.loadFixture(retired);
      const { vault, collateralAddress } = scene;
      for (const again of [
        () => vault.announceRetirement(collateralAddress),
        () => vault.retireCollateral(collateralAddress),
        () => listCollateral(scene, collateralAddress),
      ]) {
        await expectRefused(scene, again, "AlreadyRetired", [collateralAddress]);
      }
    });

    for (const name of ["announceRetirement", "cancelRetirement", "retireCollateral"] as const) {
      it(`to listed tokens only (${name})`, async () => {
        const scene = await networkHelpers.loadFixture(alive);
        await expectRefused(scene, () => scene.vault[name](UNLISTED), "UnknownCollateral", [UNLISTED]);
      });
    }
  });
});
