import { expect } from "chai";
import { encodeBytes32String } from "ethers";
import { network } from "hardhat";

import type { ILendingRules } from "../../../types/ethers-contracts/contracts/lending/LendingVault.js";
import { BPS } from "../../helpers/lending.js";
import { deployScene, expectRefused, type LendingScene } from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const DAY = 86_400n;
/** 200 % a year. */
const MAX_RATE = (2n * 10n ** 18n) / (365n * DAY);

const COLLATERAL: ILendingRules.CollateralConfigStruct = {
  ltvBps: 7_500n,
  lltvBps: 8_000n,
  liquidationIncentiveBps: 800n,
  minIncentiveBps: 100n,
  targetHealthBps: 10_500n,
  principalCap: 10n ** 30n,
};
const RATES: ILendingRules.RateModelStruct = {
  baseRateWad: 1n,
  slopeBelowKinkWad: 2n,
  slopeAboveKinkWad: 3n,
  kinkBps: 8_000n,
  reserveFactorBps: 1_000n,
};
const RISK: ILendingRules.RiskConfigStruct = {
  debtCap: 10n ** 30n,
  minDebt: 10n ** 18n,
  waitingPeriod: DAY,
  confirmationDelay: 3_600n,
  confirmationWindow: DAY,
  liquidationFeeBps: 1_000n,
  keeperRewardBps: 10n,
  maxKeeperReward: 10n ** 18n,
};

/** A parameter, its range, and what else has to be said for it to be the only thing out of range. */
interface Range<Config> {
  parameter: keyof Config & string;
  min: bigint;
  max: bigint;
  others?: Partial<Config>;
}

const COLLATERAL_RANGES: Range<ILendingRules.CollateralConfigStruct>[] = [
  { parameter: "minIncentiveBps", min: 1n, max: 2_000n, others: { liquidationIncentiveBps: 5_000n } },
  { parameter: "liquidationIncentiveBps", min: 100n, max: 5_000n },
  // One less than 10,000 / 1.01: a position at the threshold must be able to pay the minimum incentive.
  { parameter: "lltvBps", min: 1n, max: 9_899n, others: { ltvBps: 1n } },
  { parameter: "ltvBps", min: 1n, max: 8_000n },
  { parameter: "targetHealthBps", min: BPS + 1n, max: 2n * BPS },
  { parameter: "principalCap", min: 0n, max: 2n ** 112n - 1n },
];

const RISK_RANGES: Range<ILendingRules.RiskConfigStruct>[] = [
  { parameter: "debtCap", min: 1n, max: 2n ** 112n - 1n, others: { minDebt: 1n } },
  { parameter: "minDebt", min: 1n, max: 10n ** 30n },
  { parameter: "minDebt", min: 1n, max: 2n ** 104n - 1n, others: { debtCap: 2n ** 112n - 1n } },
  { parameter: "waitingPeriod", min: 0n, max: 30n * DAY },
  { parameter: "confirmationDelay", min: 60n, max: 7n * DAY },
  { parameter: "confirmationWindow", min: 3_600n, max: 30n * DAY },
  { parameter: "liquidationFeeBps", min: 0n, max: BPS / 2n },
  { parameter: "keeperRewardBps", min: 0n, max: 100n },
];

const RATE_RANGES: Range<ILendingRules.RateModelStruct>[] = [
  { parameter: "kinkBps", min: 1n, max: BPS - 1n },
  { parameter: "reserveFactorBps", min: 0n, max: BPS / 2n },
];

describe("LendingVault: parameters", () => {
  const fixture = () => deployScene(ethers, { liquidity: 0n });

  /** Both bounds are accepted; one beyond each is refused by name, with the bounds. */
  function testRange<Config extends object>(
    { parameter, min, max, others = {} }: Range<Config>,
    set: (scene: LendingScene, changes: Partial<Config>) => Promise<unknown>,
    get: (scene: LendingScene) => Promise<Config>,
  ) {
    const changes = (value: bigint) => ({ ...others, [parameter]: value }) as Partial<Config>;

    it(`${parameter} may be ${min} and ${max}`, async () => {
      const scene = await networkHelpers.loadFixture(fixture);
      for (const value of [min, max]) {
        await set(scene, changes(value));
        expect((await get(scene))[parameter]).to.equal(value);
      }
    });

    for (const value of min === 0n ? [max + 1n] : [min - 1n, max + 1n]) {
      it(`${parameter} may not be ${value}`, async () => {
        const scene = await networkHelpers.loadFixture(fixture);
        const values = [encodeBytes32String(parameter), value, min, max];
        await expectRefused(scene, () => set(scene, changes(value)), "ParameterOutOfRange", values);
      });
    }
  }

  describe("of a collateral", () => {
    const set = ({ vault, collateralAddress }: LendingScene, changes: Partial<ILendingRules.CollateralConfigStruct>) =>
      vault.setCollateral(collateralAddress, { ...COLLATERAL, ...changes });
    for (const range of COLLATERAL_RANGES) {
      testRange(range, set, ({ vault, collateralAddress }) => vault.collateralConfig(collateralAddress));
    }

    it("are read back as they were set, and said", async () => {
      const { vault, collateralAddress } = await networkHelpers.loadFixture(fixture);
      const values = Object.values(COLLATERAL);
      await expect(vault.setCollateral(collateralAddress, COLLATERAL))
        .to.emit(vault, "CollateralConfigured")
        .withArgs(collateralAddress, values);
      expect(await vault.collateralConfig(collateralAddress)).to.deep.equal(values);
    });

    it("let a higher minimum incentive lower the highest threshold", async () => {
      const scene = await networkHelpers.loadFixture(fixture);
      const changes = { minIncentiveBps: 2_000n, liquidationIncentiveBps: 2_000n };
      // 10,000 / 1.2 - 1
      const values = [encodeBytes32String("lltvBps"), 8_333n, 1n, 8_332n];
      const send = () => set(scene, { ...changes, lltvBps: 8_333n });
      await expectRefused(scene, send, "ParameterOutOfRange", values);
      await set(scene, { ...changes, lltvBps: 8_332n });
      expect((await scene.vault.collateralConfig(scene.collateralAddress)).lltvBps).to.equal(8_332n);
    });

    it("list it once, in the order of listing", async () => {
      const scene = await networkHelpers.loadFixture(fixture);
      const second = await (await ethers.deployContract("TestToken", ["Second", "SEC", 8])).getAddress();
      await scene.vault.setCollateral(second, COLLATERAL);
      await set(scene, { ltvBps: 1n });
      await scene.vault.setCollateral(second, { ...COLLATERAL, ltvBps: 2n });
      expect(await scene.vault.collaterals()).to.deep.equal([scene.collateralAddress, second]);
    });

    it("list no more than 32", async () => {
      const scene = await networkHelpers.loadFixture(fixture);
      const address = (number: number) => ethers.getAddress(`0x${number.toString(16).padStart(40, "0")}`);
      for (let number = 1001; number <= 1031; number++) await scene.vault.setCollateral(address(number), COLLATERAL);
      const send = () => scene.vault.setCollateral(address(1032), COLLATERAL);
      const values = [encodeBytes32String("collaterals"), 33n, 1n, 32n];
      await expectRefused(scene, send, "ParameterOutOfRange", values);
      expect((await scene.vault.collaterals()).length).to.equal(32);
    });

    it("freeze it with a principal cap of zero, and said so", async () => {
      const { vault, collateralAddress } = await networkHelpers.loadFixture(fixture);
      await expect(vault.freezeCollateral(collateralAddress))
        .to.emit(vault, "CollateralFrozen")
        .withArgs(collateralAddress);
      expect((await vault.collateralConfig(collateralAddress)).principalCap).to.equal(0n);
    });

    it("freeze nothing that is not listed", async () => {
      const scene = await networkHelpers.loadFixture(fixture);
      const send = () => scene.vault.freezeCollateral(scene.assetAddress);
      await expectRefused(scene, send, "UnknownCollateral", [scene.assetAddress]);
    });
  });

  describe("that a collateral must not be", () => {
    /** An insurance and a dilution in the stack; the dilution mints `token`. */
    async function withStack() {
      const scene = await deployScene(ethers, { liquidity: 0n });
      const token = await (await ethers.deployContract("TestToken", ["Backstop", "BST", 18])).getAddress();
      const deploy = async () =>
        (await ethers.deployContract("RecordingTranche", [scene.assetAddress, token])).getAddress();
      const insurance = await deploy();
      const dilution = await deploy();
      await scene.engine.setStack(scene.vaultAddress, [
        { tranche: insurance, gasStipend: 500_000n, kind: 0n },
        { tranche: dilution, gasStipend: 500_000n, kind: 1n },
      ]);
      return { ...scene, forbidden: { insurance, dilution, token } };
    }
    type Stacked = Awaited<ReturnType<typeof withStack>>;

    const forbidden: Record<string, (scene: Stacked) => string> = {
      "the asset itself": ({ assetAddress }) => assetAddress,
      "the vault's own shares": ({ vaultAddress }) => vaultAddress,
      "the stake of its insurance": (scene) => scene.forbidden.insurance,
      "its dilution": (scene) => scene.forbidden.dilution,
      "the token that its dilution mints": (scene) => scene.forbidden.token,
    };
    for (const [name, addressOf] of Object.entries(forbidden)) {
      it(`is ${name}`, async () => {
        const scene = await networkHelpers.loadFixture(withStack);
        const address = addressOf(scene);
        const send = () => scene.vault.setCollateral(address, COLLATERAL);
        await expectRefused(scene, send, "ForbiddenCollateral", [address]);
        expect(await scene.vault.collaterals()).to.deep.equal([scene.collateralAddress]);
      });
    }
  });

  describe("of interest", () => {
    const set = ({ vault }: LendingScene, changes: Partial<ILendingRules.RateModelStruct>) =>
      vault.setRateModel({ ...RATES, ...changes });
    for (const range of RATE_RANGES) testRange(range, set, ({ vault }) => vault.rateModel());

    it("may add up to 200 % a year at full utilization", async () => {
      const scene = await networkHelpers.loadFixture(fixture);
      await set(scene, { baseRateWad: MAX_RATE - 5n });
      expect((await scene.vault.rateModel()).baseRateWad).to.equal(MAX_RATE - 5n);
    });

    for (const rate of ["baseRateWad", "slopeBelowKinkWad", "slopeAboveKinkWad"] as const) {
      it(`may not add up to more, whichever part it is (${rate})`, async () => {
        const scene = await networkHelpers.loadFixture(fixture);
        const rest = 6n - BigInt(RATES[rate]);
        const values = [encodeBytes32String("fullRateWad"), MAX_RATE + 1n, 0n, MAX_RATE];
        const send = () => set(scene, { [rate]: MAX_RATE + 1n - rest });
        await expectRefused(scene, send, "ParameterOutOfRange", values);
      });
    }
  });

  describe("of risk", () => {
    const set = ({ vault }: LendingScene, changes: Partial<ILendingRules.RiskConfigStruct>) =>
      vault.setRiskConfig({ ...RISK, ...changes });
    for (const range of RISK_RANGES) testRange(range, set, ({ vault }) => vault.riskConfig());

    it("are read back as they were set, and said", async () => {
      const { vault } = await networkHelpers.loadFixture(fixture);
      await expect(vault.setRiskConfig(RISK)).to.emit(vault, "RiskConfigSet").withArgs(Object.values(RISK));
      expect(await vault.riskConfig()).to.deep.equal(Object.values(RISK));
    });

    it("bound the minimum debt by the cap of all debt", async () => {
      const scene = await networkHelpers.loadFixture(fixture);
      const values = [encodeBytes32String("minDebt"), 51n, 1n, 50n];
      const send = () => set(scene, { debtCap: 50n, minDebt: 51n });
      await expectRefused(scene, send, "ParameterOutOfRange", values);
    });
  });
});
