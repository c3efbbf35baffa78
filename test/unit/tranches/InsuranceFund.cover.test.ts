import { expect } from "chai";
import { network } from "hardhat";

import { cappedFund, cover, deployFund, stakedFund, VIRTUAL_SHARES } from "../../helpers/fund.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

const staked = () => stakedFund(ethers);
const capped = () => cappedFund(ethers);

describe("InsuranceFund: cover", () => {
  describe("what it pays", () => {
    it("pays a shortfall that it can pay in full", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      expect(await cover(fixture, 1n, 200n * fixture.one)).to.equal(200n * fixture.one);
      expect(await fixture.fund.totalAssets()).to.equal(1_300n * fixture.one);
      expect(await fixture.asset.balanceOf(fixture.fund)).to.equal(1_300n * fixture.one);
    });

    it("pays for the insurable part only", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      expect(await cover(fixture, 1n, 200n * fixture.one, 30n)).to.equal(30n);
    });

    it("pays no more than the shortfall when more is insurable", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      expect(await cover(fixture, 1n, 30n, 200n * fixture.one)).to.equal(30n);
    });

    it("pays all that it has when it is 1 wei short (WO4)", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      expect(await cover(fixture, 1n, 1_500n * fixture.one + 1n)).to.equal(1_500n * fixture.one);
      expect(await fixture.fund.totalAssets()).to.equal(0n);
    });

    it("pays nothing and does not revert when it has nothing (WO4)", async () => {
      const fixture = await deployFund(ethers);
      expect(await cover(fixture, 1n, 5n)).to.equal(0n);
      expect(await fixture.fund.openEpoch()).to.equal(1n);
    });

    it("pays nothing and closes no epoch when nothing is insurable", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      await expect(fixture.engine.cover(fixture.fund, fixture.vault, 1n, 5n, 0n)).not.to.emit(
        fixture.fund,
        "LossCharged",
      );
      expect(await fixture.fund.openEpoch()).to.equal(1n);
    });

    it("does not count tokens that were sent to it without a call", async () => {
      const fixture = await deployFund(ethers);
      await fixture.asset.mint(fixture.fund, 1_000n);
      expect(await cover(fixture, 1n, 5n)).to.equal(0n);
    });

    it("does not pay with money that is owed to claimants (RE1)", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const { engine, asset, fund, vault, one } = fixture;
      await cover(fixture, 1n, 1_400n * one);
      await asset.mint(engine, 900n * one);
      await engine.recover(fund, asset, vault, 1n, 900n * one);
      expect(await cover(fixture, 2n, 1_000n * one)).to.equal(100n * one);
      expect(await asset.balanceOf(fund)).to.equal(900n * one);
    });

    it("pays from the stake of an account under notice too", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const { fund, alice, aliceShares, one } = fixture;
      await fund.connect(alice).startCooldown(aliceShares, alice);
      await time.increaseTo((await fund.noticeOf(alice)).readyAt);
      await cover(fixture, 1n, 750n * one);
      expect(await fund.maxWithdraw(alice)).to.be.closeTo(500n * one, 1n);
    });

    it("pays while deposits are paused", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      await fixture.fund.connect(fixture.guardian).pauseDeposits();
      expect(await cover(fixture, 1n, 5n)).to.equal(5n);
    });

    it("costs less gas than a stipend of 150,000", async () => {
      const { engine, fund, vault, one } = await networkHelpers.loadFixture(capped);
      const receipt = await (await engine.cover(fund, vault, 7n, 50n * one, 50n * one)).wait();
      const [called] = receipt!.logs.flatMap((log) => engine.interface.parseLog(log) ?? []);
      expect(called!.args.gasUsed).to.be.lessThan(150_000n);
    });
  });

  describe("what it writes down", () => {
    it("closes the loss epoch that has the number of the write-off", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const { fund, aliceShares, bobShares, one } = fixture;
      await cover(fixture, 41n, 200n * one);
      expect(await fund.lossEpoch(41n)).to.deep.equal([
        200n * one,
        aliceShares + bobShares + VIRTUAL_SHARES,
        true,
        false,
      ]);
      expect(await fund.openEpoch()).to.equal(42n);
    });

    it("leaves the numbers in between empty", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      await cover(fixture, 2n, 5n);
      await cover(fixture, 9n, 5n);
      expect(await fixture.fund.lossEpoch(5n)).to.deep.equal([0n, 0n, false, false]);
    });

    it("lists a charge whose number has passed, and pays recoveries to both epochs of a write-off", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const { engine, fund, vault } = fixture;
      await cover(fixture, 9n, 5n);
      await cover(fixture, 9n, 7n);
      expect((await fund.lossEpoch(9n)).chargedAssets).to.equal(5n);
      expect((await fund.lossEpoch(10n)).chargedAssets).to.equal(7n);
      expect(await fund.openEpoch()).to.equal(11n);
      expect(await engine.getAddress()).to.equal(await fund.engine());
      expect(vault).to.equal(await fund.vault());
    });

    it("RE1 IM1: keeps what was set apart for a number and what was lost beyond it apart, whatever numbers come between", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const { fund, vault, one } = fixture;
      const address = await fixture.engine.getAddress();
      await networkHelpers.setBalance(address, 10n ** 18n);
      const engine = await ethers.getImpersonatedSigner(address);
      await cover(fixture, 3n, 5n * one);
      // 7 is impaired first: its earmark closes the epoch of its number, so a loss of 6 has no epoch of its own any more.
      await fund.connect(engine).earmark(vault, 7n, 10n * one);
      expect((await fund.lossEpoch(7n)).chargedAssets).to.equal(10n * one);
      await cover(fixture, 6n, 3n * one);
      expect((await fund.lossEpoch(8n)).chargedAssets).to.equal(3n * one);
      await fund.connect(engine).earmark(vault, 7n, 4n * one);
      expect((await fund.lossEpoch(9n)).chargedAssets).to.equal(4n * one);
      // 20 are lost: 14 were set apart, 6 are drawn afresh.
      const cash = await fund.totalAssets();
      await cover(fixture, 7n, 20n * one);
      expect((await fund.lossEpoch(10n)).chargedAssets).to.equal(6n * one);
      expect(cash - (await fund.totalAssets())).to.equal(6n * one);
      expect(await fund.earmarkOf(vault, 7n)).to.equal(0n);
      // A new number has an epoch of its own again.
      await cover(fixture, 30n, one);
      expect(await fund.lossEpoch(30n)).to.deep.equal([one, (await fund.totalSupply()) + VIRTUAL_SHARES, true, false]);
    });

    it("refuses a number that does not fit an epoch", async () => {
      const { engine, fund, vault } = await networkHelpers.loadFixture(staked);
      await expect(engine.cover(fund, vault, 2n ** 32n, 5n, 5n)).to.be.revertedWithCustomError(
        fund,
        "SafeCastOverflowedUintDowncast",
      );
    });

    it("says in its event what was paid, asked for and insurable", async () => {
      const { engine, fund, vault, one } = await networkHelpers.loadFixture(capped);
      await expect(engine.cover(fund, vault, 6n, 300n * one, 200n * one))
        .to.emit(fund, "Covered")
        .withArgs(6n, 100n * one, 300n * one, 200n * one);
    });

    it("charges every staker in proportion to its shares", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const { fund, aliceShares, bobShares, one } = fixture;
      await cover(fixture, 1n, 300n * one);
      const assets = 1_200n * one + 1n;
      const shares = aliceShares + bobShares + VIRTUAL_SHARES;
      expect(await fund.convertToAssets(aliceShares)).to.equal((aliceShares * assets) / shares);
      expect(await fund.convertToAssets(bobShares)).to.equal((bobShares * assets) / shares);
    });
  });

  describe("who may call", () => {
    it("refuses everybody but the engine", async () => {
      const { fund, vault, governor } = await networkHelpers.loadFixture(staked);
      await expect(fund.connect(governor).cover(vault, 1n, 5n, 5n))
        .to.be.revertedWithCustomError(fund, "OnlyEngine")
        .withArgs(governor);
      await expect(fund.connect(governor).recover(vault, 1n, 5n))
        .to.be.revertedWithCustomError(fund, "OnlyEngine")
        .withArgs(governor);
    });

    it("refuses to pay for another vault (IN2)", async () => {
      const { engine, fund, alice } = await networkHelpers.loadFixture(staked);
      await expect(engine.cover(fund, alice, 1n, 5n, 5n))
        .to.be.revertedWithCustomError(fund, "ForeignVault")
        .withArgs(alice);
    });

    it("refuses a recovery of another vault (IN2)", async () => {
      const { engine, fund, asset, alice } = await networkHelpers.loadFixture(staked);
      await expect(engine.recover(fund, asset, alice, 1n, 5n))
        .to.be.revertedWithCustomError(fund, "ForeignVault")
        .withArgs(alice);
    });

    it("takes its engine and its asset from the vault it insures", async () => {
      const { fund, engine, vault } = await networkHelpers.loadFixture(staked);
      expect(await fund.engine()).to.equal(await engine.getAddress());
      expect(await fund.vault()).to.equal(await vault.getAddress());
    });
  });

  describe("the quote", () => {
    const cases = [
      { name: "within what it holds", shortfall: 50n, insurable: 50n },
      { name: "beyond the insurable part", shortfall: 50n, insurable: 20n },
      { name: "beyond the draw caps", shortfall: 400n, insurable: 400n },
      { name: "of nothing", shortfall: 0n, insurable: 400n },
    ];
    for (const { name, shortfall, insurable } of cases) {
      it(`is what is paid for a shortfall ${name} (WO3)`, async () => {
        const fixture = await networkHelpers.loadFixture(capped);
        const { fund, vault, one } = fixture;
        const quoted = await fund.previewCover(vault, 0n, shortfall * one, insurable * one);
        expect(await cover(fixture, 1n, shortfall * one, insurable * one)).to.equal(quoted);
        expect(quoted).to.equal([shortfall, insurable, 100n].reduce((a, b) => (a < b ? a : b)) * one);
      });
    }

    it("is what is paid when the fund is too small (WO3)", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const quoted = await fixture.fund.previewCover(fixture.vault, 0n, 9_000n * fixture.one, 9_000n * fixture.one);
      expect(await cover(fixture, 1n, 9_000n * fixture.one)).to.equal(quoted);
    });

    it("is zero for another vault (IN2)", async () => {
      const { fund, alice } = await networkHelpers.loadFixture(staked);
      expect(await fund.previewCover(alice, 0n, 5n, 5n)).to.equal(0n);
    });
  });
});
