import { expect } from "chai";
import { network } from "hardhat";

import { addPremium, cover, DAY, deployFund, HOUR, MONTH, provide, stake, VIRTUAL_SHARES } from "../../helpers/fund.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

/** Alice has staked 1,000 and Bob 500; draw caps are out of the way. */
async function staked() {
  const fixture = await deployFund(ethers);
  const aliceShares = await stake(fixture, fixture.alice, 1_000n * fixture.one);
  const bobShares = await stake(fixture, fixture.bob, 500n * fixture.one);
  return { ...fixture, aliceShares, bobShares };
}

/** The same, but losses may draw 100 within an hour and 250 within thirty days. */
async function capped() {
  const fixture = await staked();
  const { fund, governor, one } = fixture;
  await fund.connect(governor).setDrawCaps(100n * one, 250n * one);
  return fixture;
}

/** Alice's stake of 10 whole units has lost all but a ten-millionth in write-off 3. */
async function wipedOut() {
  const fixture = await deployFund(ethers);
  const shares = await stake(fixture, fixture.alice, 10n * fixture.one);
  await cover(fixture, 3n, 10n * fixture.one - 1n);
  return { ...fixture, shares };
}

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

  describe("draw caps", () => {
    it("pay no more within an hour than the hourly bucket holds", async () => {
      const fixture = await networkHelpers.loadFixture(capped);
      expect(await cover(fixture, 1n, 300n * fixture.one)).to.equal(100n * fixture.one);
      // A second later a 3,600th of the bucket has leaked, rounded down.
      const now = BigInt(await time.latest());
      await time.setNextBlockTimestamp(now + 1n);
      expect(await cover(fixture, 2n, 300n * fixture.one)).to.equal((100n * fixture.one) / 3_600n);
    });

    it("let half a bucket be drawn again after half an hour", async () => {
      const fixture = await networkHelpers.loadFixture(capped);
      await cover(fixture, 1n, 100n * fixture.one);
      await time.setNextBlockTimestamp(BigInt(await time.latest()) + HOUR / 2n);
      expect(await cover(fixture, 2n, 300n * fixture.one)).to.equal(50n * fixture.one);
    });

    it("pay no more within thirty days than the monthly bucket holds", async () => {
      const fixture = await networkHelpers.loadFixture(capped);
      const { one } = fixture;
      const start = BigInt(await time.latest()) + 10n;
      const paid: bigint[] = [];
      for (const hours of [0n, 1n, 2n]) {
        await time.setNextBlockTimestamp(start + hours * HOUR);
        paid.push(await cover(fixture, hours + 1n, 300n * one));
      }
      // 250 hold at most; what leaks of 250 in an hour has been rounded down twice.
      const leaked = (250n * one * HOUR) / MONTH;
      expect(paid).to.deep.equal([100n * one, 100n * one, 50n * one + 2n * leaked]);
    });

    it("empty a full monthly bucket in exactly thirty days", async () => {
      const fixture = await networkHelpers.loadFixture(capped);
      const { fund, governor, one } = fixture;
      await fund.connect(governor).setDrawCaps(250n * one, 250n * one);
      await cover(fixture, 1n, 250n * one);
      const start = BigInt(await time.latest());
      await time.increaseTo(start + MONTH - 1n);
      expect(await fund.drawable()).to.be.lessThan(250n * one);
      await time.increaseTo(start + MONTH);
      expect(await fund.drawable()).to.equal(250n * one);
    });

    it("are not refilled by a call that pays nothing", async () => {
      const fixture = await networkHelpers.loadFixture(capped);
      const { fund, one } = fixture;
      await cover(fixture, 1n, 100n * one);
      const start = BigInt(await time.latest());
      await cover(fixture, 2n, 5n, 0n);
      await time.increaseTo(start + HOUR / 2n);
      const [hourLevel, monthLevel] = await fund.drawLevels();
      expect(hourLevel).to.equal(50n * one);
      expect(monthLevel).to.equal(100n * one - (250n * one * (HOUR / 2n)) / MONTH);
    });

    it("of zero let nothing be drawn", async () => {
      const fixture = await networkHelpers.loadFixture(capped);
      await fixture.fund.connect(fixture.governor).setDrawCaps(0n, 0n);
      expect(await cover(fixture, 1n, 5n)).to.equal(0n);
    });

    it("do not forgive what was drawn when they are raised", async () => {
      const fixture = await networkHelpers.loadFixture(capped);
      const { fund, governor, one } = fixture;
      await cover(fixture, 1n, 100n * one);
      const drawnAt = BigInt(await time.latest());
      await time.setNextBlockTimestamp(drawnAt + HOUR / 4n);
      await fund.connect(governor).setDrawCaps(400n * one, 400n * one);
      // A quarter of 100 has leaked; at the new rate all would have.
      expect((await fund.drawLevels()).hourLevel).to.equal(75n * one);
    });

    it("can be lowered below what was drawn", async () => {
      const fixture = await networkHelpers.loadFixture(capped);
      const { fund, governor, one } = fixture;
      await cover(fixture, 1n, 100n * one);
      await fund.connect(governor).setDrawCaps(10n * one, 10n * one);
      expect(await fund.drawable()).to.equal(0n);
      expect(await cover(fixture, 2n, one)).to.equal(0n);
    });

    it("may be as high as the levels can count", async () => {
      const fixture = await deployFund(ethers, { decimals: 24 });
      await stake(fixture, fixture.alice, 10n ** 32n);
      expect(await cover(fixture, 1n, 10n ** 32n)).to.equal(10n ** 32n);
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

  describe("a total loss", () => {
    it("is announced by an event", async () => {
      const fixture = await deployFund(ethers);
      const { engine, fund, vault, alice, one } = fixture;
      const shares = await stake(fixture, alice, 10n * one);
      const loss = 10n * one - 1n;
      await expect(engine.cover(fund, vault, 3n, loss, loss))
        .to.emit(fund, "WipedOut")
        .withArgs(3n, 1n, shares);
    });

    it("does not begin at exactly a millionth of the start", async () => {
      const fixture = await deployFund(ethers);
      const { fund, alice, one } = fixture;
      // (left + 1) x 10^12 = shares + 10^6 when 2 x 10^6 - 1 units are staked and 1 is left
      await stake(fixture, alice, 2n * one - 1n);
      await cover(fixture, 1n, 2n * one - 2n);
      expect(await fund.isWipedOut()).to.equal(false);
      await cover(fixture, 2n, 1n);
      expect(await fund.isWipedOut()).to.equal(true);
    });

    it("closes the fund to deposits", async () => {
      const fixture = await networkHelpers.loadFixture(wipedOut);
      const { fund, carol, shares, one } = fixture;
      await provide(fixture, carol, one);
      await expect(fund.connect(carol).deposit(one, carol))
        .to.be.revertedWithCustomError(fund, "FundWipedOut")
        .withArgs(1n, shares);
      await expect(fund.connect(carol).mint(1n, carol)).to.be.revertedWithCustomError(fund, "FundWipedOut");
      expect(await fund.maxDeposit(carol)).to.equal(0n);
      expect(await fund.maxMint(carol)).to.equal(0n);
    });

    it("closes it for good: no premium can lift the price again", async () => {
      const fixture = await networkHelpers.loadFixture(wipedOut);
      const { fund, carol, shares } = fixture;
      await provide(fixture, carol, 1_000n);
      await expect(fund.connect(carol).addPremium(1_000n))
        .to.be.revertedWithCustomError(fund, "FundWipedOut")
        .withArgs(1n, shares);
    });

    it("stays closed when stakers have left and the price has recovered", async () => {
      const fixture = await deployFund(ethers);
      const { fund, alice, one, carol } = fixture;
      const shares = await stake(fixture, alice, 10n * one);
      await cover(fixture, 3n, 10n * one - 1n);
      await fund.connect(alice).startCooldown(shares, alice);
      await time.increaseTo((await fund.noticeOf(alice)).readyAt);
      await fund.connect(alice).redeem(shares, alice, alice);
      // An empty fund's price is that of the start, or better.
      expect(await fund.convertToAssets(VIRTUAL_SHARES)).to.be.at.least(1n);
      expect(await fund.isWipedOut()).to.equal(true);
      expect(await fund.maxDeposit(carol)).to.equal(0n);
    });

    it("keeps claims alive", async () => {
      const fixture = await networkHelpers.loadFixture(wipedOut);
      const { fund, engine, asset, vault, alice, shares, one } = fixture;
      await asset.mint(engine, 4n * one);
      await engine.recover(fund, asset, vault, 3n, 4n * one);
      const claim = (4n * one * shares) / (shares + VIRTUAL_SHARES);
      await fund.connect(alice).claimRecovery(alice, [3n], alice);
      expect(await asset.balanceOf(alice)).to.equal(claim);
    });

    it("still pays for losses with what is left", async () => {
      const fixture = await networkHelpers.loadFixture(wipedOut);
      await expect(fixture.engine.cover(fixture.fund, fixture.vault, 4n, 5n, 5n)).not.to.emit(fixture.fund, "WipedOut");
      expect(await fixture.fund.totalAssets()).to.equal(0n);
    });

    it("is not what an empty fund is in", async () => {
      const fixture = await deployFund(ethers);
      expect(await fixture.fund.isWipedOut()).to.equal(false);
      expect(await fixture.fund.maxMint(fixture.alice)).to.equal(2n ** 128n - 1n - VIRTUAL_SHARES);
    });
  });

  it("survives ten losses in ten days with premiums between them", async () => {
    const fixture = await networkHelpers.loadFixture(capped);
    const { fund, carol, one } = fixture;
    let expected = 1_500n * one;
    for (let id = 1n; id <= 10n; id++) {
      await addPremium(fixture, carol, 3n * one);
      expected += 3n * one - (await cover(fixture, id, 20n * one));
      await time.increase(DAY);
    }
    expect(await fund.totalAssets()).to.equal(expected);
    expect(expected).to.equal(1_500n * one + 30n * one - 200n * one);
  });
});
