import type { BaseContract, ContractTransactionReceipt } from "ethers";

import type { Operation } from "./operation.ts";
import type { World } from "./world.ts";

/** A layer that has its part in a loss: it paid, it offered tokens, or its holders were charged. */
export type Layer = "reserves" | "insurance" | "lot" | "socialized";

/** Arguments of the first event of this name that `contract` emitted. */
async function argumentsOf(receipt: ContractTransactionReceipt, contract: BaseContract, event: string) {
  const address = await contract.getAddress();
  const logs = receipt.logs.filter((log) => log.address === address).map((log) => contract.interface.parseLog(log));
  return logs.find((log) => log?.name === event)?.args.toObject() as Record<string, bigint> | undefined;
}

/** The loss went exactly to these layers. */
export const reaches =
  (...expected: Layer[]): Operation["check"] =>
  async ({ engine, debtAuction }, receipt) => {
    const split = (await argumentsOf(receipt, engine, "WrittenOff")) ?? {};
    const lot = await argumentsOf(receipt, debtAuction, "LotOpened");
    const reached: Layer[] = (["reserves", "insurance", "socialized"] as const).filter((layer) => split[layer]);
    if (lot !== undefined) reached.push("lot");
    const names = (layers: Layer[]) => [...layers].sort().join(", ") || "nobody";
    if (names(reached) !== names(expected)) throw new Error(`went to ${names(reached)}, not to ${names(expected)}`);
  };

/** The recovery climbed exactly to these layers. */
export const climbs =
  (...expected: ("toLenders" | "toDilution" | "toInsurance" | "toReserves")[]): Operation["check"] =>
  async ({ engine }, receipt) => {
    const split = (await argumentsOf(receipt, engine, "Recovered")) ?? {};
    const reached = (["toLenders", "toDilution", "toInsurance", "toReserves"] as const).filter((layer) => split[layer]);
    if (reached.join() !== expected.join()) throw new Error(`went ${reached.join()}, not ${expected.join()}`);
  };

/** What is left of the victim's debt: a part of it, or nothing. */
export const leaves =
  (rest: "a part" | "nothing"): Operation["check"] =>
  async ({ vault, ether, actors }: World) => {
    const { debtAssets } = await vault.positionOf(actors.victim, ether);
    if ((debtAssets === 0n) !== (rest === "nothing")) throw new Error(`a debt of ${debtAssets} is left`);
  };

/** Several checks. */
export const both =
  (...checks: Operation["check"][]): Operation["check"] =>
  async (world, receipt) => {
    for (const check of checks) await check(world, receipt);
  };
