import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { encodeBytes32String as field, ZeroAddress } from "ethers";
import { network } from "hardhat";

import { assignRoles } from "../../helpers/governance.ts";
import { deployLending, type Lending } from "../../helpers/lending.ts";
import type { RiskSteward } from "../../../types/ethers-contracts/index.js";

const { ethers, networkHelpers } = await network.create();

const DAY = 86_400n;
/** 40 % of the caps below; everything a test changes is in the table, and nothing else. */
const TABLE = [
  { parameter: field("ltvBps"), limit: { maxStep: 50n, isRelative: false, minInterval: 3n * DAY } },
  { parameter: field("lltvBps"), limit: { maxStep: 50n, isRelative: false, minInterval: 3n * DAY } },
  { parameter: field("principalCap"), limit: { maxStep: 4_000n, isRelative: true, minInterval: DAY } },
  { parameter: field("debtCap"), limit: { maxStep: 4_000n, isRelative: true, minInterval: DAY } },
  { parameter: field("baseRateWad"), limit: { maxStep: 1_000n, isRelative: false, minInterval: DAY } },
];

interface Scene extends Lending {
  steward: RiskSteward;
  governor: HardhatEthersSigner;
  guardian: HardhatEthersSigner;
  council: HardhatEthersSigner;
  stranger: HardhatEthersSigner;
  target: string;
  weth: string;
}

/** A vault with ltv 75 %, lltv 80 %, caps of 1,000 whole assets, and a base rate of 5,000. */
async function scene(): Promise<Scene> {
  const [, governor, guardian, council, stranger] = await ethers.getSigners();
  const lending = await deployLending(ethers);
  const { manager, vault, collateral, at, one } = lending;
  const steward = await ethers.deployContract("RiskSteward", [await at(manager), TABLE]);
  const weth = await at(collateral);
  await vault.setCollateral(weth, { ...(await configOf(lending, weth)), principalCap: 1_000n * one });
  await vault.setRiskConfig({ ...(await riskOf(lending)), debtCap: 1_000n * one });
  await vault.setRateModel({ ...(await ratesOf(lending)), baseRateWad: 5_000n });
  await assignRoles(
    manager,
    { LendingVault: await at(vault), RiskSteward: await at(steward) },
    {
      governor: governor!.address,
      guardian: guardian!.address,
      riskCouncil: council!.address,
      riskSteward: await at(steward),
    },
  );
  return {
    ...{ ...lending, steward, target: await at(vault), weth },
    ...{ governor: governor!, guardian: guardian!, council: council!, stranger: stranger! },
  };
}

const configOf = async ({ vault }: Pick<Lending, "vault">, collateral: string) => {
  const config = await vault.collateralConfig(collateral);
  return {
    ltvBps: config.ltvBps,
    lltvBps: config.lltvBps,
    liquidationIncentiveBps: config.liquidationIncentiveBps,
    minIncentiveBps: config.minIncentiveBps,
    targetHealthBps: config.targetHealthBps,
    principalCap: config.principalCap,
  };
};

const ratesOf = async ({ vault }: Pick<Lending, "vault">) => {
  const model = await vault.rateModel();
  return {
    baseRateWad: model.baseRateWad,
    slopeBelowKinkWad: model.slopeBelowKinkWad,
    slopeAboveKinkWad: model.slopeAboveKinkWad,
    kinkBps: model.kinkBps,
    reserveFactorBps: model.reserveFactorBps,
  };
};

const riskOf = async ({ vault }: Pick<Lending, "vault">) => {
  const risk = await vault.riskConfig();
  return {
    debtCap: risk.debtCap,
    minDebt: risk.minDebt,
    waitingPeriod: risk.waitingPeriod,
    confirmationDelay: risk.confirmationDelay,
    confirmationWindow: risk.confirmationWindow,
    liquidationFeeBps: risk.liquidationFeeBps,
    keeperRewardBps: risk.keeperRewardBps,
    maxKeeperReward: risk.maxKeeperReward,
  };
};

describe("RiskSteward (AC1)", () => {
  let s: Scene;
  beforeEach(async () => {
    s = await networkHelpers.loadFixture(scene);
  });

  const change = async (changes: Partial<Awaited<ReturnType<typeof configOf>>>) =>
    s.steward.connect(s.council).changeCollateral(s.target, s.weth, { ...(await configOf(s, s.weth)), ...changes });

  describe("steps", () => {
    it("moves several fields at once, each to the end of its step and not one unit further", async () => {
      const cap = 1_400n * s.one;
      await expect(change({ ltvBps: 7_451n - 2n }))
        .to.be.revertedWithCustomError(s.steward, "StepTooLarge")
        .withArgs(field("ltvBps"), 7_500n, 7_449n, 50n);
      await expect(change({ lltvBps: 8_051n })).to.be.revertedWithCustomError(s.steward, "StepTooLarge");
      await expect(change({ principalCap: cap + 1n }))
        .to.be.revertedWithCustomError(s.steward, "StepTooLarge")
        .withArgs(field("principalCap"), 1_000n * s.one, cap + 1n, 400n * s.one);
      await expect(change({ ltvBps: 7_450n, lltvBps: 8_050n, principalCap: cap }))
        .to.emit(s.steward, "ParameterChanged")
        .withArgs(s.target, s.weth, field("lltvBps"), 8_000n, 8_050n);
      const config = await configOf(s, s.weth);
      expect([config.ltvBps, config.lltvBps, config.principalCap]).to.deep.equal([7_450n, 8_050n, cap]);
    });

    it("moves nothing that is not in the table", async () => {
      await expect(change({ liquidationIncentiveBps: 801n }))
        .to.be.revertedWithCustomError(s.steward, "StepTooLarge")
        .withArgs(field("liquidationIncentiveBps"), 800n, 801n, 0n);
      await expect(change({ minIncentiveBps: 99n })).to.be.revertedWithCustomError(s.steward, "StepTooLarge");
      await expect(change({ targetHealthBps: 10_499n })).to.be.revertedWithCustomError(s.steward, "StepTooLarge");
      // One field in the table does not carry another along.
      await expect(change({ ltvBps: 7_490n, targetHealthBps: 10_499n })).to.be.revertedWithCustomError(
        s.steward,
        "StepTooLarge",
      );
    });

    it("does not leave the vault's own hard ranges", async () => {
      await s.steward
        .connect(s.governor)
        .setStepLimits([
          { parameter: field("ltvBps"), limit: { maxStep: 9_000n, isRelative: false, minInterval: DAY } },
        ]);
      await expect(change({ ltvBps: 8_001n })).to.be.revertedWithCustomError(s.vault, "ParameterOutOfRange");
    });

    it("says when there is nothing to change", async () => {
      await expect(change({})).to.be.revertedWithCustomError(s.steward, "NothingToChange").withArgs(s.target);
      const rates = await ratesOf(s);
      const risk = await riskOf(s);
      const asCouncil = s.steward.connect(s.council);
      await expect(asCouncil.changeRateModel(s.target, rates)).to.be.revertedWithCustomError(
        s.steward,
        "NothingToChange",
      );
      await expect(asCouncil.changeRiskConfig(s.target, risk)).to.be.revertedWithCustomError(
        s.steward,
        "NothingToChange",
      );
    });

    it("keeps rates and caps of the whole vault in steps of their own", async () => {
      const asCouncil = s.steward.connect(s.council);
      const rates = await ratesOf(s);
      await expect(
        asCouncil.changeRateModel(s.target, { ...rates, baseRateWad: 6_001n }),
      ).to.be.revertedWithCustomError(s.steward, "StepTooLarge");
      await expect(
        asCouncil.changeRateModel(s.target, { ...rates, kinkBps: rates.kinkBps + 1n }),
      ).to.be.revertedWithCustomError(s.steward, "StepTooLarge");
      await asCouncil.changeRateModel(s.target, { ...rates, baseRateWad: 6_000n });
      expect((await s.vault.rateModel()).baseRateWad).to.equal(6_000n);

      const risk = await riskOf(s);
      for (const wrong of [
        { debtCap: 1_400n * s.one + 1n },
        { minDebt: risk.minDebt + 1n },
        { waitingPeriod: 1n },
        { confirmationDelay: 60n },
        { confirmationWindow: 3_600n },
        { liquidationFeeBps: 1n },
        { keeperRewardBps: 1n },
        { maxKeeperReward: 1n },
      ]) {
        await expect(
          asCouncil.changeRiskConfig(s.target, { ...risk, ...wrong }),
          Object.keys(wrong)[0],
        ).to.be.revertedWithCustomError(s.steward, "StepTooLarge");
      }
      await asCouncil.changeRiskConfig(s.target, { ...risk, debtCap: 600n * s.one });
      expect((await s.vault.riskConfig()).debtCap).to.equal(600n * s.one);
    });
  });

  describe("rests", () => {
    it("are counted for each field alone, to the second", async () => {
      await change({ ltvBps: 7_450n });
      const at = BigInt(await networkHelpers.time.latest());
      expect(await s.steward.changedAt(s.target, s.weth, field("ltvBps"))).to.equal(at);
      await change({ lltvBps: 7_950n });
      await networkHelpers.time.setNextBlockTimestamp(at + 3n * DAY - 1n);
      await expect(change({ ltvBps: 7_400n }))
        .to.be.revertedWithCustomError(s.steward, "ChangedTooRecently")
        .withArgs(field("ltvBps"), at, at + 3n * DAY);
      await networkHelpers.time.setNextBlockTimestamp(at + 3n * DAY);
      await change({ ltvBps: 7_400n });
      expect((await configOf(s, s.weth)).ltvBps).to.equal(7_400n);
    });

    it("let a cap double in two days at most, whatever the council tries", async () => {
      let cap = 1_000n * s.one;
      for (let day = 0; day < 2; day++) {
        cap += (cap * 4_000n) / 10_000n;
        await change({ principalCap: cap });
        await expect(change({ principalCap: cap + 1n })).to.be.revertedWithCustomError(s.steward, "ChangedTooRecently");
        await networkHelpers.time.increase(DAY);
      }
      expect((await configOf(s, s.weth)).principalCap).to.equal(1_960n * s.one);
    });
  });

  describe("tightening", () => {
    it("lowers a cap to anything at once, and makes the council rest", async () => {
      const asGuardian = s.steward.connect(s.guardian);
      await expect(asGuardian.tightenPrincipalCap(s.target, s.weth, 10n * s.one))
        .to.emit(s.steward, "ParameterChanged")
        .withArgs(s.target, s.weth, field("principalCap"), 1_000n * s.one, 10n * s.one);
      await expect(change({ principalCap: 14n * s.one })).to.be.revertedWithCustomError(
        s.steward,
        "ChangedTooRecently",
      );
      await asGuardian.tightenPrincipalCap(s.target, s.weth, 9n * s.one);
      await asGuardian.tightenDebtCap(s.target, 20n * s.one);
      expect((await s.vault.riskConfig()).debtCap).to.equal(20n * s.one);
      expect((await configOf(s, s.weth)).principalCap).to.equal(9n * s.one);
    });

    it("loosens nothing and changes nothing else", async () => {
      const asGuardian = s.steward.connect(s.guardian);
      const before = await configOf(s, s.weth);
      for (const cap of [1_000n * s.one, 1_000n * s.one + 1n]) {
        await expect(asGuardian.tightenPrincipalCap(s.target, s.weth, cap))
          .to.be.revertedWithCustomError(s.steward, "NotTighter")
          .withArgs(field("principalCap"), 1_000n * s.one, cap);
        await expect(asGuardian.tightenDebtCap(s.target, cap)).to.be.revertedWithCustomError(s.steward, "NotTighter");
      }
      await asGuardian.tightenPrincipalCap(s.target, s.weth, 1n);
      expect(await configOf(s, s.weth)).to.deep.equal({ ...before, principalCap: 1n });
    });

    it("works while the steward is paused", async () => {
      await s.steward.connect(s.guardian).pauseSteward();
      await s.steward.connect(s.guardian).tightenDebtCap(s.target, 999n * s.one);
      expect((await s.vault.riskConfig()).debtCap).to.equal(999n * s.one);
    });

    it("that stops a collateral is not undone by the council, by any step", async () => {
      await s.steward.connect(s.guardian).tightenPrincipalCap(s.target, s.weth, 0n);
      await s.steward
        .connect(s.governor)
        .setStepLimits([
          { parameter: field("principalCap"), limit: { maxStep: 10n ** 30n, isRelative: false, minInterval: DAY } },
        ]);
      await networkHelpers.time.increase(30n * DAY);
      await expect(change({ principalCap: 1n }))
        .to.be.revertedWithCustomError(s.steward, "CollateralIsFrozen")
        .withArgs(s.target, s.weth);
    });
  });

  describe("limits of the council", () => {
    it("lists no collateral", async () => {
      const token = await ethers.deployContract("TestToken", ["Other", "OTH", 18]);
      const config = { ...(await configOf(s, s.weth)), ltvBps: 50n, lltvBps: 50n };
      await expect(s.steward.connect(s.council).changeCollateral(s.target, await s.at(token), config))
        .to.be.revertedWithCustomError(s.steward, "NotListedYet")
        .withArgs(s.target, await s.at(token));
      await expect(
        s.steward.connect(s.guardian).tightenPrincipalCap(s.target, ZeroAddress, 0n),
      ).to.be.revertedWithCustomError(s.steward, "NotListedYet");
    });

    it("is stopped by the guardian, and let go on by the governor alone", async () => {
      await expect(s.steward.connect(s.guardian).pauseSteward()).to.emit(s.steward, "StewardPauseSet").withArgs(true);
      expect(await s.steward.isStewardPaused()).to.equal(true);
      await expect(change({ ltvBps: 7_499n })).to.be.revertedWithCustomError(s.steward, "StewardPaused");
      const asCouncil = s.steward.connect(s.council);
      await expect(
        asCouncil.changeRateModel(s.target, { ...(await ratesOf(s)), baseRateWad: 5_001n }),
      ).to.be.revertedWithCustomError(s.steward, "StewardPaused");
      await expect(
        asCouncil.changeRiskConfig(s.target, { ...(await riskOf(s)), debtCap: 999n * s.one }),
      ).to.be.revertedWithCustomError(s.steward, "StewardPaused");
      for (const account of [s.guardian, s.council, s.stranger]) {
        await expect(s.steward.connect(account).unpauseSteward()).to.be.revertedWithCustomError(
          s.steward,
          "AccessManagedUnauthorized",
        );
      }
      await expect(s.steward.connect(s.governor).unpauseSteward())
        .to.emit(s.steward, "StewardPauseSet")
        .withArgs(false);
      await change({ ltvBps: 7_499n });
    });

    it("is not passed by: the vault takes the council's word for nothing", async () => {
      const config = { ...(await configOf(s, s.weth)), ltvBps: 7_499n };
      for (const account of [s.council, s.guardian, s.stranger]) {
        await expect(s.vault.connect(account).setCollateral(s.weth, config)).to.be.revertedWithCustomError(
          s.vault,
          "AccessManagedUnauthorized",
        );
      }
      for (const account of [s.governor, s.guardian, s.stranger]) {
        await expect(
          s.steward.connect(account).changeCollateral(s.target, s.weth, config),
        ).to.be.revertedWithCustomError(s.steward, "AccessManagedUnauthorized");
      }
    });
  });

  describe("the table", () => {
    it("says its rows, refuses steps without rest and parts larger than the whole", async () => {
      const limit = await s.steward.stepLimit(field("principalCap"));
      expect([...limit]).to.deep.equal([4_000n, true, DAY]);
      const asGovernor = s.steward.connect(s.governor);
      const row = (maxStep: bigint, isRelative: boolean, minInterval: bigint) => [
        { parameter: field("ltvBps"), limit: { maxStep, isRelative, minInterval } },
      ];
      await expect(asGovernor.setStepLimits(row(1n, false, 3_599n)))
        .to.be.revertedWithCustomError(s.steward, "InvalidStepLimit")
        .withArgs(field("ltvBps"), 1n, 3_599n);
      await expect(asGovernor.setStepLimits(row(10_001n, true, DAY))).to.be.revertedWithCustomError(
        s.steward,
        "InvalidStepLimit",
      );
      await expect(asGovernor.setStepLimits(row(0n, false, 0n)))
        .to.emit(s.steward, "StepLimitSet")
        .withArgs(field("ltvBps"), 0n, false, 0n);
      await expect(change({ ltvBps: 7_499n })).to.be.revertedWithCustomError(s.steward, "StepTooLarge");
      await expect(s.steward.connect(s.council).setStepLimits(row(50n, false, DAY))).to.be.revertedWithCustomError(
        s.steward,
        "AccessManagedUnauthorized",
      );
    });
  });
});
