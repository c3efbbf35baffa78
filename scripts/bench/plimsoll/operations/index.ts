import type { Operation } from "../operation.ts";
import { batch } from "./batches.ts";
import { borrowerOperations } from "./borrowers.ts";
import { bidsFilled, dilutionOperations } from "./dilution.ts";
import { fundOperations } from "./fund.ts";
import { lenderOperations } from "./lenders.ts";
import { liquidationOperations } from "./liquidations.ts";
import { marginOperations } from "./margin.ts";
import { recoveryOperations } from "./recoveries.ts";

/** Every action that is measured, in groups as they are printed. Snapshots are kept of all of them. */
export const GROUPS: readonly { title: string; operations: readonly Operation[] }[] = [
  { title: "Lenders", operations: lenderOperations },
  { title: "Borrowers", operations: borrowerOperations },
  {
    title: "Liquidation and write-off: who pays",
    operations: [...liquidationOperations, bidsFilled, batch(1), batch(5)],
  },
  { title: "Recovery", operations: recoveryOperations },
  { title: "Dilution", operations: dilutionOperations },
  { title: "Insurance fund and reserves", operations: fundOperations },
  { title: "Margin vault", operations: marginOperations },
];

/** One of them, by its name. */
export function operationNamed(name: string): Operation {
  const found = GROUPS.flatMap(({ operations }) => operations).find(({ operation }) => operation === name);
  if (found === undefined) throw new Error(`no action is named "${name}"`);
  return found;
}
