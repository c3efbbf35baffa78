import { expect } from "chai";
import { network } from "hardhat";

import { fundAccount, MAX, WAD } from "../../helpers/lending.js";
import { divUp } from "../../helpers/lendingModel.js";
import {
  changeCollateral,
  changeRisk,
  deployScene,
  expectRefused,
  liquidate,
  openPosition,
  setValue,
  type LendingScene,
} from "../../helpers/lendingScene.js";
import { layoutsOf } from "../../helpers/storageLayout.js";

const { ethers, networkHelpers } = await network.create();

const DELAY = 3_600n;
const DEBT = 1_500n * WAD;
const RAY = 10n ** 27n;
/** Interest index at the start. */
const INDEX = 10n ** 21n;
/** What collateral worth 1,000 covers. */
const COVERED = (1_000n * WAD * 100n) / 101n;

const bits = (word: bigint, from: bigint, width: bigint) => (word >> from) & ((1n << width) - 1n);

describe("LendingVault: the two slots of a position", () => {
  let positionsSlot: bigint;

  before(async () => {
    const layouts = await layoutsOf("lending", ["LendingVault"]);
    const line = layouts.get("LendingVault")!.find((each) => each.endsWith(" _positions"))!;
    positionsSlot = BigInt(line.split("+")[0]!);
  });

  async function wordsOf({ vaultAddress, collateralAddress }: LendingScene, owner: { address: string }) {
    const hash = (key: string, slot: string) =>
      ethers.keccak256(ethers.AbiCoder.defaultAbiCoder().encode(["address", "bytes32"], [key, slot]));
    const slot = hash(collateralAddress, hash(owner.address, ethers.toBeHex(positionsSlot, 32)));
    const read = async (at: bigint) => BigInt(await ethers.provider.getStorage(vaultAddress, at));
    return { debt: await read(BigInt(slot)), rest: await read(BigInt(slot) + 1n) };
  }

  /**
   * Asserts that the slots say what the vault says, without interest, and that the first knows whether the second has a record,
   * as long as there is a debt: a repayment looks nowhere else.
   */
  async function expectRecord(scene: LendingScene, record: boolean, owner = scene.borrower) {
    const { debt, rest } = await wordsOf(scene, owner);
    const position = await scene.vault.positionOf(owner.address, scene.collateralAddress);
    expect(divUp(bits(debt, 0n, 114n) * INDEX, RAY)).to.equal(position.debtAssets);
    expect(bits(debt, 114n, 94n)).to.equal(position.principalAssets);
    expect(bits(rest, 0n, 128n)).to.equal(position.collateralAssets);
    expect(bits(rest, 160n, 96n)).to.equal(position.writeOffId);
    expect(rest >> 128n !== 0n).to.equal(record);
    if (position.debtAssets !== 0n) expect(debt >> 255n !== 0n).to.equal(record);
  }

  /** 1,500 against 10 units that are worth 1,000, and a second position like it. */
  async function sunk() {
    const scene = await deployScene(ethers, { minDebt: 1n });
    await openPosition(scene, 10n * WAD, DEBT);
    await openPosition(scene, 10n * WAD, DEBT, scene.other);
    await scene.asset.connect(scene.other).approve(scene.engineAddress, MAX);
    await setValue(scene, 1_000n * WAD);
    return scene;
  }

  const impair = ({ vault, borrower, collateralAddress }: LendingScene) =>
    vault.impair(borrower.address, collateralAddress);

  async function impaired() {
    const scene = await sunk();
    await impair(scene);
    return scene;
  }

  async function writtenOff() {
    const scene = await impaired();
    await networkHelpers.time.increase(DELAY);
    await setValue(scene, 1_000n * WAD);
    await scene.vault.writeOff(scene.borrower.address, scene.collateralAddress, MAX);
    return scene;
  }

  it("have nothing on record of a loan", async () => {
    const scene = await networkHelpers.loadFixture(sunk);
    await expectRecord(scene, false);
    await scene.vault.connect(scene.borrower).repay(scene.collateralAddress, 100n * WAD, scene.borrower.address);
    await expectRecord(scene, false);
  });

  it("LV1: have no room for a principal of more than 94 bits, and refuse it", async () => {
    const scene = await deployScene(ethers, { liquidity: 0n });
    const { vault, vaultAddress, asset, lender, borrower, collateralAddress } = scene;
    await changeRisk(scene, { debtCap: 2n ** 112n - 1n });
    await changeCollateral(scene, { principalCap: 2n ** 112n - 1n });
    await fundAccount(asset, lender, vaultAddress, 2n ** 100n);
    await vault.connect(lender).deposit(2n ** 100n, lender.address);
    await openPosition(scene, 10n * WAD, 0n);
    await scene.setPrice(10n ** 12n);
    const loan = (assets: bigint) => () =>
      vault.connect(borrower).borrow(collateralAddress, assets, borrower.address, borrower.address);
    const args = [94n, 2n ** 94n];
    await expectRefused(scene, loan(2n ** 94n), "SafeCastOverflowedUintDowncast", args);
    await loan(2n ** 94n - 1n)();
    await expectRecord(scene, false);
    await expectRefused(scene, loan(1n), "SafeCastOverflowedUintDowncast", args);
    await vault.connect(borrower).repay(collateralAddress, 2n ** 93n, borrower.address);
    await expectRecord(scene, false);
  });

  describe("an impairment", () => {
    it("is on record, whatever is repaid while it lasts", async () => {
      const scene = await networkHelpers.loadFixture(impaired);
      const { vault, other, borrower, collateralAddress } = scene;
      await expectRecord(scene, true);
      await vault.connect(other).repay(collateralAddress, 100n * WAD, borrower.address);
      await expectRecord(scene, true);
    });

    type Healing = (scene: LendingScene) => Promise<unknown>;
    const healings: [string, Healing][] = [
      [
        "a repayment",
        ({ vault, other, borrower, collateralAddress }) =>
          vault.connect(other).repay(collateralAddress, 600n * WAD, borrower.address),
      ],
      [
        "a repayment of all",
        ({ vault, other, borrower, collateralAddress }) =>
          vault.connect(other).repay(collateralAddress, MAX, borrower.address),
      ],
      [
        "more collateral",
        ({ vault, other, borrower, collateralAddress }) =>
          vault.connect(other).supplyCollateral(collateralAddress, 10n * WAD, borrower.address),
      ],
      [
        "a better price, when somebody says so",
        async (scene) => {
          await setValue(scene, 2_000n * WAD);
          await impair(scene);
        },
      ],
      [
        "a better price, when more is borrowed",
        async (scene) => {
          const { vault, borrower, collateralAddress } = scene;
          await setValue(scene, 4_000n * WAD);
          await vault.connect(borrower).borrow(collateralAddress, WAD, borrower.address, borrower.address);
        },
      ],
      [
        "a better price, when collateral is withdrawn",
        async (scene) => {
          const { vault, borrower, collateralAddress } = scene;
          await setValue(scene, 4_000n * WAD);
          await vault.connect(borrower).withdrawCollateral(collateralAddress, WAD, borrower.address, borrower.address);
        },
      ],
      [
        "a liquidation at a better price",
        async (scene) => {
          await setValue(scene, 1_600n * WAD);
          await liquidate(scene);
        },
      ],
      [
        "a liquidation in a batch at a better price",
        async (scene) => {
          const { vault, liquidator, borrower, collateralAddress } = scene;
          await setValue(scene, 1_600n * WAD);
          const item = { borrower: borrower.address, collateral: collateralAddress };
          await vault
            .connect(liquidator)
            .liquidateBatch([{ ...item, maxRepaidAssets: MAX, minSeizedAssets: 0n }], MAX, "0x");
        },
      ],
    ];
    for (const [name, heal] of healings) {
      it(`is off the record after ${name}`, async () => {
        const scene = await networkHelpers.loadFixture(impaired);
        await heal(scene);
        expect((await scene.vault.positionOf(scene.borrower.address, scene.collateralAddress)).impairedAt).to.equal(0n);
        await expectRecord(scene, false);
      });
    }

    it("that governance is about to forgive a part of ends with it", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, borrower, collateralAddress } = scene;
      await vault.setRestructuringCaps(10_000n * WAD, 100_000n * WAD);
      await vault.announceRestructuring(borrower.address, collateralAddress, 600n * WAD, 0n);
      await expectRecord(scene, true);
      await networkHelpers.time.increase(86_400n);
      await setValue(scene, 1_000n * WAD);
      await vault.restructure(borrower.address, collateralAddress, MAX);
      await expectRecord(scene, false);
    });
  });

  describe("a write-off", () => {
    it("is on record after a liquidation of a part, and of the rest", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      await liquidate(scene, { maxRepaid: 400n * WAD });
      await expectRecord(scene, true);
      await liquidate(scene);
      await expectRecord(scene, true);
      // And the slot of the debt is empty, which gives gas back.
      expect((await wordsOf(scene, scene.borrower)).debt).to.equal(0n);
    });

    it("is forgotten with the next debt, when it has been paid", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, engine, vaultAddress, other, borrower, collateralAddress } = scene;
      await liquidate(scene);
      const own = vault.connect(borrower);
      await own.supplyCollateral(collateralAddress, 50n * WAD, borrower.address);
      const { socialized } = await engine.ledger(vaultAddress, 1n);
      await engine.connect(other).recover(vaultAddress, 1n, socialized);
      await own.borrow(collateralAddress, 100n * WAD, borrower.address, borrower.address);
      await expectRecord(scene, false);
      await own.repay(collateralAddress, 50n * WAD, borrower.address);
      await expectRecord(scene, false);
    });

    it("is on record of each position of a batch", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, liquidator, borrower, other, collateralAddress } = scene;
      const items = [borrower, other].map(({ address }) => ({
        borrower: address,
        collateral: collateralAddress,
        maxRepaidAssets: MAX,
        minSeizedAssets: 0n,
      }));
      await vault.connect(liquidator).liquidateBatch(items, MAX, "0x");
      await expectRecord(scene, true);
      await expectRecord(scene, true, other);
    });

    it("is on record when the impairment has ended with it", async () => {
      const scene = await networkHelpers.loadFixture(writtenOff);
      await expectRecord(scene, true);
    });

    it("stays on record when what is left is repaid", async () => {
      const scene = await networkHelpers.loadFixture(writtenOff);
      const { vault, other, borrower, collateralAddress } = scene;
      await vault.connect(other).repay(collateralAddress, MAX, borrower.address);
      await expectRecord(scene, true);
    });

    for (const next of ["withdrawCollateral", "borrow"] as const) {
      it(`is forgotten when it has been paid back, by the next ${next}`, async () => {
        const scene = await networkHelpers.loadFixture(writtenOff);
        const { vault, engine, vaultAddress, other, borrower, collateralAddress } = scene;
        await setValue(scene, 9_000n * WAD);
        await engine.connect(other).recover(vaultAddress, 1n, DEBT - COVERED);
        await vault.connect(borrower)[next](collateralAddress, WAD, borrower.address, borrower.address);
        await expectRecord(scene, false);
      });
    }
  });
});
