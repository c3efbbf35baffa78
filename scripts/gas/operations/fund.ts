import type { Operation } from "../measure.ts";
import { ONE } from "../terms.ts";

/** What stakers do, and what the vault pays them. */
export const fundOperations: readonly Operation[] = [
  {
    operation: "InsuranceFund.deposit",
    prepare:
      ({ fund, actors: { staker } }) =>
      () =>
        fund.connect(staker).deposit(1_234n * ONE, staker),
  },
  {
    operation: "InsuranceFund.startCooldown",
    prepare: async ({ fund, actors: { staker } }) => {
      const shares = await fund.balanceOf(staker);
      return () => fund.connect(staker).startCooldown(shares / 2n, staker);
    },
  },
  {
    operation: "InsuranceFund.redeem: a part of the notice",
    prepare: async ({ fund, pass, actors: { staker } }) => {
      const shares = await fund.balanceOf(staker);
      await fund.connect(staker).startCooldown(shares / 2n, staker);
      await pass(await fund.cooldown());
      return () => fund.connect(staker).redeem(shares / 4n, staker, staker);
    },
  },
  {
    operation: "sweepReserves",
    prepare: async ({ vault, ether, actors: { whale, operator } }) => {
      // Interest that was paid can be swept; what is only owed stays.
      await vault.connect(whale).repay(ether, 40_000n * ONE, whale);
      return () => vault.connect(operator).sweepReserves();
    },
  },
];
