import { expect } from "chai";
import { network } from "hardhat";

import {
  addPremium,
  cappedFund,
  cover,
  DAY,
  deployFund,
  HOUR,
  MONTH,
  provide,
  stake,
  VIRTUAL_SHARES,
} from "../../helpers/fund.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

const capped = () => cappedFund(ethers);

/** Alice's stake of 10 whole units has lost all but a ten-millionth in write-off 3. */
async function wipedOut() {
  const fixture = await deployFund(ethers);
  const shares = await stake(fixture, fixture.alice, 10n * fixture.one);
  await cover(fixture, 3n, 10n * fixture.one - 1n);
  return { ...fixture, shares };
}

describe("InsuranceFund: limits", () => {
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

    it("may be higher than any fund can pay", async () => {
      const fixture = await deployFund(ethers, { decimals: 24 });
      const most = 2n ** 96n - 1n;
      await stake(fixture, fixture.alice, most);
      expect(await cover(fixture, 1n, 10n ** 32n)).to.equal(most);
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
      expect(await fixture.fund.maxMint(fixture.alice)).to.equal((2n ** 96n - 1n) * 10n ** 6n);
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
