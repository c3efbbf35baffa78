import { expect } from "chai";
import { network } from "hardhat";

import { deposit, deployWaterfall, DEPOSITED, figures, give, LENT, lose, setStack } from "../../helpers/tranches.js";
import type { TestToken } from "../../../types/ethers-contracts/index.js";

const { ethers, networkHelpers } = await network.create();

const CASH = DEPOSITED - LENT;

describe("WriteOffVault with awkward tokens", () => {
  describe("that charge a fee", () => {
    async function withFee() {
      const token = await ethers.deployContract("FeeToken", ["Fee", "FEE", 6, 0n]);
      const room = await deployWaterfall(ethers, { token });
      const [payer, lender, , alice] = await ethers.getSigners();
      await give(room.asset, alice!, room.vault, 10_000n);
      await give(room.asset, payer!, room.engine, 10_000n);
      await lose(ethers, room, 1_000n);
      await token.setFeeBps(100n);
      return { ...room, token, lender: lender!, alice: alice! };
    }

    it("LV1: are refused on the way in, with what was sent and what came", async () => {
      const { vault, token, alice } = await networkHelpers.loadFixture(withFee);
      const address = await token.getAddress();
      await expect(vault.connect(alice).deposit(1_000n, alice))
        .to.be.revertedWithCustomError(vault, "InexactTransfer")
        .withArgs(address, 1_000n, 990n);
      await expect(vault.connect(alice).mint(1_000_000_000n, alice))
        .to.be.revertedWithCustomError(vault, "InexactTransfer")
        .withArgs(address, 1_000n, 990n);
    });

    it("LV1: are refused as a recovery", async () => {
      const { vault, engine, token } = await networkHelpers.loadFixture(withFee);
      await expect(engine.recover(vault, 1n, 500n))
        .to.be.revertedWithCustomError(engine, "InexactTransfer")
        .withArgs(await token.getAddress(), 500n, 495n);
      expect(await vault.claimsOwed()).to.equal(0n);
    });

    it("LV1: leave the books right on the way out, at the receiver's expense", async () => {
      const { vault, asset, lender } = await networkHelpers.loadFixture(withFee);
      await vault.connect(lender).withdraw(1_000n, lender, lender);
      expect(await asset.balanceOf(lender)).to.equal(990n);
      expect(await vault.cash()).to.equal(CASH - 1_000n);
      expect(await asset.balanceOf(vault)).to.equal(CASH - 1_000n);
    });

    it("WO1, WO4: count for a tranche only what has arrived", async () => {
      const room = await networkHelpers.loadFixture(withFee);
      const insurance = await ethers.deployContract("HonestTranche", [room.asset, room.engine, true]);
      await room.asset.mint(insurance, 10_000n);
      await setStack(room, [insurance]);
      await lose(ethers, room, 1_000n);
      expect(await figures(room, 2n)).to.deep.include({ insurance: 990n, socialized: 10n });
    });
  });

  describe("that return nothing", () => {
    async function withoutReturn() {
      const token = (await ethers.deployContract("NoReturnToken", ["Old", "OLD", 6])) as unknown as TestToken;
      const room = await deployWaterfall(ethers, { token });
      const [payer, lender] = await ethers.getSigners();
      await give(room.asset, payer!, room.engine, 10_000n);
      return { ...room, payer: payer!, lender: lender! };
    }

    it("LV1: go in and out", async () => {
      const { vault, asset, lender } = await networkHelpers.loadFixture(withoutReturn);
      expect(await asset.balanceOf(vault)).to.equal(CASH);
      await vault.connect(lender).withdraw(1_000n, lender, lender);
      expect(await asset.balanceOf(lender)).to.equal(1_000n);
      expect(await asset.balanceOf(vault)).to.equal(await vault.cash());
    });

    it("WO1, RE2: go down the waterfall and up again, though an allowance can only be set from zero", async () => {
      const room = await networkHelpers.loadFixture(withoutReturn);
      const { vault, asset, engine, lender } = room;
      const insurance = await ethers.deployContract("HonestTranche", [asset, engine, true]);
      await asset.mint(insurance, 300n);
      await setStack(room, [insurance]);
      await lose(ethers, room, 1_000n);
      expect(await figures(room)).to.deep.include({ insurance: 300n, socialized: 700n });
      for (const part of [750n, 100n, 150n]) await engine.recover(vault, 1n, part);
      expect(await asset.balanceOf(insurance)).to.equal(300n);
      await vault.connect(lender).claimRecovery(lender, [1n], lender);
      expect(await asset.balanceOf(lender)).to.equal(699n);
    });
  });

  describe("that block accounts", () => {
    async function withBlocklist() {
      const token = await ethers.deployContract("BlocklistToken", ["Block", "BLK", 6]);
      const room = await deployWaterfall(ethers, { token });
      const [payer, lender, debtor, alice] = await ethers.getSigners();
      await deposit(room, alice!, 5_000n);
      await give(room.asset, payer!, room.engine, 100_000n);
      const insurance = await ethers.deployContract("HonestTranche", [room.asset, room.engine, true]);
      await room.asset.mint(insurance, 300n);
      await setStack(room, [insurance]);
      return { ...room, token, insurance, lender: lender!, alice: alice!, debtor: debtor! };
    }

    it("LI1: keep a blocked holder from nothing but its own receipt", async () => {
      const room = await networkHelpers.loadFixture(withBlocklist);
      const { vault, asset, token, engine, lender, alice, debtor } = room;
      await token.setBlocked(alice, true);
      await expect(vault.connect(alice).withdraw(10n, alice, alice))
        .to.be.revertedWithCustomError(token, "Blocked")
        .withArgs(alice.address);
      // Its loss is charged, its claim credited, everybody else served.
      await lose(ethers, room, 50_000n);
      await engine.recover(vault, 1n, 50_000n);
      await vault.connect(lender).withdraw(10n, lender, lender);
      await vault.connect(lender).claimRecovery(lender, [1n], lender);
      await expect(vault.connect(alice).claimRecovery(alice, [1n], alice)).to.be.revertedWithCustomError(
        token,
        "Blocked",
      );
      // The claim stays, and can go to another address.
      const claim = await vault.claimableRecovery(alice, 1n);
      expect(claim).to.be.greaterThan(200n);
      const before = await asset.balanceOf(debtor);
      await vault.connect(alice).claimRecovery(alice, [1n], debtor);
      expect((await asset.balanceOf(debtor)) - before).to.equal(claim);
      await vault.connect(alice).withdraw(10n, debtor, alice);
    });

    it("LI1, WO4: a blocked tranche or debtor does not stop a write-off", async () => {
      const room = await networkHelpers.loadFixture(withBlocklist);
      await room.token.setBlocked(room.insurance, true);
      await room.token.setBlocked(room.debtor, true);
      await expect(lose(ethers, room, 1_000n)).to.emit(room.engine, "TrancheFailed");
      expect(await figures(room)).to.deep.include({ insurance: 0n, socialized: 1_000n });
    });

    it("LI1: a blocked tranche does not keep reserves from what comes back", async () => {
      const room = await networkHelpers.loadFixture(withBlocklist);
      const { vault, engine, insurance, token } = room;
      const [payer] = await ethers.getSigners();
      await give(room.asset, payer!, vault, 50n);
      await vault.payFee(50n);
      await lose(ethers, room, 1_000n);
      await token.setBlocked(insurance, true);
      await engine.recover(vault, 1n, 1_000n);
      expect(await vault.reserves()).to.equal(50n);
      expect(await engine.refusedRecovery(vault, 1n, insurance)).to.equal(300n);
      await token.setBlocked(insurance, false);
      await engine.retryRecovery(vault, 1n, insurance);
      expect(await room.asset.balanceOf(insurance)).to.equal(300n);
    });
  });

  describe("that call their receiver", () => {
    /** An account that answers the next transfer to or from it with a call of its own. */
    async function withHook() {
      const token = await ethers.deployContract("HookToken", ["Hook", "HOOK", 6]);
      const room = await deployWaterfall(ethers, { token });
      const account = await ethers.deployContract("ReactingAccount");
      const address = await account.getAddress();
      const [payer, , debtor, friend] = await ethers.getSigners();
      await token.mint(account, 10_000n);
      const as = (data: string, target = room.vault.target as string) => account.act(target, data);
      const { interface: calls } = room.vault;
      await as(
        token.interface.encodeFunctionData("approve", [room.vault.target, 2n ** 256n - 1n]),
        token.target as string,
      );
      await as(calls.encodeFunctionData("deposit", [5_000n, address]));
      await lose(ethers, room, 50_000n);
      await give(room.asset, payer!, room.engine, 50_000n);
      await room.engine.recover(room.vault, 1n, 50_000n);
      await token.setHook(account, account);
      return { ...room, token, account, address, as, calls, debtor: debtor!, friend: friend! };
    }

    type Room = Awaited<ReturnType<typeof withHook>>;

    const outer: Record<string, (room: Room) => string> = {
      deposit: ({ calls, address }) => calls.encodeFunctionData("deposit", [100n, address]),
      mint: ({ calls, address }) => calls.encodeFunctionData("mint", [100_000_000n, address]),
      withdraw: ({ calls, address }) => calls.encodeFunctionData("withdraw", [100n, address, address]),
      redeem: ({ calls, address }) => calls.encodeFunctionData("redeem", [100_000_000n, address, address]),
      claimRecovery: ({ calls, address }) => calls.encodeFunctionData("claimRecovery", [address, [1n], address]),
    };

    for (const [name, data] of Object.entries(outer)) {
      for (const inner of ["deposit", "redeem", "claimRecovery"]) {
        it(`LV1: ${inner} from inside ${name} is refused`, async () => {
          const room = await networkHelpers.loadFixture(withHook);
          await room.account.reactWith(room.vault, outer[inner]!(room));
          await expect(room.as(data(room))).to.be.revertedWithCustomError(room.vault, "ReentrancyGuardReentrantCall");
        });
      }

      it(`LV1, WO5: inside ${name} shares can be sold, and every figure is right`, async () => {
        const room = await networkHelpers.loadFixture(withHook);
        const { vault, asset, account, friend, calls } = room;
        const total = await vault.totalAssets();
        const supply = await vault.totalSupply();
        await account.reactWith(vault, calls.encodeFunctionData("transfer", [friend.address, 1_000n]));
        await room.as(data(room));
        expect(await account.reacted()).to.equal(true);
        expect(await vault.balanceOf(friend)).to.equal(1_000n);
        expect(await asset.balanceOf(vault)).to.equal((await vault.cash()) + (await vault.claimsOwed()));
        // The price has not fallen: (A' + 1) / (S' + v) >= (A + 1) / (S + v).
        const [totalAfter, supplyAfter] = [await vault.totalAssets(), await vault.totalSupply()];
        expect((totalAfter + 1n) * (supply + 1_000_000n)).to.be.greaterThanOrEqual(
          (total + 1n) * (supplyAfter + 1_000_000n),
        );
      });
    }

    it("WO4: a write-off from inside a withdrawal is refused", async () => {
      const room = await networkHelpers.loadFixture(withHook);
      const loss = room.calls.encodeFunctionData("lose", [room.debtor.address, 0, 0, 10n, 0n]);
      await room.account.reactWith(room.vault, loss);
      await expect(room.as(outer.withdraw!(room))).to.be.revertedWithCustomError(
        room.vault,
        "ReentrancyGuardReentrantCall",
      );
    });

    it("LV1: a recovery from inside a withdrawal finds the books complete", async () => {
      const room = await networkHelpers.loadFixture(withHook);
      const { vault, asset, engine, token, account, as } = room;
      await lose(ethers, room, 500n);
      await as(token.interface.encodeFunctionData("approve", [engine.target, 500n]), token.target as string);
      await account.reactWith(engine, engine.interface.encodeFunctionData("recover", [vault.target, 2n, 500n]));
      await as(outer.withdraw!(room));
      expect(await account.reacted()).to.equal(true);
      expect(await vault.recoveredOf(2n)).to.equal(500n);
      expect(await asset.balanceOf(vault)).to.equal((await vault.cash()) + (await vault.claimsOwed()));
    });
  });
});
