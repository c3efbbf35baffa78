import { expectChange, expectThat, netChange } from "../../checks.ts";
import type { Operation } from "../operation.ts";
import { ONE } from "../terms.ts";

/** What stakers do, and what the vault pays them. */
export const fundOperations: readonly Operation[] = [
  {
    operation: "InsuranceFund.deposit",
    prepare:
      ({ fund, actors: { staker } }) =>
      () =>
        fund.connect(staker).deposit(1_234n * ONE, staker),
    check: ({ dollar, actors }, receipt) => expectChange(receipt, dollar, actors.staker, -1_234n * ONE),
  },
  {
    operation: "InsuranceFund.startCooldown",
    prepare: async ({ fund, actors: { staker } }) => {
      const shares = await fund.balanceOf(staker);
      return () => fund.connect(staker).startCooldown(shares / 2n, staker);
    },
    check: async ({ fund, actors: { staker } }) => {
      expectThat((await fund.noticeOf(staker)).quantity > 0n, "a notice");
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
    check: async ({ dollar, actors }, receipt) => {
      expectThat((await netChange(receipt, dollar, actors.staker)) > 0n, "money for the staker");
    },
  },
  {
    operation: "sweepReserves",
    prepare: async ({ vault, ether, actors: { whale, operator } }) => {
      // Interest that was paid can be swept; what is only owed stays.
      await vault.connect(whale).repay(ether, 40_000n * ONE, whale);
      return () => vault.connect(operator).sweepReserves();
    },
    check: async ({ dollar, fund }, receipt) => {
      expectThat((await netChange(receipt, dollar, fund)) > 0n, "a premium for the fund");
    },
  },
];
