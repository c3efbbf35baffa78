import type { ContractTransactionReceipt, ContractTransactionResponse } from "ethers";

import { MINUTE } from "./terms.ts";
import type { World } from "./world.ts";

/** Between what leads up to a transaction and the transaction, so that there is interest to book. */
const PAUSE = 10n * MINUTE;

/** The one transaction that is measured. */
export type Send = () => Promise<ContractTransactionResponse>;

export interface Operation {
  operation: string;
  /** Gas to aim at, where issue 2 names it. */
  mark?: number;
  /** Leads up to the transaction and returns it. */
  prepare: (world: World) => Send | Promise<Send>;
  /** Throws unless the transaction took the path that the operation is named after. */
  check?: (world: World, receipt: ContractTransactionReceipt) => void | Promise<void>;
}

export interface Measured {
  operation: string;
  /** Of the whole transaction, as its sender pays for it. */
  gas: number;
  mark?: number;
}

/** Runs each operation in the same world, as if it were the only one. */
export async function measure(world: World, operations: readonly Operation[]): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const operation of operations) measured.push(await measureOne(world, operation));
  return measured;
}

async function measureOne(world: World, { operation, mark, prepare, check }: Operation): Promise<Measured> {
  const before = await world.connection.networkHelpers.takeSnapshot();
  try {
    const send = await prepare(world);
    await world.pass(PAUSE);
    const receipt = await (await send()).wait();
    if (receipt === null) throw new Error("not mined");
    await check?.(world, receipt);
    const gas = Number(receipt.gasUsed);
    return mark === undefined ? { operation, gas } : { operation, gas, mark };
  } catch (error) {
    throw new Error(`cannot measure "${operation}"`, { cause: error });
  } finally {
    await before.restore();
  }
}
