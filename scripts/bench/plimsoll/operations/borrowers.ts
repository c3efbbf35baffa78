import { expectChange } from "../../checks.ts";
import type { Operation } from "../operation.ts";
import { ONE, USUAL_PRICE } from "../terms.ts";

/** What a borrower with a debt does. */
export const borrowerOperations: readonly Operation[] = [
  {
    operation: "supplyCollateral",
    prepare:
      ({ vault, ether, actors: { borrower } }) =>
      () =>
        vault.connect(borrower).supplyCollateral(ether, 5n * ONE, borrower),
    check: ({ ether, actors }, receipt) => expectChange(receipt, ether, actors.borrower, -5n * ONE),
  },
  {
    operation: "withdrawCollateral",
    prepare:
      ({ vault, ether, actors: { borrower } }) =>
      () =>
        vault.connect(borrower).withdrawCollateral(ether, 5n * ONE, borrower, borrower),
    check: ({ ether, actors }, receipt) => expectChange(receipt, ether, actors.borrower, 5n * ONE),
  },
  {
    operation: "borrow",
    prepare: async ({ vault, ether, prices, actors: { borrower } }) => {
      await prices.set(USUAL_PRICE);
      return () => vault.connect(borrower).borrow(ether, 1_234n * ONE, borrower, borrower);
    },
    check: ({ dollar, actors }, receipt) => expectChange(receipt, dollar, actors.borrower, 1_234n * ONE),
  },
  {
    operation: "repay",
    prepare:
      ({ vault, ether, actors: { borrower } }) =>
      () =>
        vault.connect(borrower).repay(ether, 12_345n * ONE, borrower),
    check: ({ dollar, actors }, receipt) => expectChange(receipt, dollar, actors.borrower, -12_345n * ONE),
  },
];
