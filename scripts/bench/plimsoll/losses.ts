import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { BPS, COLLATERAL, ONE, RATE_MODEL, USUAL_PRICE } from "./terms.ts";
import type { World } from "./world.ts";

/** Sets the price at which the collateral of `borrower` is worth `dollars`. */
async function setValue({ vault, ether, prices }: World, borrower: HardhatEthersSigner, dollars: bigint) {
  const { collateralAssets } = await vault.positionOf(borrower, ether);
  await prices.set((dollars * ONE) / collateralAssets);
}

export async function debtOf({ vault, ether }: World, borrower: HardhatEthersSigner): Promise<bigint> {
  return (await vault.positionOf(borrower, ether)).debtAssets;
}

/** Sets the price at which the collateral of `borrower` is worth this part of its debt. */
export async function setCoverage(world: World, borrower: HardhatEthersSigner, valueBps: bigint): Promise<void> {
  await setValue(world, borrower, ((await debtOf(world, borrower)) * valueBps) / BPS);
}

/** Sets the price at which closing the position of `borrower` leaves a bad debt of `badDebt` dollars. */
export async function sink(world: World, borrower: HardhatEthersSigner, badDebt: bigint): Promise<void> {
  const covered = (await debtOf(world, borrower)) - badDebt;
  await setValue(world, borrower, (covered * (BPS + COLLATERAL.minIncentiveBps)) / BPS);
}

/** Liquidates all that may be liquidated of `borrower`, within bounds as a careful liquidator sets them. */
export async function closeWhole(world: World, borrower: HardhatEthersSigner) {
  const { vault, ether, actors } = world;
  const debt = await debtOf(world, borrower);
  return vault.connect(actors.liquidator).liquidate(borrower, ether, 2n * debt, ONE, debt, "0x");
}

/** From now on nothing stands between reserves and lenders. */
export async function dropTranches({ engine, vault }: World): Promise<void> {
  await engine.setStack(vault, []);
}

/** Uses up the reserves by another loss, and lets them earn nothing from now on. */
export async function drainReserves(world: World): Promise<void> {
  const { vault, engine, prices, stack, actors } = world;
  await vault.setRateModel({ ...RATE_MODEL, reserveFactorBps: 0n });
  await dropTranches(world);
  await sink(world, actors.scapegoat, 5_000n * ONE);
  await closeWhole(world, actors.scapegoat);
  await engine.setStack(vault, stack);
  await prices.set(USUAL_PRICE);
  const left = await vault.reserves();
  if (left !== 0n) throw new Error(`reserves of ${left} are left`);
}

/** Everybody takes their stake out of the fund. */
export async function emptyFund(world: World): Promise<void> {
  const { fund, actors, pass } = world;
  for (const staker of [actors.staker, actors.payer]) {
    await fund.connect(staker).startCooldown(await fund.balanceOf(staker), staker);
  }
  await pass(await fund.cooldown());
  for (const staker of [actors.staker, actors.payer]) {
    await fund.connect(staker).redeem(await fund.balanceOf(staker), staker, staker);
  }
}

/**
 * Charges the lenders of this world alone, once per epoch: part after part of one sunk loan. Returns the numbers of the
 * write-offs and of the epochs they closed.
 */
export async function socialize(
  world: World,
  losses: number,
  afterEach: () => Promise<unknown> = () => Promise.resolve(),
): Promise<{ ids: bigint[]; epochs: bigint[] }> {
  const { vault, ether, engine, actors } = world;
  await drainReserves(world);
  await dropTranches(world);
  const debt = await debtOf(world, actors.victim);
  const covered = debt - 5_000n * ONE;
  await sink(world, actors.victim, 5_000n * ONE);
  const ids: bigint[] = [];
  const epochs: bigint[] = [];
  for (let i = 0; i < losses; i++) {
    epochs.push(await vault.openEpoch());
    const part = ((await debtOf(world, actors.victim)) * covered) / debt / 8n;
    await vault.connect(actors.liquidator).liquidate(actors.victim, ether, part, 1n, 5_000n * ONE, "0x");
    ids.push(await engine.writeOffCount(vault));
    await afterEach();
  }
  return { ids, epochs };
}
