import { expect } from "chai";
import { network } from "hardhat";

import {
  BUYBACK_TERMS,
  DAY,
  deployDilution,
  GLOBAL_CAP,
  HOUR,
  INITIAL_SUPPLY,
  LIMITS,
  lose,
  saleTerms,
  TOKEN,
  TOKEN_CAP,
} from "../../helpers/dilution.js";

const { ethers, networkHelpers } = await network.create();

const MAX_SECONDS = 30n * DAY;

describe("Dilution terms", () => {
  const deployed = async () => deployDilution(ethers, await ethers.deployContract("TestToken", ["Asset", "AST", 6]));

  describe("who may change them", () => {
    it("AC1: nobody but the governor sets limits, terms, the global cap, or lifts a pause", async () => {
      const { dilution, address, unit, admin, guardian, other } = await networkHelpers.loadFixture(deployed);
      for (const caller of [admin, guardian, other]) {
        const asCaller = dilution.connect(caller);
        for (const attempt of [
          () => asCaller.setLimits(address, LIMITS),
          () => asCaller.setSaleTerms(address, saleTerms(unit)),
          () => asCaller.setBuybackTerms(address, BUYBACK_TERMS),
          () => asCaller.setTokenOracle(address, ethers.ZeroAddress),
          () => asCaller.setGlobalCap(0n),
          () => asCaller.unpauseDilution(address),
        ]) {
          await expect(attempt())
            .to.be.revertedWithCustomError(dilution, "AccessManagedUnauthorized")
            .withArgs(caller.address);
        }
      }
    });

    it("AC1: nobody but the guardian pauses", async () => {
      const { dilution, address, governor, guardian } = await networkHelpers.loadFixture(deployed);
      await expect(dilution.connect(governor).pauseDilution(address))
        .to.be.revertedWithCustomError(dilution, "AccessManagedUnauthorized")
        .withArgs(governor.address);
      await expect(dilution.connect(guardian).pauseDilution(address))
        .to.emit(dilution, "DilutionPauseSet")
        .withArgs(address, true);
      expect(await dilution.isPaused(address)).to.be.true;
      await expect(dilution.connect(governor).unpauseDilution(address))
        .to.emit(dilution, "DilutionPauseSet")
        .withArgs(address, false);
      expect(await dilution.isPaused(address)).to.be.false;
    });
  });

  describe("limits", () => {
    it("are read back and reported", async () => {
      const { dilution, address, governor } = await networkHelpers.loadFixture(deployed);
      const limits = { hourCap: 1n, monthCap: 2n, lifetimeCap: 3n };
      await expect(dilution.connect(governor).setLimits(address, limits))
        .to.emit(dilution, "LimitsSet")
        .withArgs(address, 1n, 2n, 3n);
      expect(await dilution.limits(address)).to.deep.equal([1n, 2n, 3n]);
    });

    it("are refused for a vault the engine does not know", async () => {
      const { dilution, governor, unit, other } = await networkHelpers.loadFixture(deployed);
      const asGovernor = dilution.connect(governor);
      for (const attempt of [
        () => asGovernor.setLimits(other, LIMITS),
        () => asGovernor.setSaleTerms(other, saleTerms(unit)),
        () => asGovernor.setBuybackTerms(other, BUYBACK_TERMS),
        () => asGovernor.setTokenOracle(other, ethers.ZeroAddress),
      ]) {
        await expect(attempt()).to.be.revertedWithCustomError(dilution, "UnknownVault").withArgs(other.address);
      }
    });

    it("DI1 IN2: lifetime caps of all vaults together stay within the global cap", async () => {
      const { dilution, governor, addVault, addBareVault } = await networkHelpers.loadFixture(deployed);
      await addVault({ ...LIMITS, lifetimeCap: 30_000n * TOKEN });
      expect(await dilution.allocatedTokens()).to.equal(GLOBAL_CAP);
      const third = await addBareVault();
      await expect(dilution.connect(governor).setLimits(third.address, { ...LIMITS, lifetimeCap: 1n }))
        .to.be.revertedWithCustomError(dilution, "ExceedsGlobalCap")
        .withArgs(GLOBAL_CAP + 1n, GLOBAL_CAP);
    });

    it("DI1: a lowered lifetime cap frees only what was never issued", async () => {
      const { dilution, vault, address, governor, unit } = await networkHelpers.loadFixture(deployed);
      await lose(ethers, vault, 60_000n * unit); // 300 tokens at the floor of 200
      await dilution.connect(governor).setLimits(address, { ...LIMITS, lifetimeCap: 100n * TOKEN });
      expect(await dilution.allocatedTokens()).to.equal(300n * TOKEN);
      expect(await dilution.budget(address)).to.deep.equal([300n * TOKEN, 0n]);
    });
  });

  describe("the global cap", () => {
    it("is read back and reported", async () => {
      const { dilution, governor } = await networkHelpers.loadFixture(deployed);
      expect(await dilution.globalCap()).to.equal(GLOBAL_CAP);
      await expect(dilution.connect(governor).setGlobalCap(60_000n * TOKEN))
        .to.emit(dilution, "GlobalCapSet")
        .withArgs(60_000n * TOKEN);
      expect(await dilution.globalCap()).to.equal(60_000n * TOKEN);
    });

    it("DI1: is at most what the token's own cap leaves, so what is on offer can always be minted", async () => {
      const { dilution, governor } = await networkHelpers.loadFixture(deployed);
      const mintable = TOKEN_CAP - INITIAL_SUPPLY;
      await dilution.connect(governor).setGlobalCap(mintable);
      await expect(dilution.connect(governor).setGlobalCap(mintable + 1n))
        .to.be.revertedWithCustomError(dilution, "ExceedsTokenCap")
        .withArgs(mintable + 1n, mintable);
    });

    it("DI1: is never below what has been allocated", async () => {
      const { dilution, governor } = await networkHelpers.loadFixture(deployed);
      await dilution.connect(governor).setGlobalCap(LIMITS.lifetimeCap);
      await expect(dilution.connect(governor).setGlobalCap(LIMITS.lifetimeCap - 1n))
        .to.be.revertedWithCustomError(dilution, "ExceedsGlobalCap")
        .withArgs(LIMITS.lifetimeCap, LIMITS.lifetimeCap - 1n);
    });

    it("cannot be created with an initial supply above the token's cap", async () => {
      const { dilution, engine, holder } = await networkHelpers.loadFixture(deployed);
      const terms = { name: "B", symbol: "B", cap: 5n, initialSupply: 6n, initialHolder: holder };
      const deploy = (globalCap: bigint) =>
        ethers.deployContract("Dilution", [ethers.ZeroAddress, engine, terms, globalCap]);
      const token = await ethers.getContractAt("BackstopToken", await dilution.token());
      await expect(deploy(0n)).to.be.revertedWithCustomError(token, "ERC20ExceededSafeSupply").withArgs(6n, 5n);
      await expect(deploy(1n)).to.be.revertedWithCustomError(dilution, "ExceedsTokenCap").withArgs(1n, 0n);
    });
  });

  describe("terms of sale", () => {
    it("are read back and reported", async () => {
      const { dilution, address, governor } = await networkHelpers.loadFixture(deployed);
      const terms = { startPrice: 9n, floorPrice: 4n, fallSeconds: 60n, saleSeconds: 61n };
      await expect(dilution.connect(governor).setSaleTerms(address, terms))
        .to.emit(dilution, "SaleTermsSet")
        .withArgs(address, 9n, 4n, 60n, 61n);
      expect(await dilution.saleTerms(address)).to.deep.equal([9n, 4n, 60n, 61n]);
    });

    it("DI1: need a floor above zero and not above the start", async () => {
      const { dilution, address, governor } = await networkHelpers.loadFixture(deployed);
      const times = { fallSeconds: 60n, saleSeconds: 60n };
      for (const [startPrice, floorPrice] of [
        [9n, 0n],
        [9n, 10n],
      ] as const) {
        await expect(dilution.connect(governor).setSaleTerms(address, { startPrice, floorPrice, ...times }))
          .to.be.revertedWithCustomError(dilution, "InvalidPrices")
          .withArgs(startPrice, floorPrice);
      }
    });

    it("LI1: end after the price has fallen and within thirty days", async () => {
      const { dilution, address, governor } = await networkHelpers.loadFixture(deployed);
      for (const [fallSeconds, saleSeconds] of [
        [0n, 60n],
        [61n, 60n],
        [60n, MAX_SECONDS + 1n],
      ] as const) {
        const terms = { startPrice: 2n, floorPrice: 1n, fallSeconds, saleSeconds };
        await expect(dilution.connect(governor).setSaleTerms(address, terms))
          .to.be.revertedWithCustomError(dilution, "InvalidDurations")
          .withArgs(fallSeconds, saleSeconds, MAX_SECONDS);
      }
    });

    it("that change leave an open lot as it was", async () => {
      const { dilution, debtAuction, vault, address, governor, unit } = await networkHelpers.loadFixture(deployed);
      const openedAt = await lose(ethers, vault, 60_000n * unit);
      const cheaper = { startPrice: 9n, floorPrice: 4n, fallSeconds: 60n, saleSeconds: 61n };
      await dilution.connect(governor).setSaleTerms(address, cheaper);
      const { startPrice, floorPrice, fallSeconds, expiresAt } = await debtAuction.lot(address, 1n);
      expect([startPrice, floorPrice]).to.deep.equal([300n * unit, 200n * unit]);
      expect([fallSeconds, expiresAt]).to.deep.equal([10n * HOUR, openedAt + 2n * DAY]);
    });

    it("that change many times leave every lot its own", async () => {
      const { dilution, debtAuction, vault, address, governor, unit } = await networkHelpers.loadFixture(deployed);
      for (let n = 1n; n <= 4n; n++) {
        const terms = { startPrice: (n + 1n) * unit, floorPrice: n * unit, fallSeconds: n, saleSeconds: 10n * n };
        await dilution.connect(governor).setSaleTerms(address, terms);
        const openedAt = await lose(ethers, vault, 10n * unit);
        for (let id = 1n; id <= n; id++) {
          const lot = await debtAuction.lot(address, id);
          expect([lot.startPrice, lot.floorPrice]).to.deep.equal([(id + 1n) * unit, id * unit]);
          expect(lot.fallSeconds).to.equal(id);
          expect(lot.expiresAt - lot.openedAt).to.equal(10n * id);
        }
        expect((await debtAuction.lot(address, n)).openedAt).to.equal(openedAt);
      }
    });

    it("LV3: keep the largest prices they can hold, and a start price between them", async () => {
      const { dilution, debtAuction, vault, address, governor } = await networkHelpers.loadFixture(deployed);
      const highest = 2n ** 104n - 1n;
      const terms = { startPrice: highest, floorPrice: 1n, fallSeconds: MAX_SECONDS, saleSeconds: MAX_SECONDS };
      await dilution.connect(governor).setSaleTerms(address, terms);
      expect(await dilution.saleTerms(address)).to.deep.equal([highest, 1n, MAX_SECONDS, MAX_SECONDS]);
      const openedAt = await lose(ethers, vault, 1n);
      const { startPrice, expiresAt } = await debtAuction.lot(address, 1n);
      expect([startPrice, expiresAt]).to.deep.equal([highest, openedAt + MAX_SECONDS]);
    });
  });

  describe("terms of buying back", () => {
    it("are read back and reported", async () => {
      const { dilution, address, governor } = await networkHelpers.loadFixture(deployed);
      const terms = { startBps: 10_000n, riseSeconds: 5n, offerSeconds: 6n };
      await expect(dilution.connect(governor).setBuybackTerms(address, terms))
        .to.emit(dilution, "BuybackTermsSet")
        .withArgs(address, 10_000n, 5n, 6n);
      expect(await dilution.buybackTerms(address)).to.deep.equal([10_000n, 5n, 6n]);
    });

    it("start above zero and at most at the average issue price", async () => {
      const { dilution, address, governor } = await networkHelpers.loadFixture(deployed);
      for (const startBps of [0n, 10_001n]) {
        await expect(dilution.connect(governor).setBuybackTerms(address, { ...BUYBACK_TERMS, startBps }))
          .to.be.revertedWithCustomError(dilution, "InvalidStartBps")
          .withArgs(startBps);
      }
    });

    it("LI1: end after the price has risen and within thirty days", async () => {
      const { dilution, address, governor } = await networkHelpers.loadFixture(deployed);
      const terms = { startBps: 1n, riseSeconds: 60n, offerSeconds: MAX_SECONDS + 1n };
      await expect(dilution.connect(governor).setBuybackTerms(address, terms))
        .to.be.revertedWithCustomError(dilution, "InvalidDurations")
        .withArgs(60n, MAX_SECONDS + 1n, MAX_SECONDS);
    });
  });
});
