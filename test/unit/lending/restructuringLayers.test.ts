import { expect } from "chai";
import { network } from "hardhat";

import { WAD } from "../../helpers/lending.js";
import { DAY, DEBT, restructuringScenes, SHORTFALL } from "../../helpers/restructuring.js";

const connection = await network.create();
const { ethers, networkHelpers } = connection;
const { withFund, withBids } = restructuringScenes(connection);

const RESTRUCTURING = 2n;

describe("LendingVault: restructuring, and who pays for it", () => {
  describe("and insurance", () => {
    it("WO2: a fund that has not agreed pays nothing", async () => {
      const scene = await networkHelpers.loadFixture(withFund);
      await scene.announce(1_000n * WAD);
      await scene.wait(7n * DAY, 100n);
      await scene.execute();
      const entry = await scene.engine.ledger(scene.vaultAddress, 1n);
      expect([entry.insurance, entry.socialized]).to.deep.equal([0n, SHORTFALL]);
      expect(await scene.fund.totalEarmarked()).to.equal(0n);
    });

    it("WO3: one that has pays for the aged principal without the minimum incentive, as the engine quotes it", async () => {
      const scene = await networkHelpers.loadFixture(withFund);
      const { vault, fund, engine, vaultAddress } = scene;
      await expect(fund.setRestructuringCover(true)).to.emit(fund, "RestructuringCoverSet");
      expect(await fund.coversRestructuring(vaultAddress)).to.equal(false);
      await networkHelpers.time.increase(7n * DAY);
      expect(await fund.coversRestructuring(vaultAddress)).to.equal(true);
      await scene.setPrice(100n);
      await scene.announce(1_000n * WAD);
      await scene.wait(7n * DAY, 100n);
      const quoted = await engine.preview(vaultAddress, {
        debtor: ethers.ZeroAddress,
        cause: RESTRUCTURING,
        previousId: 0n,
        id: 1n,
        epoch: 0n,
        badDebtAssets: SHORTFALL,
        reserveAssets: 0n,
        coverableAssets: SHORTFALL,
        insurableAssets: 500n * WAD,
      });
      await scene.execute();
      const entry = await engine.ledger(vaultAddress, 1n);
      // All of the 200: what was earmarked, and the thousandth that was not.
      expect([entry.insurance, entry.socialized]).to.deep.equal([200n * WAD, SHORTFALL - 200n * WAD]);
      expect([quoted.insurance, quoted.socialized]).to.deep.equal([entry.insurance, entry.socialized]);
      expect(await vault.cash()).to.equal(1_000_000n * WAD - DEBT + 200n * WAD);
    });

    it("agreeing can be taken back at once", async () => {
      const { fund, vaultAddress, stranger } = await networkHelpers.loadFixture(withFund);
      await fund.setRestructuringCover(true);
      await networkHelpers.time.increase(7n * DAY);
      await fund.setRestructuringCover(false);
      expect(await fund.coversRestructuring(vaultAddress)).to.equal(false);
      expect(await fund.coversRestructuring(stranger.address)).to.equal(false);
    });
  });

  describe("and dilution", () => {
    it("WO2: bids that have not agreed are left alone, and no token is offered", async () => {
      const scene = await networkHelpers.loadFixture(withBids);
      expect(await scene.engine.exitDelay(scene.vaultAddress)).to.equal(9n * DAY);
      await scene.announce(400n * WAD);
      await scene.wait(9n * DAY, 100n);
      await scene.execute();
      const entry = await scene.engine.ledger(scene.vaultAddress, 1n);
      expect([entry.dilutionCash, entry.socialized]).to.deep.equal([0n, 400n * WAD]);
      expect((await scene.dilution.budget(scene.vaultAddress)).issuedTokens).to.equal(0n);
    });

    it("bids that agreed a notice period ago are filled, up to the principal that is forgiven", async () => {
      const scene = await networkHelpers.loadFixture(withBids);
      const { vault, dilution, engine, other, book, vaultAddress } = scene;
      await dilution.setRestructuringCover(vaultAddress, true);
      expect(await dilution.coversRestructuring(vaultAddress)).to.equal(false);
      await networkHelpers.time.increase(9n * DAY);
      expect(await dilution.coversRestructuring(vaultAddress)).to.equal(true);
      await scene.setPrice(100n);
      await scene.announce(250n * WAD);
      await scene.wait(9n * DAY, 100n);
      await scene.execute();
      const entry = await engine.ledger(vaultAddress, 1n);
      expect([entry.dilutionCash, entry.socialized]).to.deep.equal([250n * WAD, 0n]);
      expect((await book.bidOf(other.address, 0n)).assets).to.equal(50n * WAD);
      expect((await book.collectable(other.address, [0n])).tokens).to.be.closeTo((25n * WAD) / 10n, 1n);
      // The rest of the shortfall stays provisioned.
      expect((await vault.provisionOf(1n))[2]).to.be.closeTo(SHORTFALL - 250n * WAD, 1_000n);
      await dilution.setRestructuringCover(vaultAddress, false);
      expect(await dilution.coversRestructuring(vaultAddress)).to.equal(false);
    });
  });
});
