import { expectChange, expectThat } from "../checks.ts";
import type { Operation } from "../measure.ts";
import { MAX, ONE } from "../plimsoll/terms.ts";
import { type AaveWorld, liquidate, takeLoan, VARIABLE_RATE } from "./aaveV3.ts";
import { eventsOf, read, send } from "./contracts.ts";
import { SHAKY_PRICE, SUNK_PRICE } from "./world.ts";

type AaveOperation = Operation<AaveWorld>;

const deposit: AaveOperation = {
  operation: "deposit",
  prepare:
    ({ pool, dollar, people: { lender } }) =>
    () =>
      send(pool, lender, "supply", dollar, 1_234n * ONE, lender.address, 0),
  check: ({ dollar, people }, receipt) => expectChange(receipt, dollar, people.lender, -1_234n * ONE),
};

const withdraw: AaveOperation = {
  operation: "withdraw",
  prepare:
    ({ pool, dollar, people: { lender } }) =>
    () =>
      send(pool, lender, "withdraw", dollar, 1_234n * ONE, lender.address),
  check: ({ dollar, people }, receipt) => expectChange(receipt, dollar, people.lender, 1_234n * ONE),
};

const borrow: AaveOperation = {
  operation: "borrow",
  prepare:
    ({ pool, dollar, people: { borrower } }) =>
    () =>
      send(pool, borrower, "borrow", dollar, 1_234n * ONE, VARIABLE_RATE, 0, borrower.address),
  check: ({ dollar, people }, receipt) => expectChange(receipt, dollar, people.borrower, 1_234n * ONE),
};

const repay: AaveOperation = {
  operation: "repay",
  prepare:
    ({ pool, dollar, people: { borrower } }) =>
    () =>
      send(pool, borrower, "repay", dollar, 12_345n * ONE, VARIABLE_RATE, borrower.address),
  check: ({ dollar, people }, receipt) => expectChange(receipt, dollar, people.borrower, -12_345n * ONE),
};

const solventPart: AaveOperation = {
  operation: "liquidation: solvent, a part",
  prepare: async (world) => {
    await world.prices.set(SHAKY_PRICE);
    const debt = (await read(world.dollarDebt, "balanceOf", world.people.victim)) as bigint;
    return () => liquidate(world, world.people.victim, debt / 4n);
  },
  check: async ({ pool, dollarDebt, etherShares, people: { victim } }, receipt) => {
    expectThat(eventsOf(receipt, pool, "DeficitCreated").length === 0, "no deficit");
    expectThat((await read(dollarDebt, "balanceOf", victim)) !== 0n, "a debt that is left");
    expectThat((await read(etherShares, "balanceOf", victim)) !== 0n, "collateral that is left");
  },
};

const socialized: AaveOperation = {
  operation: "liquidation: insolvent, a deficit of the reserve",
  prepare: async (world) => {
    await world.prices.set(SUNK_PRICE);
    return () => liquidate(world, world.people.victim, MAX);
  },
  check: async ({ pool, dollarDebt, people: { victim } }, receipt) => {
    const [deficit] = eventsOf(receipt, pool, "DeficitCreated");
    expectThat((deficit?.amountCreated ?? 0n) > 9_000n * ONE, "a deficit of some 10,000 dollars");
    expectThat((await read(dollarDebt, "balanceOf", victim)) === 0n, "nothing that is left");
  },
};

/** What the safety module does after `socialized`, once it has sold or redeemed what it slashed. */
const coverDeficit: AaveOperation = {
  operation: "deficit covered by the safety module",
  prepare: async (world) => {
    const { pool, dollar, prices, people } = world;
    await prices.set(SUNK_PRICE);
    await liquidate(world, people.victim, MAX);
    return async () => {
      const deficit = (await read(pool, "getReserveDeficit", dollar)) as bigint;
      return send(pool, people.umbrella, "eliminateReserveDeficit", dollar, deficit);
    };
  },
  check: async ({ pool, dollar }) => {
    expectThat((await read(pool, "getReserveDeficit", dollar)) === 0n, "no deficit that is left");
  },
};

/** Aave's pool takes several calls in one transaction. */
const batch = (size: number): AaveOperation => ({
  operation: `batch of ${size}`,
  prepare: async (world) => {
    const { pool, dollar, ether, prices, people } = world;
    const borrowers = people.crowd.slice(0, size);
    expectThat(borrowers.length === size, `${size} borrowers`);
    for (const borrower of borrowers) await takeLoan(world, borrower, ONE, 1_450n * ONE);
    await prices.set(SUNK_PRICE);
    const pair = [await ether.getAddress(), await dollar.getAddress()] as const;
    const calls = borrowers.map(({ address }) =>
      pool.interface.encodeFunctionData("liquidationCall", [...pair, address, MAX, false]),
    );
    return () => send(pool, people.liquidator, "multicall", calls);
  },
  check: ({ pool }, receipt) => {
    const losses = eventsOf(receipt, pool, "DeficitCreated").filter(
      ({ amountCreated = 0n }) => amountCreated > 900n * ONE,
    );
    expectThat(losses.length === size, `${size} deficits`);
  },
});

export const aaveOperations = { deposit, withdraw, borrow, repay, solventPart, socialized, coverDeficit, batch };
