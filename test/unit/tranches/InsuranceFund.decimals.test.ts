import { expect } from "chai";
import { network } from "hardhat";

import { addPremium, cover, deployFund, gain, recover, stake, VIRTUAL_SHARES } from "../../helpers/fund.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

/** A life of a fund in figures that divide by nothing nicely. */
const STAKES = [1_003n, 499n] as const;
const PREMIUM = 17n;
const LOSS = 331n;
const RECOVERY = 127n;

describe("InsuranceFund: decimals", () => {
  for (const decimals of [0, 2, 6, 8, 18, 24]) {
    describe(`of ${decimals}`, () => {
      /** Staked, premium earned, charged in write-off 1, partly recovered. */
      async function lived() {
        const fixture = await deployFund(ethers, { decimals });
        const { alice, bob, carol, one } = fixture;
        const aliceShares = await stake(fixture, alice, STAKES[0] * one);
        const bobShares = await stake(fixture, bob, STAKES[1] * one);
        await addPremium(fixture, carol, PREMIUM * one);
        await cover(fixture, 1n, LOSS * one);
        await recover(fixture, 1n, RECOVERY * one);
        const shares = aliceShares + bobShares + VIRTUAL_SHARES;
        const assets = (STAKES[0] + STAKES[1] + PREMIUM - LOSS) * one;
        return { ...fixture, aliceShares, bobShares, shares, assets };
      }

      it("keeps the cash that the sums say", async () => {
        const { fund, asset, assets, one } = await lived();
        expect(await fund.totalAssets()).to.equal(assets);
        expect(await asset.balanceOf(fund)).to.equal(assets + RECOVERY * one);
      });

      it("pays every exit rounded down, so that the last to leave is paid too (LV3)", async () => {
        const fixture = await lived();
        const { fund, alice, bob, aliceShares, bobShares, shares, assets } = fixture;
        await fund.connect(alice).startCooldown(aliceShares, alice);
        await fund.connect(bob).startCooldown(bobShares, bob);
        await time.increaseTo((await fund.noticeOf(bob)).readyAt);

        const alicePaid = (aliceShares * (assets + 1n)) / shares;
        const bobPaid = (bobShares * (assets - alicePaid + 1n)) / (shares - aliceShares);
        expect(await gain(fixture, alice, () => fund.connect(alice).redeem(aliceShares, alice, alice))).to.equal(
          alicePaid,
        );
        expect(await gain(fixture, bob, () => fund.connect(bob).redeem(bobShares, bob, bob))).to.equal(bobPaid);
        expect(await fund.totalAssets()).to.equal(assets - alicePaid - bobPaid);
      });

      it("never pays more by a round trip than went in (LV3)", async () => {
        const fixture = await lived();
        const { fund, carol, one } = fixture;
        const shares = await stake(fixture, carol, 7n * one);
        await fund.connect(carol).startCooldown(shares, carol);
        await time.increaseTo((await fund.noticeOf(carol)).readyAt);
        const paid = await gain(fixture, carol, () => fund.connect(carol).redeem(shares, carol, carol));
        expect(paid).to.be.at.most(7n * one);
        expect(paid).to.be.at.least(7n * one - 1n);
      });

      it("pays claims rounded down, in sum no more than came back (RE1)", async () => {
        const fixture = await lived();
        const { fund, alice, bob, aliceShares, bobShares, shares, one } = fixture;
        const alicePaid = await gain(fixture, alice, () => fund.connect(alice).claimRecovery(alice, [1n], alice));
        const bobPaid = await gain(fixture, bob, () => fund.connect(bob).claimRecovery(bob, [1n], bob));
        expect(alicePaid).to.equal((RECOVERY * one * aliceShares) / shares);
        expect(bobPaid).to.equal((RECOVERY * one * bobShares) / shares);
        expect(await fund.claimsOwed()).to.equal(RECOVERY * one - alicePaid - bobPaid);
      });
    });
  }
});
