import { expect } from "chai";
import { network } from "hardhat";

import { decodeRows } from "../../../scripts/keeper/book/rows.ts";
import type { KeeperLens } from "../../../types/ethers-contracts/index.js";
import { MAX, WAD } from "../../helpers/lending.js";
import { addCollateral, deployScene, type LendingScene, openPosition, setValue } from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

/** 1 % least incentive, so that 101 of value cover 100 of debt. */
const RULES = { lltvBps: 8_000n, minIncentiveBps: 100n, minDebt: 10n };
const DELAY = 3_600;
const WINDOW = 86_400;

async function fixture() {
  const scene = await deployScene(ethers, RULES);
  const lens = await ethers.deployContract("KeeperLens");
  return { scene, lens };
}

/** What a call reverts with. */
async function revertOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return (error as { data: string }).data;
  }
  return "0x";
}

describe("KeeperLens: positions", () => {
  let scene: LendingScene;
  let lens: KeeperLens;
  const keyOf = (borrower: { address: string }) => ({
    borrower: borrower.address,
    collateral: scene.collateralAddress,
  });
  beforeEach(async () => {
    ({ scene, lens } = await networkHelpers.loadFixture(fixture));
  });

  it("shows health and shortfall as the rules define them", async () => {
    const { one, borrower, other } = scene;
    await openPosition(scene, 10n * scene.oneCollateral, 1_400n * one);
    await openPosition(scene, 10n * scene.oneCollateral, 700n * one, other);
    await setValue(scene, 1_010n * one);
    const [sunk, sound] = await lens.positions(scene.vaultAddress, [keyOf(borrower), keyOf(other)]);
    expect(sunk!.debtAssets).to.equal(1_400n * one);
    expect(sunk!.valueAssets).to.equal(1_010n * one);
    expect(sunk!.healthWad).to.equal((1_010n * 8n * WAD) / 14_000n);
    // 1,010 cover 1,000.
    expect(sunk!.shortfallAssets).to.equal(400n * one);
    expect(sound!.healthWad).to.equal((1_010n * 8n * WAD) / 7_000n);
    expect(sound!.shortfallAssets).to.equal(0n);
  });

  it("is what the vault says of the same position", async () => {
    await openPosition(scene, 10n * scene.oneCollateral, 1_400n * scene.one);
    await setValue(scene, 900n * scene.one);
    await scene.vault.impair(scene.borrower.address, scene.collateralAddress);
    const [row] = await lens.positions(scene.vaultAddress, [keyOf(scene.borrower)]);
    const own = [scene.borrower.address, scene.collateralAddress] as const;
    const position = await scene.vault.positionOf(...own);
    expect(row!.collateralAssets).to.equal(position.collateralAssets);
    expect(row!.impairedAt).to.equal(position.impairedAt);
    expect(row!.healthWad).to.equal(await scene.vault.healthFactor(...own));
    expect(row!.shortfallAssets).to.equal((await scene.vault.shortfallOf(...own)).shortfallAssets);
  });

  it("names the failing source of one collateral and hides no other position", async () => {
    const second = await addCollateral(ethers, scene, scene.other);
    await openPosition(scene, 10n * scene.oneCollateral, 700n * scene.one);
    const own = scene.vault.connect(scene.other);
    await own.supplyCollateral(second.address, 10n * WAD, scene.other.address);
    await own.borrow(second.address, 500n * scene.one, scene.other.address, scene.other.address);
    await scene.oracle.setDead(second.address, scene.assetAddress, true);
    const keys = [keyOf(scene.borrower), { borrower: scene.other.address, collateral: second.address }];
    const [sound, blind] = await lens.positions(scene.vaultAddress, keys);
    expect(sound!.failure).to.equal("0x00000000");
    expect(sound!.healthWad).to.be.greaterThan(WAD);
    expect(blind!.failure).to.equal(scene.oracle.interface.getError("PriceDead")!.selector);
    expect(blind!.healthWad).to.equal(0n);
    expect(blind!.debtAssets).to.equal(500n * scene.one);
  });

  it("takes a position that owes nothing for healthy, and says which source blocks a loss", async () => {
    await openPosition(scene, 10n * scene.oneCollateral, 1_400n * scene.one);
    await scene.oracle.setLossBlockedBy(scene.collateralAddress, scene.assetAddress, scene.collateralAddress);
    const [nobody, blocked] = await lens.positions(scene.vaultAddress, [keyOf(scene.stranger), keyOf(scene.borrower)]);
    expect(nobody!.healthWad).to.equal(MAX);
    expect(blocked!.lossBlockedBy).to.equal(scene.collateralAddress);
  });

  it("is decoded by the keeper's own decoder as by a general one", async () => {
    await openPosition(scene, 10n * scene.oneCollateral, 1_400n * scene.one);
    await setValue(scene, 900n * scene.one);
    await scene.vault.impair(scene.borrower.address, scene.collateralAddress);
    await scene.oracle.setLossBlockedBy(scene.collateralAddress, scene.assetAddress, scene.assetAddress);
    const keys = [keyOf(scene.stranger), keyOf(scene.borrower)];
    const data = lens.interface.encodeFunctionData("positions", [scene.vaultAddress, keys]);
    const result = await ethers.provider.call({ to: await lens.getAddress(), data });
    const general = await lens.positions(scene.vaultAddress, keys);
    for (const [index, row] of decodeRows(result, 2).entries()) {
      const expected = general[index]!;
      for (const field of ["collateralAssets", "debtAssets", "defaultedAssets", "valueAssets", "highAssets"] as const) {
        expect(row[field], field).to.equal(expected[field]);
      }
      for (const field of ["healthWad", "shortfallAssets", "provisionedAssets", "oldestRoundAt"] as const) {
        expect(row[field], field).to.equal(expected[field]);
      }
      expect([row.impairedAt, row.writeOffId]).to.deep.equal([
        Number(expected.impairedAt),
        Number(expected.writeOffId),
      ]);
      expect(row.lossBlockedBy).to.equal(index === 0 ? "" : scene.assetAddress.toLowerCase());
      expect(row.failure).to.equal("");
    }
    expect(() => decodeRows(result, 3)).to.throw("3 rows");
  });

  it("refuses more than a thousand rows at once", async () => {
    const keys = Array.from({ length: 1_001 }, () => keyOf(scene.borrower));
    await expect(lens.positions(scene.vaultAddress, keys))
      .to.be.revertedWithCustomError(lens, "TooManyRows")
      .withArgs(1_001n, 1_000n);
  });
});

describe("KeeperLens: what may be done, and why not (WO3)", () => {
  let scene: LendingScene;
  let lens: KeeperLens;
  beforeEach(async () => {
    ({ scene, lens } = await networkHelpers.loadFixture(fixture));
    await openPosition(scene, 10n * scene.oneCollateral, 1_400n * scene.one);
  });

  const explain = async () => {
    const key = { borrower: scene.borrower.address, collateral: scene.collateralAddress };
    return (await lens.explain(scene.vaultAddress, [key]))[0]!;
  };
  const refusalOfWriteOff = async () =>
    revertOf(scene.vault.writeOff.staticCall(scene.borrower.address, scene.collateralAddress, MAX));
  const refusalOfLiquidation = async () =>
    revertOf(
      scene.vault
        .connect(scene.liquidator)
        .liquidate.staticCall(scene.borrower.address, scene.collateralAddress, MAX, 0n, MAX, "0x"),
    );
  const expectSame = async (writeOff: string | undefined) => {
    const outlook = await explain();
    expect(outlook.writeOffFailure).to.equal(await refusalOfWriteOff());
    expect(outlook.liquidation.failure).to.equal(await refusalOfLiquidation());
    const named =
      outlook.writeOffFailure === "0x" ? undefined : scene.vault.interface.parseError(outlook.writeOffFailure);
    expect(named?.name).to.equal(writeOff);
    return outlook;
  };

  it("says of a healthy position what the vault says", async () => {
    await expectSame("PositionSolvent");
  });

  it("follows an insolvency from its first sight to its write-off and beyond", async () => {
    await setValue(scene, 1_010n * scene.one);
    await expectSame("NotConfirmed");
    await scene.vault.impair(scene.borrower.address, scene.collateralAddress);
    const recordedAt = await networkHelpers.time.latest();
    const early = await expectSame("NotConfirmed");
    expect(early.earliestWriteOff).to.equal(BigInt(recordedAt + DELAY));
    expect(early.latestWriteOff).to.equal(BigInt(recordedAt + DELAY + WINDOW));

    await networkHelpers.time.increaseTo(recordedAt + DELAY);
    await expectSame("NoNewerRound");
    await setValue(scene, 1_010n * scene.one);
    const due = await expectSame(undefined);
    expect(due.writeOff.badDebtAssets).to.equal(400n * scene.one);
    expect(due.writeOff.coveredAssets).to.equal(1_000n * scene.one);

    await networkHelpers.time.increaseTo(recordedAt + DELAY + WINDOW + 1);
    await expectSame("NotConfirmed");
  });

  it("says that a loss is blocked, and that it is too small to be written off", async () => {
    await setValue(scene, 1_400n * scene.one);
    await scene.vault.impair(scene.borrower.address, scene.collateralAddress);
    await networkHelpers.time.increase(DELAY);
    await setValue(scene, 1_400n * scene.one);
    await expectSame("FractionTooSmall");
    await scene.oracle.setLossBlockedBy(scene.collateralAddress, scene.assetAddress, scene.assetAddress);
    await expectSame("LossBlocked");
  });
});
