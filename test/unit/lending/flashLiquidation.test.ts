import { expect } from "chai";
import { AbiCoder, type AddressLike } from "ethers";
import { network } from "hardhat";

import { MAX, WAD } from "../../helpers/lending.js";
import { divUp } from "../../helpers/lendingModel.js";
import {
  changeRisk,
  deployScene,
  expectRefused,
  liquidate,
  openPosition,
  setValue,
  type LendingScene,
} from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const DEBT = 1_500n * WAD;
const COLLATERAL = 10n * WAD;
const PRICE_OF_ALL = divUp(1_000n * WAD * 10_000n, 10_100n);
const LOST = DEBT - PRICE_OF_ALL;

type Action = [target: AddressLike, data: string];

/** The calls that a CallbackLiquidator makes, as the data of its liquidation. */
const dataOf = (...actions: Action[]) => AbiCoder.defaultAbiCoder().encode(["tuple(address,bytes)[]"], [actions]);

describe("LendingVault: flash liquidation", () => {
  /** An insolvent position, 1,500 against 1,000, and a liquidator contract that holds nothing at all. */
  async function insolvent() {
    const scene = await deployScene(ethers);
    await openPosition(scene, COLLATERAL, DEBT);
    await setValue(scene, 1_000n * WAD);
    const contract = await ethers.deployContract("CallbackLiquidator", [scene.collateralAddress]);
    const address = await contract.getAddress();
    await contract.act(
      scene.assetAddress,
      scene.asset.interface.encodeFunctionData("approve", [scene.vaultAddress, MAX]),
    );
    return { ...scene, contract, address };
  }
  type Scene = Awaited<ReturnType<typeof insolvent>>;

  /** The contract liquidates everything and makes these calls inside the callback. */
  function flash({ contract, vault, vaultAddress, borrower, collateralAddress }: Scene, ...actions: Action[]) {
    const data = dataOf(...actions);
    const call = vault.interface.encodeFunctionData("liquidate", [
      borrower.address,
      collateralAddress,
      MAX,
      0n,
      MAX,
      data,
    ]);
    return contract.act(vaultAddress, call);
  }

  /** The sale of all seized collateral for the price owed, as far as the liquidator's balances go. */
  function sale({ address, asset, assetAddress, collateral, collateralAddress, other }: Scene): Action[] {
    return [
      [collateralAddress, collateral.interface.encodeFunctionData("transfer", [other.address, COLLATERAL])],
      [assetAddress, asset.interface.encodeFunctionData("mint", [address, PRICE_OF_ALL])],
    ];
  }

  it("LI1: lets a liquidator without any money pay out of what it seizes", async () => {
    const scene = await networkHelpers.loadFixture(insolvent);
    const { vault, asset, collateral, address, other, vaultAddress } = scene;
    const send = flash(scene, ...sale(scene));
    await expect(send).to.changeTokenBalances(ethers, collateral, [vaultAddress, other], [-COLLATERAL, COLLATERAL]);
    expect(await asset.balanceOf(address)).to.equal(0n);
    expect(await asset.balanceOf(vaultAddress)).to.equal(await vault.cash());
    expect(await vault.cash()).to.equal(1_000_000n * WAD - LOST);
  });

  it("tells the liquidator what it owes and what it got, after the collateral was handed over", async () => {
    const scene = await networkHelpers.loadFixture(insolvent);
    await flash(scene, ...sale(scene));
    const sight = await scene.contract.sight();
    expect([sight.owedAssets, sight.seizedAssets]).to.deep.equal([PRICE_OF_ALL, COLLATERAL]);
    expect(sight.collateralBalance).to.equal(COLLATERAL);
  });

  it("WO5: shows the callback the share price after the loss, so nobody can act on the one before", async () => {
    const scene = await networkHelpers.loadFixture(insolvent);
    const { vault, contract } = scene;
    const before = await vault.convertToAssets(10n ** 24n);
    await flash(scene, ...sale(scene));
    const sight = await contract.sight();
    expect(sight.totalAssets).to.equal(1_000_000n * WAD - LOST);
    expect(sight.assetsOfShares).to.equal(await vault.convertToAssets(10n ** 24n));
    expect(sight.assetsOfShares < before).to.be.true;
  });

  it("of a solvent position owes repayment and fee together", async () => {
    const scene = await networkHelpers.loadFixture(insolvent);
    const { asset, assetAddress, address, contract } = scene;
    await changeRisk(scene, { liquidationFeeBps: 2_000n });
    await setValue(scene, 1_575n * WAD);
    // Incentive 5 %, fee 20 % of 5 % - 1 %.
    const owed = DEBT + (DEBT * 8n) / 1_000n;
    await flash(scene, [assetAddress, asset.interface.encodeFunctionData("mint", [address, owed])]);
    expect((await contract.sight()).owedAssets).to.equal(owed);
    expect(await asset.balanceOf(address)).to.equal(0n);
  });

  it("is undone when the callback does not pay", async () => {
    const scene = await networkHelpers.loadFixture(insolvent);
    const values = [scene.address, 0n, PRICE_OF_ALL];
    await expectRefused(scene, () => flash(scene), "ERC20InsufficientBalance", values, scene.asset);
  });

  it("is undone when the callback pays one unit too little", async () => {
    const scene = await networkHelpers.loadFixture(insolvent);
    const { asset, assetAddress, address } = scene;
    const pay: Action = [assetAddress, asset.interface.encodeFunctionData("mint", [address, PRICE_OF_ALL - 1n])];
    const values = [address, PRICE_OF_ALL - 1n, PRICE_OF_ALL];
    await expectRefused(scene, () => flash(scene, pay), "ERC20InsufficientBalance", values, asset);
  });

  it("is undone with the callback's own error when it reverts", async () => {
    const scene = await networkHelpers.loadFixture(insolvent);
    const { asset, assetAddress, address, other } = scene;
    const fails: Action = [assetAddress, asset.interface.encodeFunctionData("transfer", [other.address, 1n])];
    await expectRefused(scene, () => flash(scene, fails), "ERC20InsufficientBalance", [address, 0n, 1n], asset);
  });

  it("makes no call when no data is given, so an ordinary account can liquidate", async () => {
    const scene = await networkHelpers.loadFixture(insolvent);
    await liquidate(scene);
    expect(await scene.vault.totalDebt()).to.equal(0n);
  });

  it("with data is not possible for an account without code", async () => {
    const scene = await networkHelpers.loadFixture(insolvent);
    await expect(liquidate(scene, { data: "0x01" })).to.be.revertedWithoutReason(ethers);
  });

  describe("WO4: re-entered from the callback", () => {
    const entries = (scene: LendingScene): Record<string, string> => {
      const { vault, borrower, other, collateralAddress } = scene;
      const { interface: abi } = vault;
      const owner = borrower.address;
      return {
        liquidate: abi.encodeFunctionData("liquidate", [owner, collateralAddress, MAX, 0n, MAX, "0x"]),
        impair: abi.encodeFunctionData("impair", [owner, collateralAddress]),
        writeOff: abi.encodeFunctionData("writeOff", [owner, collateralAddress, MAX]),
        repay: abi.encodeFunctionData("repay", [collateralAddress, 1n, owner]),
        supplyCollateral: abi.encodeFunctionData("supplyCollateral", [collateralAddress, 1n, owner]),
        deposit: abi.encodeFunctionData("deposit", [1n, other.address]),
        mint: abi.encodeFunctionData("mint", [1n, other.address]),
        sweepReserves: abi.encodeFunctionData("sweepReserves"),
      };
    };

    /** Calls that only the account itself may make. */
    const ownEntries = (scene: Scene): Record<string, string> => {
      const { vault, address, collateralAddress } = scene;
      const { interface: abi } = vault;
      return {
        borrow: abi.encodeFunctionData("borrow", [collateralAddress, 1n, address, address]),
        withdrawCollateral: abi.encodeFunctionData("withdrawCollateral", [collateralAddress, 1n, address, address]),
        withdraw: abi.encodeFunctionData("withdraw", [1n, address, address]),
        redeem: abi.encodeFunctionData("redeem", [1n, address, address]),
        claimRecovery: abi.encodeFunctionData("claimRecovery", [address, [1n], address]),
        reinvestRecovery: abi.encodeFunctionData("reinvestRecovery", [address, [1n], address]),
      };
    };

    const names = [
      ...["liquidate", "impair", "writeOff", "repay", "supplyCollateral", "deposit", "mint", "sweepReserves"],
      ...["borrow", "withdrawCollateral", "withdraw", "redeem", "claimRecovery", "reinvestRecovery"],
    ];
    for (const name of names) {
      it(`the vault refuses ${name}`, async () => {
        const scene = await networkHelpers.loadFixture(insolvent);
        const data = { ...entries(scene), ...ownEntries(scene) }[name]!;
        const send = () => flash(scene, ...sale(scene), [scene.vaultAddress, data]);
        await expectRefused(scene, send, "ReentrancyGuardReentrantCall", []);
      });

      it(`the vault refuses ${name} where no loss is booked, too`, async () => {
        const scene = await networkHelpers.loadFixture(insolvent);
        await setValue(scene, 1_575n * WAD);
        const data = { ...entries(scene), ...ownEntries(scene) }[name]!;
        await expectRefused(scene, () => flash(scene, [scene.vaultAddress, data]), "ReentrancyGuardReentrantCall", []);
      });
    }

    for (const [what, value] of [
      ["with a loss", 1_000n * WAD],
      ["without a loss", 1_575n * WAD],
    ] as const) {
      it(`the vault is open again when a liquidation ${what} is over, in the same transaction`, async () => {
        const scene = await networkHelpers.loadFixture(insolvent);
        const { vault, asset, assetAddress, vaultAddress, borrower, collateralAddress } = scene;
        await setValue(scene, value);
        const caller = await ethers.deployContract("SameTransaction");
        await asset.mint(caller, 2n * DEBT);
        const approve = asset.interface.encodeFunctionData("approve", [vaultAddress, MAX]);
        const liquidation = vault.interface.encodeFunctionData("liquidate", [
          borrower.address,
          collateralAddress,
          300n * WAD,
          0n,
          MAX,
          "0x",
        ]);
        await caller.run([assetAddress, vaultAddress, vaultAddress], [approve, liquidation, liquidation]);
        const events = await vault.queryFilter(vault.filters.Liquidated(borrower.address));
        expect(events.map(({ args }) => args.repaidAssets)).to.deep.equal([300n * WAD, 300n * WAD]);
      });
    }

    it("the engine takes no recovery, because the liquidator's payment is booked but not yet there", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      const { asset, assetAddress, address, engine, engineAddress, vaultAddress } = scene;
      const recovery: Action[] = [
        [assetAddress, asset.interface.encodeFunctionData("mint", [address, WAD])],
        [assetAddress, asset.interface.encodeFunctionData("approve", [engineAddress, WAD])],
        [engineAddress, engine.interface.encodeFunctionData("recover", [vaultAddress, 1n, WAD])],
      ];
      const balance = 1_000_000n * WAD - DEBT + WAD;
      const values = [balance + PRICE_OF_ALL, balance];
      await expectRefused(scene, () => flash(scene, ...sale(scene), ...recovery), "PaymentMissing", values);
    });
  });

  describe("of a default that is paid back inside the callback", () => {
    /** The debt is repaid, a default of 509.9 is left, and the collateral is worth 400 to a liquidator. */
    async function onlyDefault() {
      const scene = await insolvent();
      const { vault, borrower, collateralAddress } = scene;
      await vault.impair(borrower.address, collateralAddress);
      await networkHelpers.time.increase(3_600n);
      await setValue(scene, 1_000n * WAD);
      await vault.writeOff(borrower.address, collateralAddress, MAX);
      await vault.connect(borrower).repay(collateralAddress, MAX, borrower.address);
      await setValue(scene, 404n * WAD);
      return { ...scene, defaulted: await scene.engine.outstanding(scene.vaultAddress, 1n) };
    }

    /** The callback gets money from elsewhere and pays `assets` of the default to the engine. */
    const payback = (scene: Scene, assets: bigint): Action[] => {
      const { asset, assetAddress, address, engine, engineAddress, vaultAddress } = scene;
      return [
        [assetAddress, asset.interface.encodeFunctionData("mint", [address, assets + 400n * WAD])],
        [assetAddress, asset.interface.encodeFunctionData("approve", [engineAddress, MAX])],
        [engineAddress, engine.interface.encodeFunctionData("recover", [vaultAddress, 1n, assets])],
      ];
    };

    for (const paidBack of [200n * WAD, MAX >> 1n]) {
      it(`LV1: keeps what is then too much as income (${paidBack === 200n * WAD ? "a part" : "all"} of it)`, async () => {
        const scene = await networkHelpers.loadFixture(onlyDefault);
        const { vault, engine, vaultAddress, asset, defaulted } = scene;
        const cash = await vault.cash();
        await flash(scene, ...payback(scene, paidBack));
        const first = paidBack < defaulted ? paidBack : defaulted;
        const income = 400n * WAD - (defaulted - first);
        expect(await engine.outstanding(vaultAddress, 1n)).to.equal(0n);
        expect(await vault.claimsOwed()).to.equal(defaulted);
        expect([await vault.reserves(), (await vault.cash()) - cash]).to.deep.equal([income, income]);
        expect(await asset.balanceOf(vaultAddress)).to.equal((await vault.cash()) + defaulted);
      });
    }
  });
});
