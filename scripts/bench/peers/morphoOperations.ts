import { expectChange, expectThat } from "../checks.ts";
import type { Operation } from "../measure.ts";
import { MAX, ONE } from "../plimsoll/terms.ts";
import { eventsOf, send } from "./contracts.ts";
import { type MorphoWorld, positionOf, seizeAll, supply, takeLoan } from "./morphoBlue.ts";
import { SHAKY_PRICE, SUNK_PRICE } from "./world.ts";

type MorphoOperation = Operation<MorphoWorld>;

const deposit: MorphoOperation = {
  operation: "deposit",
  prepare: (world) => () => supply(world, world.people.lender, 1_234n * ONE),
  check: ({ dollar, people }, receipt) => expectChange(receipt, dollar, people.lender, -1_234n * ONE),
};

const withdraw: MorphoOperation = {
  operation: "withdraw",
  prepare:
    ({ morpho, market, people: { lender } }) =>
    () =>
      send(morpho, lender, "withdraw", market, 1_234n * ONE, 0n, lender.address, lender.address),
  check: ({ dollar, people }, receipt) => expectChange(receipt, dollar, people.lender, 1_234n * ONE),
};

const borrow: MorphoOperation = {
  operation: "borrow",
  prepare:
    ({ morpho, market, people: { borrower } }) =>
    () =>
      send(morpho, borrower, "borrow", market, 1_234n * ONE, 0n, borrower.address, borrower.address),
  check: ({ dollar, people }, receipt) => expectChange(receipt, dollar, people.borrower, 1_234n * ONE),
};

const repay: MorphoOperation = {
  operation: "repay",
  prepare:
    ({ morpho, market, people: { borrower } }) =>
    () =>
      send(morpho, borrower, "repay", market, 12_345n * ONE, 0n, borrower.address, "0x"),
  check: ({ dollar, people }, receipt) => expectChange(receipt, dollar, people.borrower, -12_345n * ONE),
};

const solventPart: MorphoOperation = {
  operation: "liquidation: solvent, a part",
  prepare: async (world) => {
    const { morpho, market, prices, people } = world;
    await prices.set(SHAKY_PRICE);
    const { borrowShares } = await positionOf(world, people.victim);
    const part = borrowShares / 4n;
    return () => send(morpho, people.liquidator, "liquidate", market, people.victim.address, 0n, part, "0x");
  },
  check: async (world, receipt) => {
    const [liquidated] = eventsOf(receipt, world.events, "Liquidate");
    expectThat(liquidated?.badDebtAssets === 0n, "no bad debt");
    const { borrowShares, collateral } = await positionOf(world, world.people.victim);
    expectThat(borrowShares > 0n && collateral > 0n, "a part that is left");
  },
};

const socialized: MorphoOperation = {
  operation: "liquidation: insolvent, charged to the lenders",
  prepare: async (world) => {
    await world.prices.set(SUNK_PRICE);
    return () => seizeAll(world, world.people.victim);
  },
  check: async (world, receipt) => {
    const [liquidated] = eventsOf(receipt, world.events, "Liquidate");
    expectThat((liquidated?.badDebtAssets ?? 0n) > 9_000n * ONE, "a bad debt of some 10,000 dollars");
    const { borrowShares, collateral } = await positionOf(world, world.people.victim);
    expectThat(borrowShares === 0n && collateral === 0n, "nothing that is left");
  },
};

/** Morpho Blue has no batch of its own: a contract calls it once for each position. */
const batch = (size: number): MorphoOperation => ({
  operation: `batch of ${size}`,
  prepare: async (world) => {
    const { caller, morpho, market, prices, people, dollar } = world;
    const borrowers = people.crowd.slice(0, size);
    expectThat(borrowers.length === size, `${size} borrowers`);
    await dollar.mint(caller, 10_000_000n * ONE);
    const approval = dollar.interface.encodeFunctionData("approve", [await morpho.getAddress(), MAX]);
    await send(caller, people.admin, "run", dollar, [approval]);
    for (const borrower of borrowers) await takeLoan(world, borrower, ONE, 1_450n * ONE);
    await prices.set(SUNK_PRICE);
    const calls = borrowers.map(({ address }) =>
      morpho.interface.encodeFunctionData("liquidate", [market, address, ONE, 0n, "0x"]),
    );
    return () => send(caller, people.liquidator, "run", morpho, calls);
  },
  check: ({ events }, receipt) => {
    const liquidated = eventsOf(receipt, events, "Liquidate");
    const losses = liquidated.filter(({ badDebtAssets = 0n }) => badDebtAssets > 900n * ONE);
    expectThat(losses.length === size, `${size} losses`);
  },
});

export const morphoOperations = { deposit, withdraw, borrow, repay, solventPart, socialized, batch };
