import { expect } from "chai";
import type { BaseContract } from "ethers";
import { network } from "hardhat";

import { MAX, WAD, type TokenKind } from "../../helpers/lending.js";
import {
  deployScene,
  expectRefused,
  expectTotals,
  liquidate,
  openPosition,
  setValue,
  type LendingScene,
} from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const DEBT = 1_500n * WAD;

/** The contract whose ABI has the error of ExactTransfer. */
const modules = () => ethers.getContractFactory("LiquidationModule") as unknown as Promise<BaseContract>;

describe("LendingVault: tokens that do odd things", () => {
  /** A debt of 1,500 against 10, in a vault whose tokens are of these kinds. */
  async function indebted(assetKind: TokenKind, collateralKind: TokenKind) {
    const scene = await deployScene(ethers, { assetKind, collateralKind });
    await openPosition(scene, 10n * WAD, DEBT);
    return scene;
  }

  describe("a fee on transfer", () => {
    const feeAsset = () => indebted("FeeToken", "TestToken");
    const feeCollateral = () => indebted("TestToken", "FeeToken");

    /** 1 % from now on. */
    async function startFee(token: string) {
      const contract = await ethers.getContractAt("FeeToken", token);
      await contract.setFeeBps(100n);
    }

    const refusals: Record<string, (scene: LendingScene) => Promise<unknown>> = {
      deposit: ({ vault, other }) => vault.connect(other).deposit(100n * WAD, other.address),
      repay: ({ vault, collateralAddress, borrower }) =>
        vault.connect(borrower).repay(collateralAddress, 100n * WAD, borrower.address),
      liquidate: (scene) => liquidate(scene, { maxRepaid: 100n * WAD }),
    };
    for (const [name, send] of Object.entries(refusals)) {
      it(`of the asset is refused by ${name}, which would book what did not arrive`, async () => {
        const scene = await networkHelpers.loadFixture(feeAsset);
        await setValue(scene, 1_750n * WAD);
        await startFee(scene.assetAddress);
        const values = [scene.assetAddress, 100n * WAD, 99n * WAD];
        await expectRefused(scene, () => send(scene), "InexactTransfer", values, await modules());
      });
    }

    it("of the collateral is refused when it is supplied", async () => {
      const scene = await networkHelpers.loadFixture(feeCollateral);
      await startFee(scene.collateralAddress);
      const { vault, collateralAddress, borrower } = scene;
      const supply = () => vault.connect(borrower).supplyCollateral(collateralAddress, 100n, borrower.address);
      await expectRefused(scene, supply, "InexactTransfer", [collateralAddress, 100n, 99n], await modules());
    });

    it("LV1: that starts later is borne by whoever the vault pays, not by its books", async () => {
      const scene = await networkHelpers.loadFixture(feeCollateral);
      await startFee(scene.collateralAddress);
      await setValue(scene, 2_100n * WAD);
      const { vault, collateral, collateralAddress, vaultAddress, borrower } = scene;
      const withdraw = vault
        .connect(borrower)
        .withdrawCollateral(collateralAddress, 100n, borrower.address, borrower.address);
      await expect(withdraw).to.changeTokenBalances(ethers, collateral, [vaultAddress, borrower], [-100n, 99n]);
      await expectTotals(scene, DEBT, 10n * WAD - 100n);
    });
  });

  describe("a blocklist", () => {
    const blocklist = () => indebted("BlocklistToken", "BlocklistToken");

    async function block(token: string, account: string) {
      const contract = await ethers.getContractAt("BlocklistToken", token);
      await contract.setBlocked(account, true);
      return contract;
    }

    /** The borrower can move neither token, and its position is worth 1,000. */
    async function blockedBorrower() {
      const scene = await blocklist();
      await block(scene.assetAddress, scene.borrower.address);
      await block(scene.collateralAddress, scene.borrower.address);
      await setValue(scene, 1_000n * WAD);
      return scene;
    }

    it("LI1: of the borrower does not keep anyone from liquidating it", async () => {
      const scene = await networkHelpers.loadFixture(blockedBorrower);
      await liquidate(scene);
      expect(await scene.vault.totalDebt()).to.equal(0n);
    });

    it("LI1: of the borrower does not keep anyone from writing it off", async () => {
      const scene = await networkHelpers.loadFixture(blockedBorrower);
      const { vault, borrower, collateralAddress } = scene;
      await vault.impair(borrower.address, collateralAddress);
      await networkHelpers.time.increase(3_600);
      await setValue(scene, 1_000n * WAD);
      await vault.writeOff(borrower.address, collateralAddress, MAX);
      expect(await scene.engine.writeOffCount(scene.vaultAddress)).to.equal(1n);
    });

    it("LI1: of the borrower does not keep anyone from repaying for it, or it from leaving to another address", async () => {
      const scene = await networkHelpers.loadFixture(blockedBorrower);
      const { vault, borrower, other, collateralAddress } = scene;
      await vault.connect(other).repay(collateralAddress, MAX, borrower.address);
      await vault.connect(borrower).withdrawCollateral(collateralAddress, 10n * WAD, borrower.address, other.address);
      await expectTotals(scene, 0n, 0n);
    });

    for (const token of ["assetAddress", "collateralAddress"] as const) {
      it(`LI1: of one liquidator (${token}) is no obstacle to another`, async () => {
        const scene = await networkHelpers.loadFixture(blocklist);
        await setValue(scene, 1_000n * WAD);
        const contract = await block(scene[token], scene.liquidator.address);
        await expectRefused(scene, () => liquidate(scene), "Blocked", [scene.liquidator.address], contract);
        await liquidate({ ...scene, liquidator: scene.other });
        expect(await scene.vault.totalDebt()).to.equal(0n);
      });
    }
  });

  describe("a hook on every transfer", () => {
    /** A contract is the borrower; it hears of every transfer of both tokens. */
    async function hooked() {
      const scene = await deployScene(ethers, { assetKind: "HookToken", collateralKind: "HookToken" });
      const account = await ethers.deployContract("ReactingAccount");
      const address = await account.getAddress();
      for (const token of [scene.assetAddress, scene.collateralAddress]) {
        await (await ethers.getContractAt("HookToken", token)).setHook(address, address);
        await scene.asset.attach(token).getFunction("mint")(address, 10n ** 9n * WAD);
        await account.act(token, scene.asset.interface.encodeFunctionData("approve", [scene.vaultAddress, MAX]));
      }
      const { vault, vaultAddress, collateralAddress } = scene;
      const { interface: abi } = vault;
      const supply = abi.encodeFunctionData("supplyCollateral", [collateralAddress, 10n * WAD, address]);
      const borrow = abi.encodeFunctionData("borrow", [collateralAddress, 100n * WAD, address, address]);
      const withdraw = abi.encodeFunctionData("withdrawCollateral", [collateralAddress, WAD, address, address]);
      await account.act(vaultAddress, supply);
      return { ...scene, account, address, supply, borrow, withdraw };
    }
    type Hooked = Awaited<ReturnType<typeof hooked>>;

    const attempts: Record<string, (scene: Hooked) => { call: string; reaction: string }> = {
      "a supply, to withdraw what has not arrived": ({ supply, withdraw }) => ({ call: supply, reaction: withdraw }),
      "a withdrawal, to borrow against what has left": ({ withdraw, borrow }) => ({ call: withdraw, reaction: borrow }),
      "a loan, to withdraw its collateral": ({ borrow, withdraw }) => ({ call: borrow, reaction: withdraw }),
    };
    for (const [name, attempt] of Object.entries(attempts)) {
      it(`LV1: does not let the borrower in during ${name}`, async () => {
        const scene = await networkHelpers.loadFixture(hooked);
        const { call, reaction } = attempt(scene);
        await scene.account.reactWith(scene.vaultAddress, reaction);
        const send = () => scene.account.act(scene.vaultAddress, call);
        await expectRefused(scene, send, "ReentrancyGuardReentrantCall", []);
      });
    }

    it("LV1: does not let a liquidator in when the collateral reaches it, to liquidate twice", async () => {
      const scene = await networkHelpers.loadFixture(hooked);
      const { account, vault, vaultAddress, borrower, collateralAddress } = scene;
      await openPosition(scene, 10n * WAD, DEBT);
      await setValue(scene, 1_000n * WAD);
      const again = vault.interface.encodeFunctionData("liquidate", [
        borrower.address,
        collateralAddress,
        300n * WAD,
        0n,
        MAX,
        "0x",
      ]);
      await account.reactWith(vaultAddress, again);
      await expectRefused(scene, () => account.act(vaultAddress, again), "ReentrancyGuardReentrantCall", []);
    });

    it("LI1: that reverts harms only who set it", async () => {
      const scene = await networkHelpers.loadFixture(hooked);
      const { account, address, vault, vaultAddress, collateralAddress } = scene;
      await account.act(vaultAddress, scene.borrow);
      await setValue(scene, 90n * WAD, { address } as never);
      // The borrower's hook would revert; nothing is sent to the borrower.
      await account.reactWith(vaultAddress, "0xdeadbeef");
      await liquidate(scene, { owner: { address } as never });
      expect((await vault.positionOf(address, collateralAddress)).debtAssets).to.equal(0n);
      expect(await account.reacted()).to.equal(false);
    });
  });

  it("nothing returned by transfers is accepted, through supply, loan, repayment and liquidation", async () => {
    const scene = await deployScene(ethers, { assetKind: "NoReturnToken", collateralKind: "NoReturnToken" });
    const { vault, borrower, collateralAddress } = scene;
    await openPosition(scene, 10n * WAD, DEBT);
    await vault.connect(borrower).repay(collateralAddress, 100n * WAD, borrower.address);
    await setValue(scene, 1_000n * WAD);
    await liquidate(scene);
    expect(await vault.totalDebt()).to.equal(0n);
    expect(await scene.asset.balanceOf(scene.vaultAddress)).to.equal(await vault.cash());
    expect(await scene.collateral.balanceOf(scene.vaultAddress)).to.equal(0n);
  });
});
