import { expectThat } from "../../checks.ts";
import { drainReserves, dropTranches } from "../losses.ts";
import type { Operation } from "../operation.ts";
import { MAX, ONE, USUAL_PRICE } from "../terms.ts";
import type { World } from "../world.ts";

/** Dollars per ether at which a loan of 1,450 against one ether leaves a bad debt of some 950. */
const SUNK_PRICE = 500n * ONE;

/** The lenders alone stand for the losses of so many small loans, each of which has sunk. */
export async function sinkSmallLoans(world: World, count: number): Promise<string[]> {
  const { vault, ether, prices, smallBorrowers } = world;
  await drainReserves(world);
  await dropTranches(world);
  await prices.set(USUAL_PRICE);
  const borrowers = smallBorrowers.slice(0, count);
  expectThat(borrowers.length === count, `${count} borrowers`);
  for (const borrower of borrowers) {
    await ether.mint(borrower, ONE);
    await ether.connect(borrower).approve(vault, MAX);
    await vault.connect(borrower).supplyCollateral(ether, ONE, borrower);
    await vault.connect(borrower).borrow(ether, 1_450n * ONE, borrower, borrower);
  }
  await prices.set(SUNK_PRICE);
  return borrowers.map(({ address }) => address);
}

/** Insolvent positions closed whole in one transaction; what they leave is charged to the lenders. */
export const batch = (size: number): Operation => ({
  operation: `liquidateBatch: ${size} insolvent`,
  prepare: async (world) => {
    const { vault, ether, actors } = world;
    const borrowers = await sinkSmallLoans(world, size);
    const collateral = await ether.getAddress();
    const items = borrowers.map((borrower) => ({
      borrower,
      collateral,
      maxRepaidAssets: 1_000n * ONE,
      minSeizedAssets: ONE,
    }));
    return () => vault.connect(actors.liquidator).liquidateBatch(items, 1_000n * BigInt(size) * ONE, "0x");
  },
  check: async ({ vault, ether, smallBorrowers, engine }) => {
    for (const borrower of smallBorrowers.slice(0, size)) {
      const { debtAssets, collateralAssets } = await vault.positionOf(borrower, ether);
      expectThat(debtAssets === 0n && collateralAssets === 0n, "nothing that is left of any position");
    }
    const { socialized } = await engine.ledger(vault, await engine.writeOffCount(vault));
    expectThat(socialized > 900n * ONE, "a loss that the lenders bear");
  },
});
