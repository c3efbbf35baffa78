import { expect } from "chai";
import { network } from "hardhat";

import { MAX, WAD } from "../../helpers/lending.js";
import { divUp, LendingModel, RAY, type Rates } from "../../helpers/lendingModel.js";
import { deployScene, openPosition, type LendingScene } from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

/** At a flat rate of 10^10 WAD per second, a million seconds cost 1 %. */
const FLAT_RATE = 10n ** 10n;
const FLAT: Rates = {
  baseRateWad: FLAT_RATE,
  slopeBelowKinkWad: 0n,
  slopeAboveKinkWad: 0n,
  kinkBps: 8_000n,
  reserveFactorBps: 1_000n,
};
const KINKED: Rates = {
  baseRateWad: 10n ** 9n,
  slopeBelowKinkWad: 2n * 10n ** 9n,
  slopeAboveKinkWad: 50n * 10n ** 9n,
  kinkBps: 8_000n,
  reserveFactorBps: 2_000n,
};

const now = async () => BigInt(await networkHelpers.time.latest());

describe("LendingVault: interest", () => {
  /** 1,000 deposited, collateral for any debt, a kinked rate. */
  async function kinked() {
    const scene = await deployScene(ethers, { liquidity: 1_000n });
    await scene.vault.setRateModel(KINKED);
    await openPosition(scene, 1_000n * WAD, 0n);
    return scene;
  }

  /** A debt of 1,000 at 1 % per million seconds; `borrowedAt` is when it was made. */
  async function indebted() {
    const scene = await deployScene(ethers, { flatRateWad: FLAT_RATE });
    await openPosition(scene, 100n * WAD, 1_000n * WAD);
    return { ...scene, borrowedAt: await now() };
  }

  const borrow = ({ vault, collateralAddress }: LendingScene, owner: LendingScene["borrower"], assets: bigint) =>
    vault.connect(owner).borrow(collateralAddress, assets, owner.address, owner.address);

  const debtOf = async ({ vault, collateralAddress }: LendingScene, { address }: { address: string }) =>
    (await vault.positionOf(address, collateralAddress)).debtAssets;

  /** Anything that brings the books up to this second and changes nothing that interest depends on. */
  const accrue = ({ vault, collateralAddress, other }: LendingScene) =>
    vault.connect(other).withdrawCollateral(collateralAddress, 1n, other.address, other.address);

  describe("rate", () => {
    const points = [
      { utilization: "0 %", debt: 0n, rate: 10n ** 9n },
      { utilization: "40 %, half way to the kink", debt: 400n, rate: 2n * 10n ** 9n },
      { utilization: "80 %, the kink", debt: 800n, rate: 3n * 10n ** 9n },
      { utilization: "90 %, half way from the kink", debt: 900n, rate: 28n * 10n ** 9n },
      { utilization: "100 %", debt: 1_000n, rate: 53n * 10n ** 9n },
    ];
    for (const { utilization, debt, rate } of points) {
      it(`is ${rate} WAD per second at a utilization of ${utilization}`, async () => {
        const scene = await networkHelpers.loadFixture(kinked);
        if (debt !== 0n) await borrow(scene, scene.borrower, debt * WAD);
        expect(await scene.vault.borrowRate()).to.equal(rate);
      });
    }

    it("is read back as it was set", async () => {
      const { vault } = await networkHelpers.loadFixture(kinked);
      expect(await vault.rateModel()).to.deep.equal(Object.values(KINKED));
    });

    it("says what was set", async () => {
      const { vault } = await networkHelpers.loadFixture(kinked);
      await expect(vault.setRateModel(FLAT)).to.emit(vault, "RateModelSet").withArgs(Object.values(FLAT));
    });

    it("of the past is the rate of the past when the model changes", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      await networkHelpers.time.setNextBlockTimestamp(scene.borrowedAt + 1_000_000n);
      await scene.vault.setRateModel({ ...FLAT, baseRateWad: 2n * FLAT_RATE });
      expect(await debtOf(scene, scene.borrower)).to.equal(1_010n * WAD);
      await networkHelpers.time.increaseTo(scene.borrowedAt + 2_000_000n);
      // 1,010 x 1.02
      expect(await debtOf(scene, scene.borrower)).to.equal(1_030_200_000_000_000_000_000n);
    });
  });

  describe("of one debt", () => {
    it("is the rate times the seconds, to the unit", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      await networkHelpers.time.increaseTo(scene.borrowedAt + 1_000_000n);
      expect(await debtOf(scene, scene.borrower)).to.equal(1_010n * WAD);
      expect(await scene.vault.totalDebt()).to.equal(1_010n * WAD);
    });

    it("leaves the principal what it was, in the position and in the total", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      await networkHelpers.time.increaseTo(scene.borrowedAt + 1_000_000n);
      await openPosition(scene, 1n, 10n * WAD);
      const position = await scene.vault.positionOf(scene.borrower.address, scene.collateralAddress);
      expect(position.principalAssets).to.equal(1_010n * WAD);
      expect(await scene.vault.totalPrincipalOf(scene.collateralAddress)).to.equal(1_010n * WAD);
    });

    it("goes to reserves by the reserve factor and for the rest to the lenders, in views before it is booked", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      await networkHelpers.time.increaseTo(scene.borrowedAt + 1_000_000n);
      expect([await scene.vault.reserves(), await scene.vault.totalAssets()]).to.deep.equal([WAD, 1_000_009n * WAD]);
    });

    it("goes to reserves by the reserve factor and for the rest to the lenders when it is booked", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      await scene.vault.connect(scene.other).supplyCollateral(scene.collateralAddress, 1n, scene.other.address);
      await networkHelpers.time.setNextBlockTimestamp(scene.borrowedAt + 1_000_000n);
      await accrue(scene);
      expect([await scene.vault.reserves(), await scene.vault.totalAssets()]).to.deep.equal([WAD, 1_000_009n * WAD]);
    });

    it("is booked with the new index, and the event says it", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      const { vault, collateralAddress, borrower } = scene;
      await networkHelpers.time.setNextBlockTimestamp(scene.borrowedAt + 1_000_000n);
      await expect(borrow(scene, borrower, 1n))
        .to.emit(vault, "Borrowed")
        .withArgs(borrower.address, collateralAddress, borrower.address, 1n, 1_010n * 10n ** 18n);
    });

    it("compounds whenever it is booked", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      const { vault, collateralAddress, other } = scene;
      await vault.connect(other).supplyCollateral(collateralAddress, 1n, other.address);
      await networkHelpers.time.setNextBlockTimestamp(scene.borrowedAt + 1_000_000n);
      await accrue(scene);
      await networkHelpers.time.increaseTo(scene.borrowedAt + 2_000_000n);
      // 1,000 x 1.01 x 1.01
      expect(await debtOf(scene, scene.borrower)).to.equal(1_020_100_000_000_000_000_000n);
    });

    it("is not booked twice in one second", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      const { vault, borrower } = scene;
      await networkHelpers.time.increase(1_000n);
      await ethers.provider.send("evm_setAutomine", [false]);
      await borrow(scene, borrower, 1n);
      await borrow(scene, borrower, 1n);
      await networkHelpers.mine();
      await ethers.provider.send("evm_setAutomine", [true]);
      const said = await vault.queryFilter(vault.filters.Borrowed(), "latest", "latest");
      const index = 10n ** 21n + (10n ** 21n * ((await now()) - scene.borrowedAt)) / 10n ** 8n;
      expect(said.map(({ args }) => args.interestIndex)).to.deep.equal([index, index]);
    });

    it("LV3: is not lost by booking it before it is a unit", async () => {
      const scene = await deployScene(ethers, { assetDecimals: 0, flatRateWad: FLAT_RATE });
      const { vault, collateralAddress, other } = scene;
      await openPosition(scene, 100n * WAD, 1_000n);
      const borrowedAt = await now();
      await vault.connect(other).supplyCollateral(collateralAddress, 100n, other.address);
      // A tenth of a unit in each of a hundred steps, 1,000 x 1.0001^100 = 1,010.05 in the end.
      for (let step = 1n; step <= 100n; step++) {
        await networkHelpers.time.setNextBlockTimestamp(borrowedAt + step * 10_000n);
        await accrue(scene);
      }
      expect(await debtOf(scene, scene.borrower)).to.equal(1_011n);
      expect(await vault.totalDebt()).to.equal(1_010n);
    });
  });

  describe("of several debts", () => {
    it("is not charged for the time before a debt was made", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      await networkHelpers.time.increaseTo(scene.borrowedAt + 1_000_000n);
      await openPosition(scene, 100n * WAD, 1_000n * WAD, scene.other);
      // Rounded up, by one unit at most.
      expect(await debtOf(scene, scene.other)).to.be.oneOf([1_000n * WAD, 1_000n * WAD + 1n]);
    });

    it("does not run while there is no debt at all", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      await scene.vault.connect(scene.borrower).repay(scene.collateralAddress, MAX, scene.borrower.address);
      const reserves = await scene.vault.reserves();
      await networkHelpers.time.increase(10_000_000n);
      await borrow(scene, scene.borrower, 1_000n * WAD);
      expect(await scene.vault.reserves()).to.equal(reserves);
      expect(await debtOf(scene, scene.borrower)).to.be.oneOf([1_000n * WAD, 1_000n * WAD + 1n]);
    });

    it("LV1: follows the kinked rate, debt by debt, as an independent computation does", async () => {
      const scene = await networkHelpers.loadFixture(kinked);
      const { vault, lender, borrower, other } = scene;
      await openPosition(scene, 1_000n * WAD, 0n, lender);
      await openPosition(scene, 1_000n * WAD, 0n, other);
      const model = new LendingModel(KINKED, 1_000n * WAD, await now());
      const people = [lender, borrower, other];
      const check = async () => {
        for (const owner of people) expect(await debtOf(scene, owner)).to.equal(model.debtOf(owner.address));
        expect(await vault.totalDebt()).to.equal(model.totalDebt());
        expect(await vault.reserves()).to.equal(model.reserves);
        expect(await vault.totalAssets()).to.equal(model.totalAssets());
        expect(await vault.cash()).to.equal(model.cash);
      };
      // Utilization goes to 95 % and back, at uneven intervals.
      const steps = [
        [borrower, 300n * WAD + 1n, 86_399n],
        [other, 510_123_456_789_012_345_678n, 7n],
        [lender, 139_999_999_999_999_999_999n, 1_000_003n],
        [borrower, -12_345_678_901_234_567n, 3_600n],
        [other, -400n * WAD - 3n, 2_592_000n],
        [lender, -MAX, 11n],
        [other, 77n * WAD, 604_801n],
        [borrower, -MAX, 1n],
        [other, -MAX, 31_536_000n],
      ] as const;
      for (const [owner, assets, wait] of steps) {
        const at = (await now()) + wait;
        await networkHelpers.time.setNextBlockTimestamp(at);
        if (assets > 0n) {
          await borrow(scene, owner, assets);
          model.borrow(at, owner.address, assets);
        } else {
          await vault.connect(owner).repay(scene.collateralAddress, -assets, owner.address);
          model.repay(at, owner.address, -assets);
        }
        await check();
      }
      expect(model.scaledTotal).to.equal(0n);
    });

    it("LV1: sums of positions exceed the total by rounding only, at any time", async () => {
      const scene = await networkHelpers.loadFixture(kinked);
      const { vault, lender, borrower, other } = scene;
      for (const owner of [lender, other]) await openPosition(scene, 100n * WAD, 100n * WAD + 7n, owner);
      await borrow(scene, borrower, 333n * WAD + 1n);
      for (const wait of [1n, 86_400n, 31_536_000n]) {
        await networkHelpers.time.increase(wait);
        let sum = 0n;
        for (const owner of [lender, borrower, other]) sum += await debtOf(scene, owner);
        const excess = sum - (await vault.totalDebt());
        expect(excess >= 0n && excess <= 3n, `excess ${excess}`).to.equal(true);
      }
    });
  });

  it("LV3: is due at the utilization it ran at, when reserves get money back in between", async () => {
    const scene = await deployScene(ethers, { liquidity: 2_000n });
    const { vault, engine, asset, other, liquidator, collateralAddress, vaultAddress } = scene;
    await vault.setRateModel(KINKED);
    await openPosition(scene, 1_000n * WAD, 600n * WAD);
    await openPosition(scene, 10n * WAD, 700n * WAD, other);
    await networkHelpers.time.increase(1_000_000n);
    // The other loan sinks; reserves pay what they have for it, lenders the rest. A million seconds run.
    await scene.setPrice(50n);
    await vault.connect(liquidator).liquidate(other.address, collateralAddress, MAX, 0n, MAX, "0x");
    expect((await engine.ledger(vaultAddress, 1n)).reserves).to.be.greaterThan(WAD / 2n);
    await asset.connect(liquidator).approve(scene.engineAddress, MAX);
    const at = (await now()) + 1_000_000n;
    const before = await networkHelpers.takeSnapshot();
    await networkHelpers.time.increaseTo(at);
    const due = await vault.totalDebt();
    await before.restore();
    await networkHelpers.time.setNextBlockTimestamp(at);
    await engine.connect(liquidator).recover(vaultAddress, 1n, MAX);
    expect(await vault.totalDebt()).to.equal(due);
  });

  it("starts at an index of RAY / 10^6, so that a unit of debt has six digits more", async () => {
    const model = new LendingModel(FLAT, WAD, 0n);
    expect(divUp(1n * RAY, model.index)).to.equal(1_000_000n);
    const scene = await networkHelpers.loadFixture(indebted);
    await networkHelpers.time.setNextBlockTimestamp(scene.borrowedAt + 1n);
    await expect(borrow(scene, scene.borrower, 1n))
      .to.emit(scene.vault, "Borrowed")
      .withArgs(
        scene.borrower.address,
        scene.collateralAddress,
        scene.borrower.address,
        1n,
        model.index + (model.index * FLAT_RATE) / WAD,
      );
  });

  it("LI1: ends where the index has no room left, and nothing else does", async () => {
    const scene = await deployScene(ethers, { flatRateWad: (2n * WAD) / (365n * 86_400n) });
    const { vault, collateralAddress, other, lender, borrower } = scene;
    await openPosition(scene, 100n * WAD, 1_000n * WAD);
    await vault.connect(other).supplyCollateral(collateralAddress, 1_000_000n * WAD, other.address);
    // Fourteen times the debt on top every seven years: 15^10 is 5.8 x 10^11, more than the 7.9 x 10^7 that fit.
    for (let step = 0; step < 10; step++) {
      await networkHelpers.time.increase(7n * 365n * 86_400n);
      await accrue(scene);
    }
    const most = (2n ** 96n - 1n) * 10n ** 18n * 1_000n;
    expect(await vault.totalDebt()).to.be.closeTo(most / 10n ** 21n, 10n ** 10n);
    const before = await debtOf(scene, borrower);
    await networkHelpers.time.increase(365n * 86_400n);
    expect(await debtOf(scene, borrower)).to.equal(before);
    await vault.connect(lender).withdraw(1_000n * WAD, lender.address, lender.address);
    await vault.connect(borrower).repay(collateralAddress, 1_000n * WAD, borrower.address);
    expect(await debtOf(scene, borrower)).to.be.closeTo(before - 1_000n * WAD, 10n ** 9n);
  });
});
