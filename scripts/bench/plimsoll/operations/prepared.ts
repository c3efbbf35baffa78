import { expectThat } from "../../checks.ts";
import type { Operation } from "../operation.ts";
import type { World } from "../world.ts";

/** Losses that are prepared ahead of an action: more than lead up to it. */
const AHEAD = 8;
/** At once: some 180,000 gas each, and a transaction takes 2^24. */
const AT_ONCE = 64;

/** From now on so many losses find the slots used that they write. */
async function prepareLosses({ preparer, vault, actors }: World, losses: number): Promise<void> {
  for (let count = Math.min(AT_ONCE, losses); ; count = Math.min(count + AT_ONCE, losses)) {
    await preparer.connect(actors.operator).prepare(vault, count);
    if (count === losses) return;
  }
}

/** The same action where somebody has prepared slots, as keepers do: before all that leads up to it, and before itself. */
export function withPreparedSlots(operation: Operation, losses = AHEAD): Operation {
  return {
    ...operation,
    prepare: async (world) => {
      await prepareLosses(world, losses);
      const send = await operation.prepare(world);
      await prepareLosses(world, losses);
      return send;
    },
  };
}

/** How an action is named where nobody has prepared anything. */
export const unpreparedName = (operation: string) => `slots not prepared: ${operation}`;

/** The action as it is, so named. */
export function withoutPreparedSlots(operation: Operation): Operation {
  return { ...operation, operation: unpreparedName(operation.operation) };
}

const preparing = (losses: number): Operation => ({
  operation: `LossPreparer.prepare: ${losses} ${losses === 1 ? "loss" : "losses"}, all layers`,
  prepare:
    ({ preparer, vault, actors }) =>
    () =>
      preparer.connect(actors.operator).prepare(vault, losses),
  check: async ({ preparer, vault }) => {
    expectThat((await preparer.prepared(vault)) === BigInt(losses), `${losses} prepared losses`);
  },
});

/** What it costs whoever does it. */
export const preparingOne = preparing(1);
export const preparingTen = preparing(10);
