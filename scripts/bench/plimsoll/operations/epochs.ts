import { expectThat, netChange } from "../../checks.ts";
import { reaches } from "../checks.ts";
import type { Operation } from "../operation.ts";
import { ONE } from "../terms.ts";
import type { World } from "../world.ts";
import { sinkSmallLoans } from "./batches.ts";

/** Shares have six digits more than dollars. */
const SHARES = 10n ** 6n * ONE;

/** So many losses that the lenders were charged, each in an epoch of its own; one more position is left to close. */
async function chargeLenders(world: World, losses: number) {
  const { vault, engine } = world;
  const borrowers = await sinkSmallLoans(world, losses + 1);
  const epochs: bigint[] = [];
  const ids: bigint[] = [];
  for (const borrower of borrowers.slice(0, losses)) {
    epochs.push(await vault.openEpoch());
    await close(world, borrower);
    ids.push(await engine.writeOffCount(vault));
  }
  expectThat(new Set(epochs).size === losses, `${losses} epochs`);
  return { epochs, ids, next: borrowers.at(-1) ?? "" };
}

function close({ vault, ether, actors }: World, borrower: string) {
  return vault.connect(actors.liquidator).liquidate(borrower, ether, 1_000n * ONE, ONE, 1_000n * ONE, "0x");
}

/** A loss after so many others. */
export const lossAfter = (losses: number): Operation => ({
  operation: `insolvent: socialized, after ${losses} losses`,
  prepare: async (world) => {
    const { next } = await chargeLenders(world, losses);
    return () => close(world, next);
  },
  check: reaches("socialized"),
});

/** The first transfer of a lender who has sat through so many losses. */
export const transferAfter = (losses: number): Operation => ({
  operation: `transfer, first after ${losses} losses`,
  prepare: async (world) => {
    await chargeLenders(world, losses);
    const { vault, actors, crowd } = world;
    const [receiver] = crowd;
    if (receiver === undefined) throw new Error("a lender has nobody to send shares to");
    return () => vault.connect(actors.lender).transfer(receiver, 1_234n * SHARES);
  },
  check: async ({ vault, actors }, receipt) => {
    expectThat((await netChange(receipt, vault, actors.lender)) === -1_234n * SHARES, "shares that moved");
  },
});

/** One claim of everything that has come back for so many losses. */
export const claimAfter = (losses: number): Operation => ({
  operation: `claimRecovery: ${losses} epochs at once`,
  prepare: async (world) => {
    const { epochs, ids } = await chargeLenders(world, losses);
    const { vault, engine, actors } = world;
    for (const id of ids) await engine.connect(actors.payer).recover(vault, id, 100n * ONE);
    return () => vault.connect(actors.lender).claimRecovery(actors.lender, epochs, actors.lender);
  },
  check: async ({ dollar, actors }, receipt) => {
    expectThat((await netChange(receipt, dollar, actors.lender)) > 0n, "money for the lender");
  },
});
