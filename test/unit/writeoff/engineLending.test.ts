import { expect } from "chai";
import { network } from "hardhat";

import { deployLending, fundAccount, MAX, WAD, type Lending } from "../../helpers/lending.js";
import { Behavior, Cause, Kind, layer, report } from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

/** The debt when the price has fallen from 200 to 100 for ten collateral units. */
const DEBT = 1_500n * WAD;
const VALUE = 1_000n * WAD;
/** What a liquidator pays for all the collateral: value / 1.01, rounded up. */
const PAID = (VALUE * 10_000n + 10_099n) / 10_100n;
const BAD_DEBT = DEBT - PAID;
/** The liquidator's minimum incentive is the lenders' part of the loss. */
const INSURABLE = BAD_DEBT - (VALUE - PAID);

describe("WriteOffEngine behind a lending vault", () => {
  async function sunkPosition() {
    const room = await deployLending(ethers);
    const [, lender, borrower, liquidator] = await ethers.getSigners();
    const vault = await room.at(room.vault);
    await fundAccount(room.asset, lender!, vault, 100_000n * WAD);
    await room.vault.connect(lender).deposit(100_000n * WAD, lender!);
    await fundAccount(room.collateral, borrower!, vault, 20n * WAD);
    await room.vault.connect(borrower).supplyCollateral(room.collateral, 10n * WAD, borrower!);
    await room.vault.connect(borrower).borrow(room.collateral, DEBT, borrower!, borrower!);
    await fundAccount(room.asset, liquidator!, vault, 10_000n * WAD);

    const insurance = await ethers.deployContract("HonestTranche", [room.asset, room.engine, true]);
    const dilution = await ethers.deployContract("HonestTranche", [room.asset, room.engine, false]);
    const hostile = await ethers.deployContract("HostileTranche", [room.asset]);
    await room.asset.mint(insurance, 10_000n * WAD);
    await room.asset.mint(hostile, 10_000n * WAD);
    await room.asset.mint(dilution, 3n * WAD);
    await room.engine.setStack(vault, [await layer(insurance, Kind.Insurance), await layer(dilution, Kind.Dilution)]);
    await room.setPrice(100n);
    const liquidate = () => room.vault.connect(liquidator).liquidate(borrower!, room.collateral, MAX, 0n, MAX, "0x");
    return { ...room, insurance, dilution, hostile, borrower: borrower!, liquidator: liquidator!, liquidate };
  }

  const figures = async (room: Lending) => {
    const { cause, badDebt, reserves, insurance, dilutionCash, socialized } = await room.engine.ledger(room.vault, 1n);
    return { cause, badDebt, reserves, insurance, dilutionCash, socialized };
  };

  it("WO1, WO2: a liquidation's bad debt goes down the stack, insurance first and only for its part", async () => {
    const room = await networkHelpers.loadFixture(sunkPosition);
    await room.liquidate();
    expect(await figures(room)).to.deep.equal({
      cause: Cause.Liquidation,
      badDebt: BAD_DEBT,
      reserves: 0n,
      insurance: INSURABLE,
      dilutionCash: 3n * WAD,
      socialized: BAD_DEBT - INSURABLE - 3n * WAD,
    });
  });

  it("WO3: it was quoted like that", async () => {
    const room = await networkHelpers.loadFixture(sunkPosition);
    const quoted = await room.engine.preview(room.vault, await report(room.vault, BAD_DEBT, INSURABLE));
    await room.liquidate();
    const { insurance, dilutionCash, socialized } = await figures(room);
    expect([quoted.reserves, quoted.insurance, quoted.dilutionCash, quoted.socialized]).to.deep.equal([
      0n,
      insurance,
      dilutionCash,
      socialized,
    ]);
  });

  it("LV1: the vault's cash grows by what the liquidator and the layers paid", async () => {
    const room = await networkHelpers.loadFixture(sunkPosition);
    await room.liquidate();
    const cash = 100_000n * WAD - DEBT + PAID + INSURABLE + 3n * WAD;
    expect(await room.vault.cash()).to.equal(cash);
    expect(await room.asset.balanceOf(room.vault)).to.equal(cash);
    expect(await room.vault.totalAssets()).to.equal(cash);
  });

  it("WO4: a failing stack leaves the loss to the lenders, and the liquidation ends", async () => {
    const room = await networkHelpers.loadFixture(sunkPosition);
    await room.hostile.behave(Behavior.BurnAllGas, Behavior.Pay, Behavior.Pay);
    await room.engine.setStack(room.vault, [await layer(room.hostile, Kind.Insurance)]);
    await expect(room.liquidate()).to.emit(room.engine, "TrancheFailed");
    expect((await figures(room)).socialized).to.equal(BAD_DEBT);
    expect((await room.vault.positionOf(room.borrower, room.collateral)).debtAssets).to.equal(0n);
  });

  const REENTERED = ethers.id("ReentrancyGuardReentrantCall()").slice(0, 10);
  const calls = [
    "liquidate",
    "impair",
    "writeOff",
    "borrow",
    "repay",
    "supplyCollateral",
    "withdrawCollateral",
  ] as const;
  for (const name of calls) {
    it(`WO4: a tranche cannot ${name} while it is asked to pay`, async () => {
      const room = await networkHelpers.loadFixture(sunkPosition);
      const { borrower, hostile } = room;
      const collateral = await room.at(room.collateral);
      const me = await room.at(hostile);
      const args = {
        liquidate: [borrower.address, collateral, MAX, 0n, MAX, "0x"],
        impair: [borrower.address, collateral],
        writeOff: [borrower.address, collateral, MAX],
        borrow: [collateral, WAD, me, me],
        repay: [collateral, WAD, borrower.address],
        supplyCollateral: [collateral, WAD, me],
        withdrawCollateral: [collateral, WAD, me, me],
      }[name];
      await hostile.reactWith(
        room.vault,
        room.vault.interface.encodeFunctionData(name as "impair", args as [string, string]),
      );
      await room.engine.setStack(room.vault, [await layer(hostile, Kind.Insurance, 2_000_000n)]);
      await room.liquidate();
      expect(await hostile.reactionSucceeded()).to.equal(false);
      expect(await hostile.reactionError()).to.equal(REENTERED);
      // Then it paid all that it was asked for.
      expect(await figures(room)).to.deep.include({ badDebt: BAD_DEBT, insurance: BAD_DEBT, socialized: 0n });
    });
  }

  // Previews and limits are answered by the vault's ViewModule, which has to see what the vault is in the middle of.
  const BOOKS_OPEN = ethers.id("BooksOpen()").slice(0, 10);

  for (const name of ["previewDeposit", "previewMint", "previewWithdraw", "previewRedeem"] as const) {
    it(`WO4: a tranche cannot read ${name} while it is asked to pay`, async () => {
      const room = await networkHelpers.loadFixture(sunkPosition);
      await room.hostile.reactWith(room.vault, room.vault.interface.encodeFunctionData(name as "previewMint", [WAD]));
      await room.engine.setStack(room.vault, [await layer(room.hostile, Kind.Insurance, 2_000_000n)]);
      await room.liquidate();
      expect(await room.hostile.reactionSucceeded()).to.equal(false);
      expect(await room.hostile.reactionError()).to.equal(BOOKS_OPEN);
    });
  }

  for (const name of ["maxDeposit", "maxMint", "maxWithdraw", "maxRedeem"] as const) {
    it(`WO4: a tranche is told by ${name} that nothing may come or go while it is asked to pay`, async () => {
      const room = await networkHelpers.loadFixture(sunkPosition);
      const [, lender] = await ethers.getSigners();
      const data = room.vault.interface.encodeFunctionData(name as "maxMint", [lender!.address]);
      await room.hostile.reactWith(room.vault, data);
      await room.engine.setStack(room.vault, [await layer(room.hostile, Kind.Insurance, 2_000_000n)]);
      await room.liquidate();
      expect(await room.hostile.reactionSucceeded()).to.equal(true);
      expect(await room.hostile.reactionError()).to.equal(ethers.toBeHex(0n, 32));
      expect(BigInt(await ethers.provider.call({ to: room.vault, data }))).to.be.greaterThan(0n);
    });
  }

  it("a vault that the engine does not know cannot write off", async () => {
    const room = await networkHelpers.loadFixture(sunkPosition);
    const other = await ethers.deployContract("WriteOffEngine", [room.manager]);
    const stray = await ethers.deployContract("PlainVault", [room.asset, other, room.manager]);
    await fundAccount(room.asset, room.liquidator, await room.at(stray), 100n);
    await stray.connect(room.liquidator).deposit(100n, room.liquidator);
    await stray.lend(50n, room.borrower);
    await expect(stray.lose(room.borrower, Cause.WriteOff, 0, 50n, 0n))
      .to.be.revertedWithCustomError(other, "UnknownVault")
      .withArgs(await room.at(stray));
  });
});
