import { expect } from "chai";
import { network } from "hardhat";

import { addVault, deployWaterfall, give, lose, type WaterfallRoom } from "../../helpers/tranches.js";
import type { ShareholderProbe } from "../../../types/ethers-contracts/index.js";

const { ethers, networkHelpers } = await network.create();

const VIRTUAL_SHARES = 1_000_000n;

describe("WriteOffVault rounding", () => {
  for (const decimals of [0, 2, 6, 8, 18, 24]) {
    describe(`with ${decimals} decimals`, () => {
      const one = 10n ** BigInt(decimals);

      /** A share price that no power of ten divides: income, then a loss, then income that keeps running. */
      async function oddPrice() {
        const room = await deployWaterfall(ethers, { decimals });
        const vault = await addVault(ethers, room);
        const [admin, , debtor] = await ethers.getSigners();
        const probe = await ethers.deployContract("ShareholderProbe", [vault]);
        await room.asset.mint(probe, 3_000n * one);
        await give(room.asset, admin!, vault, 700n * one);
        await vault.deposit(700n * one, admin!);
        await vault.lend(600n * one, debtor!);
        await vault.setIncome(37n * one + 1n, 3n * one);
        await networkHelpers.time.increase(3);
        const odd: WaterfallRoom = { ...room, vault };
        await lose(ethers, odd, 211n * one);
        await give(room.asset, debtor!, vault, 0n);
        await vault.connect(debtor).payBack(200n * one);
        await probe.deposit(333n * one);
        return { ...odd, probe, admin: admin! };
      }

      /** Assets and shares with the virtual ones, at the end of the latest block. */
      const totals = async (room: WaterfallRoom) => ({
        assets: (await room.vault.totalAssets()) + 1n,
        shares: (await room.vault.totalSupply()) + VIRTUAL_SHARES,
      });

      /** Preview and result of a call in one transaction, and the totals it found, income of its second included. */
      async function compare(room: WaterfallRoom, call: () => ReturnType<ShareholderProbe["deposit"]>) {
        const before = await totals(room);
        const time = await networkHelpers.time.latest();
        await networkHelpers.time.setNextBlockTimestamp(time + 5);
        const receipt = await (await call()).wait();
        const probe = await ethers.getContractAt("ShareholderProbe", receipt!.to!);
        const log = receipt!.logs
          .map((each) => probe.interface.parseLog(each))
          .find((each) => each?.name === "Compared");
        const [previewed, executed] = log!.args as unknown as [bigint, bigint];
        // Five seconds of income, less the reserves' part.
        return { previewed, executed, shares: before.shares, assets: before.assets + 5n * (34n * one + 1n) };
      }

      it("LV3: deposit gives the preview, rounded down", async () => {
        const room = await networkHelpers.loadFixture(oddPrice);
        const given = 41n * one + (decimals === 0 ? 0n : 7n);
        const { previewed, executed, assets, shares } = await compare(room, () => room.probe.deposit(given));
        expect(executed).to.equal(previewed);
        expect(executed).to.equal((given * shares) / assets);
      });

      it("LV3: mint takes the preview, rounded up", async () => {
        const room = await networkHelpers.loadFixture(oddPrice);
        const wanted = 41n * one * VIRTUAL_SHARES + 13n;
        const { previewed, executed, assets, shares } = await compare(room, () => room.probe.mint(wanted));
        expect(executed).to.equal(previewed);
        expect(executed).to.equal((wanted * assets + shares - 1n) / shares);
      });

      it("LV3: withdraw takes the preview, rounded up", async () => {
        const room = await networkHelpers.loadFixture(oddPrice);
        const wanted = 41n * one + (decimals === 0 ? 0n : 7n);
        const { previewed, executed, assets, shares } = await compare(room, () => room.probe.withdraw(wanted));
        expect(executed).to.equal(previewed);
        expect(executed).to.equal((wanted * shares + assets - 1n) / assets);
      });

      it("LV3: redeem gives the preview, rounded down", async () => {
        const room = await networkHelpers.loadFixture(oddPrice);
        const given = 41n * one * VIRTUAL_SHARES + 13n;
        const { previewed, executed, assets, shares } = await compare(room, () => room.probe.redeem(given));
        expect(executed).to.equal(previewed);
        expect(executed).to.equal((given * assets) / shares);
      });

      it("LV3: all that maxWithdraw promises can be withdrawn, with enough cash and without", async () => {
        const room = await networkHelpers.loadFixture(oddPrice);
        const held = await room.vault.balanceOf(room.probe);
        const all = await compare(room, () => room.probe.withdrawMax());
        // Nothing is left that is worth an asset unit.
        expect(held - all.executed).to.be.lessThan(2n * VIRTUAL_SHARES);
        const cash = await room.vault.cash();
        await give(room.asset, room.admin, room.vault, 0n);
        expect(await room.vault.maxWithdraw(room.admin)).to.equal(cash);
        await room.vault.withdraw(cash, room.admin, room.admin);
        expect(await room.vault.cash()).to.equal(0n);
      });

      it("LV3: all that maxRedeem promises can be redeemed, with enough cash and without", async () => {
        const room = await networkHelpers.loadFixture(oddPrice);
        const held = await room.vault.balanceOf(room.probe);
        await compare(room, () => room.probe.redeemMax());
        expect(await room.vault.balanceOf(room.probe)).to.equal(0n);
        expect(held).to.be.greaterThan(0n);
        await room.vault.setIncome(0n, 0n);
        await room.vault.redeem(await room.vault.maxRedeem(room.admin), room.admin, room.admin);
        // What is left is less than one share more would have been worth.
        expect(await room.vault.cash()).to.be.lessThanOrEqual(1n);
      });

      it("LV3: converting there and back never gains", async () => {
        const room = await networkHelpers.loadFixture(oddPrice);
        await room.vault.setIncome(0n, 0n);
        const { assets, shares } = await totals(room);
        for (const units of [1n, 7n, one, 41n * one + 1n]) {
          const converted = await room.vault.convertToShares(units);
          expect(converted).to.equal((units * shares) / assets);
          expect(await room.vault.convertToAssets(converted)).to.equal((converted * assets) / shares);
          expect(await room.vault.convertToAssets(converted)).to.be.lessThanOrEqual(units);
        }
      });

      it("LV3, WO5: going in and out again never gains, and costs nobody else", async () => {
        const room = await networkHelpers.loadFixture(oddPrice);
        await room.vault.setIncome(0n, 0n);
        const { vault, asset, admin } = room;
        await give(asset, admin, vault, 1_000n * one);
        const units = 17n * one + (decimals === 0 ? 0n : 3n);
        const before = await asset.balanceOf(admin);
        const shares = await vault.balanceOf(admin);
        const worth = await vault.convertToAssets(shares);

        await vault.deposit(units, admin);
        await vault.redeem((await vault.balanceOf(admin)) - shares, admin, admin);
        expect(await asset.balanceOf(admin)).to.be.lessThanOrEqual(before);

        const paid = await vault.previewMint(units * VIRTUAL_SHARES);
        await vault.mint(units * VIRTUAL_SHARES, admin);
        await vault.withdraw(paid, admin, admin);
        expect(await asset.balanceOf(admin)).to.be.lessThanOrEqual(before);
        expect(await vault.balanceOf(admin)).to.be.lessThanOrEqual(shares);
        // And nobody who stayed has lost: the price has not fallen.
        expect(await vault.convertToAssets(shares)).to.be.greaterThanOrEqual(worth);
      });

      it("RE1: a claim is rounded down, whatever the decimals", async () => {
        const room = await networkHelpers.loadFixture(oddPrice);
        const { vault, asset, engine, admin } = room;
        const epoch = await vault.lossEpoch(1n);
        await give(asset, admin, engine, 100n * one + 1n);
        await engine.recover(vault, 1n, 100n * one + 1n);
        const held = await vault.balanceAtEpoch(admin, 1n);
        const claim = ((100n * one + 1n) * held) / epoch.shares;
        expect(await vault.claimableRecovery(admin, 1n)).to.equal(claim);
        const before = await asset.balanceOf(admin);
        await vault.claimRecovery(admin, [1n], admin);
        expect((await asset.balanceOf(admin)) - before).to.equal(claim);
      });
    });
  }
});
