import type { ContractTransactionReceipt, ContractTransactionResponse } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { type Breakdown, breakdownOf } from "./breakdown.ts";

/** Between what leads up to a transaction and the transaction, seconds, so that there is interest to book. */
const PAUSE = 600n;

/** A chain on which one protocol is in use. */
export interface World {
  connection: NetworkConnection;
}

/** The one transaction that is measured. */
export type Send = () => Promise<ContractTransactionResponse>;

export interface Operation<W extends World> {
  operation: string;
  /** Leads up to the transaction and returns it. */
  prepare: (world: W) => Send | Promise<Send>;
  /** Throws unless the transaction did what the operation is named after. */
  check: (world: W, receipt: ContractTransactionReceipt) => void | Promise<void>;
}

export interface Measured {
  operation: string;
  /** Of the whole transaction, as its sender pays for it. */
  gas: number;
}

/** Where the gas of a measured transaction went. */
export interface Explained extends Measured {
  breakdown: Breakdown;
}

/** Runs each operation in the same world, as if it were the only one. */
export async function measureAll<W extends World>(world: W, operations: readonly Operation<W>[]): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const operation of operations) measured.push(await measure(world, operation));
  return measured;
}

/** Gas of one operation; the world is afterwards as it was. */
export async function measure<W extends World>(world: W, operation: Operation<W>): Promise<Measured> {
  return observe(world, operation, ({ gas }) => Promise.resolve({ operation: operation.operation, gas }));
}

/** Gas of one operation and where it went. Slower than `measure` by the trace. */
export async function explain<W extends World>(world: W, operation: Operation<W>): Promise<Explained> {
  return observe(world, operation, async ({ gas, hash }) => {
    const breakdown = await breakdownOf(world.connection, hash);
    return { operation: operation.operation, gas, breakdown };
  });
}

async function observe<W extends World, T>(
  world: W,
  { operation, prepare, check }: Operation<W>,
  look: (transaction: { gas: number; hash: string }) => Promise<T>,
): Promise<T> {
  const { networkHelpers } = world.connection;
  const before = await networkHelpers.takeSnapshot();
  try {
    const send = await prepare(world);
    await networkHelpers.time.increase(PAUSE);
    const receipt = await (await send()).wait();
    if (receipt === null) throw new Error("not mined");
    await check(world, receipt);
    return await look({ gas: Number(receipt.gasUsed), hash: receipt.hash });
  } catch (error) {
    throw new Error(`cannot measure "${operation}"`, { cause: error });
  } finally {
    await before.restore();
  }
}
