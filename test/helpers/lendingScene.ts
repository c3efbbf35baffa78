/**
 * A lending vault with people around it, and what tests of it say again and again: open a position, change one rule,
 * expect a refusal that changes nothing.
 */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import type { BaseContract } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import type { TestToken } from "../../types/ethers-contracts/index.js";
import type { ILendingRules } from "../../types/ethers-contracts/contracts/lending/LendingVault.js";
import { deployLending, fundAccount, MAX, type Lending, type LendingOptions } from "./lending.js";

type Ethers = NetworkConnection["ethers"];

/** Scale of FixedPriceOracle's prices. */
export const E36 = 10n ** 36n;

/** What a test says of a scene beyond the rules of its vault. */
export interface SceneOptions extends LendingOptions {
  /** Whole asset units that the lender has deposited. */
  liquidity?: bigint;
}

/** A vault with money in it and people around it, each with plenty of both tokens that the vault may take. */
export interface LendingScene extends Lending {
  admin: HardhatEthersSigner;
  lender: HardhatEthersSigner;
  borrower: HardhatEthersSigner;
  liquidator: HardhatEthersSigner;
  other: HardhatEthersSigner;
  /** Holds nothing and has no role. */
  stranger: HardhatEthersSigner;
  vaultAddress: string;
  assetAddress: string;
  collateralAddress: string;
  engineAddress: string;
}

/** Deploys the system, funds the people and has the lender deposit. */
export async function deployScene(ethers: Ethers, options: SceneOptions = {}): Promise<LendingScene> {
  const lending = await deployLending(ethers, options);
  const signers = await ethers.getSigners();
  const [admin, lender, borrower, liquidator, other, stranger] = signers;
  const vaultAddress = await lending.vault.getAddress();
  for (const account of [lender!, borrower!, liquidator!, other!]) {
    await fundAccount(lending.asset, account, vaultAddress, 10n ** 9n * lending.one);
    await fundAccount(lending.collateral, account, vaultAddress, 10n ** 9n * lending.oneCollateral);
  }
  const liquidity = (options.liquidity ?? 1_000_000n) * lending.one;
  if (liquidity !== 0n) await lending.vault.connect(lender).deposit(liquidity, lender!.address);
  return {
    ...lending,
    admin: admin!,
    lender: lender!,
    borrower: borrower!,
    liquidator: liquidator!,
    other: other!,
    stranger: stranger!,
    vaultAddress,
    assetAddress: await lending.asset.getAddress(),
    collateralAddress: await lending.collateral.getAddress(),
    engineAddress: await lending.engine.getAddress(),
  };
}

/** Supplies collateral and borrows against it; both in smallest units. */
export async function openPosition(
  { vault, collateralAddress, borrower }: LendingScene,
  collateralAssets: bigint,
  debtAssets: bigint,
  owner = borrower,
): Promise<void> {
  const own = vault.connect(owner);
  await own.supplyCollateral(collateralAddress, collateralAssets, owner.address);
  if (debtAssets !== 0n) await own.borrow(collateralAddress, debtAssets, owner.address, owner.address);
}

/** Sets the price at which a borrower's collateral is worth exactly `value` asset units, by every source. */
export async function setValue(scene: LendingScene, value: bigint, owner = scene.borrower): Promise<void> {
  const { collateralAssets } = await scene.vault.positionOf(owner.address, scene.collateralAddress);
  if ((value * E36) % collateralAssets !== 0n) throw new Error(`No price makes ${collateralAssets} worth ${value}`);
  await scene.oracle.set(scene.collateralAddress, scene.assetAddress, (value * E36) / collateralAssets);
}

/** What `liquidator` would be told now; limits that a test does not name are as wide as possible. */
export async function previewLiquidation(scene: LendingScene, maxRepaid = MAX, owner = scene.borrower) {
  const { repaidAssets, feeAssets, seizedAssets, badDebtAssets, socializedAssets } = await scene.vault
    .connect(scene.liquidator)
    .liquidate.staticCall(owner.address, scene.collateralAddress, maxRepaid, 0n, MAX, "0x");
  return { repaidAssets, feeAssets, seizedAssets, badDebtAssets, socializedAssets };
}

/** Has `liquidator` liquidate; limits that a test does not name are as wide as possible. */
export function liquidate(
  { vault, liquidator, borrower, collateralAddress }: LendingScene,
  { maxRepaid = MAX, minSeized = 0n, maxSocialized = MAX, owner = borrower, data = "0x" } = {},
) {
  return vault
    .connect(liquidator)
    .liquidate(owner.address, collateralAddress, maxRepaid, minSeized, maxSocialized, data);
}

/** Changes some rules of the whole vault. */
export async function changeRisk(
  { vault }: LendingScene,
  changes: Partial<ILendingRules.RiskConfigStruct>,
): Promise<void> {
  const now = await vault.riskConfig();
  await vault.setRiskConfig({
    debtCap: now.debtCap,
    minDebt: now.minDebt,
    waitingPeriod: now.waitingPeriod,
    confirmationDelay: now.confirmationDelay,
    confirmationWindow: now.confirmationWindow,
    liquidationFeeBps: now.liquidationFeeBps,
    keeperRewardBps: now.keeperRewardBps,
    maxKeeperReward: now.maxKeeperReward,
    ...changes,
  });
}

/** Changes some rules of the scene's collateral. */
export async function changeCollateral(
  scene: LendingScene,
  changes: Partial<ILendingRules.CollateralConfigStruct>,
): Promise<void> {
  await listCollateral(scene, scene.collateralAddress, changes);
}

/** Lists a collateral, or changes its rules: those of the scene's collateral but for `changes`. */
export async function listCollateral(
  { vault, collateralAddress }: LendingScene,
  token: string,
  changes: Partial<ILendingRules.CollateralConfigStruct> = {},
): Promise<void> {
  const now = await vault.collateralConfig(collateralAddress);
  await vault.setCollateral(token, {
    ltvBps: now.ltvBps,
    lltvBps: now.lltvBps,
    liquidationIncentiveBps: now.liquidationIncentiveBps,
    minIncentiveBps: now.minIncentiveBps,
    targetHealthBps: now.targetHealthBps,
    principalCap: now.principalCap,
    ...changes,
  });
}

/** A second collateral under the same rules, of which `holder` has plenty. Prices in whole units. */
export async function addCollateral(
  ethers: Ethers,
  scene: LendingScene,
  holder: { address: string },
  { decimals = 18, price = 200n }: { decimals?: number; price?: bigint } = {},
): Promise<{ token: TestToken; address: string }> {
  const token = await ethers.deployContract("TestToken", ["Second Collateral", "SEC", decimals]);
  const address = await token.getAddress();
  await scene.oracle.set(address, scene.assetAddress, (price * scene.one * E36) / 10n ** BigInt(decimals));
  await listCollateral(scene, address);
  await fundAccount(token, holder, scene.vaultAddress, 10n ** BigInt(decimals + 9));
  return { token, address };
}

/** Every figure that an action on the vault could change, of the vault and of the people around it. */
export async function booksOf(scene: LendingScene): Promise<unknown[]> {
  const { vault, engine, asset, collateral, collateralAddress, vaultAddress } = scene;
  const people = [scene.lender, scene.borrower, scene.liquidator, scene.other, scene.stranger];
  const ofPeople = people.flatMap(({ address }) => [
    vault.balanceOf(address),
    vault.positionOf(address, collateralAddress),
    asset.balanceOf(address),
    collateral.balanceOf(address),
  ]);
  return Promise.all([
    vault.cash(),
    vault.reserves(),
    vault.claimsOwed(),
    vault.totalDebt(),
    vault.totalSupply(),
    vault.openEpoch(),
    vault.totalPrincipalOf(collateralAddress),
    vault.collateralConfig(collateralAddress),
    vault.retirementOf(collateralAddress),
    vault.riskConfig(),
    vault.rateModel(),
    engine.writeOffCount(vaultAddress),
    asset.balanceOf(vaultAddress),
    collateral.balanceOf(vaultAddress),
    ...ofPeople,
  ]);
}

/**
 * Asserts that so much principal is lent against a collateral and so much of it is supplied, by the vault's total, by its
 * holding and by the positions of the people around it.
 */
export async function expectTotals(
  { vault, collateral, collateralAddress, vaultAddress, ...people }: LendingScene,
  principal: bigint,
  supplied: bigint,
  token = collateralAddress,
): Promise<void> {
  const { lender, borrower, liquidator, other } = people;
  const positions = await Promise.all(
    [lender, borrower, liquidator, other].map(({ address }) => vault.positionOf(address, token)),
  );
  const held = await (collateral.attach(token) as TestToken).balanceOf(vaultAddress);
  expect([await vault.totalPrincipalOf(token), held], "of the vault").to.deep.equal([principal, supplied]);
  const sums = positions.reduce(
    ([lent, there], { principalAssets, collateralAssets }) => [lent! + principalAssets, there! + collateralAssets],
    [0n, 0n],
  );
  expect(sums, "of positions").to.deep.equal([principal, supplied]);
}

/** Asserts that `send` is refused with this error and these values, and that nothing was changed. */
export async function expectRefused(
  scene: LendingScene,
  send: () => Promise<unknown>,
  error: string,
  args: readonly unknown[],
  contract: BaseContract = scene.vault,
): Promise<void> {
  const before = await booksOf(scene);
  await expect(send())
    .to.be.revertedWithCustomError(contract, error)
    .withArgs(...args);
  expect(await booksOf(scene)).to.deep.equal(before);
}
