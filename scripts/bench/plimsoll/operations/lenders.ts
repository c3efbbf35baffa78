import { expectChange, expectThat } from "../../checks.ts";
import { socialize } from "../losses.ts";
import type { Operation } from "../operation.ts";
import { ONE } from "../terms.ts";
import type { World } from "../world.ts";

/** Shares have six digits more than dollars. */
const SHARES = 10n ** 6n * ONE;

/** Some lender who never sends a transaction. */
function someone({ crowd }: World): string {
  const [first] = crowd;
  if (first === undefined) throw new Error("a lender has nobody to send shares to");
  return first;
}

/** What a lender does, and what a loss adds to it. */
export const lenderOperations: readonly Operation[] = [
  {
    operation: "deposit",
    prepare:
      ({ vault, actors: { lender } }) =>
      () =>
        vault.connect(lender).deposit(1_234n * ONE, lender),
    check: ({ dollar, actors }, receipt) => expectChange(receipt, dollar, actors.lender, -1_234n * ONE),
  },
  {
    operation: "mint",
    prepare:
      ({ vault, actors: { lender } }) =>
      () =>
        vault.connect(lender).mint(1_234n * SHARES, lender),
    check: ({ vault, actors }, receipt) => expectChange(receipt, vault, actors.lender, 1_234n * SHARES),
  },
  {
    operation: "withdraw",
    prepare:
      ({ vault, actors: { lender } }) =>
      () =>
        vault.connect(lender).withdraw(1_234n * ONE, lender, lender),
    check: ({ dollar, actors }, receipt) => expectChange(receipt, dollar, actors.lender, 1_234n * ONE),
  },
  {
    operation: "redeem",
    prepare:
      ({ vault, actors: { lender } }) =>
      () =>
        vault.connect(lender).redeem(1_234n * SHARES, lender, lender),
    check: ({ vault, actors }, receipt) => expectChange(receipt, vault, actors.lender, -1_234n * SHARES),
  },
  {
    operation: "transfer of shares",
    prepare: (world) => () => world.vault.connect(world.actors.lender).transfer(someone(world), 1_234n * SHARES),
    check: ({ vault, actors }, receipt) => expectChange(receipt, vault, actors.lender, -1_234n * SHARES),
  },
  {
    operation: "transfer, first of both holders since a loss",
    prepare: async (world) => {
      await socialize(world, 1);
      return () => world.vault.connect(world.actors.lender).transfer(someone(world), 1_234n * SHARES);
    },
    check: ({ vault, actors }, receipt) => expectChange(receipt, vault, actors.lender, -1_234n * SHARES),
  },
  {
    operation: "transfer, since the first loss both ever met",
    prepare: async (world) => {
      const { vault, connection, actors } = world;
      const fresh = connection.ethers.dataSlice(connection.ethers.id("fresh"), 0, 20);
      await vault.connect(actors.newcomer).deposit(5_000n * ONE, actors.newcomer);
      await vault.connect(actors.newcomer).deposit(5_000n * ONE, fresh);
      await socialize(world, 1);
      return () => vault.connect(actors.newcomer).transfer(fresh, 1_234n * SHARES);
    },
    check: ({ vault, actors }, receipt) => expectChange(receipt, vault, actors.newcomer, -1_234n * SHARES),
  },
  {
    operation: "setAuthorization",
    prepare:
      ({ vault, actors: { lender, operator } }) =>
      () =>
        vault.connect(lender).setAuthorization(operator, true),
    check: async ({ vault, actors: { lender, operator } }) => {
      expectThat(await vault.isAuthorized(lender, operator), "an operator");
    },
  },
];
