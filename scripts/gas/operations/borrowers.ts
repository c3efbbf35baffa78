import type { Operation } from "../measure.ts";
import { ONE, USUAL_PRICE } from "../terms.ts";

/** What a borrower with a debt does. */
export const borrowerOperations: readonly Operation[] = [
  {
    operation: "supplyCollateral",
    prepare:
      ({ vault, ether, actors: { borrower } }) =>
      () =>
        vault.connect(borrower).supplyCollateral(ether, 5n * ONE, borrower),
  },
  {
    operation: "withdrawCollateral",
    prepare:
      ({ vault, ether, actors: { borrower } }) =>
      () =>
        vault.connect(borrower).withdrawCollateral(ether, 5n * ONE, borrower, borrower),
  },
  {
    operation: "borrow",
    mark: 84_000,
    prepare: async ({ vault, ether, prices, actors: { borrower } }) => {
      await prices.set(USUAL_PRICE);
      return () => vault.connect(borrower).borrow(ether, 1_234n * ONE, borrower, borrower);
    },
  },
  {
    operation: "repay",
    mark: 78_000,
    prepare:
      ({ vault, ether, actors: { borrower } }) =>
      () =>
        vault.connect(borrower).repay(ether, 12_345n * ONE, borrower),
  },
];
