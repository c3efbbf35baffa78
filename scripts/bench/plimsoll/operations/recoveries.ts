import { expectThat, netChange } from "../../checks.ts";
import { climbs } from "../checks.ts";
import { socialize } from "../losses.ts";
import type { Operation, Send } from "../operation.ts";
import { ONE } from "../terms.ts";
import { coverByAll } from "./dilution.ts";
import type { World } from "../world.ts";

/** `losses` loss epochs in which something has come back; the lender moves after each of them, or never. */
async function repaidEpochs(world: World, losses: number, lender: "never moves" | "moves"): Promise<bigint[]> {
  const { vault, engine, crowd, actors } = world;
  const move = async () => {
    const [receiver] = crowd;
    if (lender === "moves" && receiver !== undefined) await vault.connect(actors.lender).transfer(receiver, ONE);
  };
  const { ids, epochs } = await socialize(world, losses, move);
  for (const id of ids) await engine.connect(actors.payer).recover(vault, id, 100n * ONE);
  return epochs;
}

async function claim(world: World, losses: number, lender: "never moves" | "moves"): Promise<Send> {
  const epochs = await repaidEpochs(world, losses, lender);
  return () => world.vault.connect(world.actors.lender).claimRecovery(world.actors.lender, epochs, world.actors.lender);
}

const paid: Operation["check"] = async ({ dollar, actors }, receipt) => {
  expectThat((await netChange(receipt, dollar, actors.lender)) > 0n, "money for the lender");
};

/** Money that comes back, and those who were charged taking it. */
export const recoveryOperations: readonly Operation[] = [
  {
    operation: "recover: to lenders",
    prepare: async (world) => {
      const { ids } = await socialize(world, 1);
      return () => world.engine.connect(world.actors.payer).recover(world.vault, ids[0] ?? 0n, 100n * ONE);
    },
    check: climbs("toLenders"),
  },
  {
    operation: "recover: to lenders, dilution, fund, reserves",
    prepare: async (world) => {
      const id = await coverByAll(world);
      const { vault, engine, debtAuction, actors } = world;
      const { buyer, payer } = actors;
      const { startPrice, expiresAt } = await debtAuction.lot(vault, id);
      await debtAuction.connect(buyer).buy(vault, id, 50n * ONE, startPrice, buyer, expiresAt);
      const outstanding = await engine.outstanding(vault, id);
      return () => engine.connect(payer).recover(vault, id, outstanding);
    },
    check: climbs("toLenders", "toDilution", "toInsurance", "toReserves"),
  },
  { operation: "claimRecovery: 1 epoch", prepare: (world) => claim(world, 1, "never moves"), check: paid },
  { operation: "claimRecovery: 10 epochs", prepare: (world) => claim(world, 10, "never moves"), check: paid },
  {
    operation: "claimRecovery: 10 epochs, moved after each",
    prepare: (world) => claim(world, 10, "moves"),
    check: paid,
  },
  {
    operation: "reinvestRecovery: 1 epoch, first move since",
    prepare: async (world) => {
      const epochs = await repaidEpochs(world, 1, "never moves");
      const { vault, actors } = world;
      return () => vault.connect(actors.lender).reinvestRecovery(actors.lender, epochs, actors.lender);
    },
    check: async ({ vault, actors }, receipt) => {
      expectThat((await netChange(receipt, vault, actors.lender)) > 0n, "shares for the lender");
    },
  },
];
