import type { Operation } from "../operation.ts";
import { batch } from "./batches.ts";
import { borrowerOperations } from "./borrowers.ts";
import { bidsFilled, dilutionOperations } from "./dilution.ts";
import { fundOperations } from "./fund.ts";
import { lenderOperations } from "./lenders.ts";
import { liquidationOperations } from "./liquidations.ts";
import { marginOperations, marginUnprepared } from "./margin.ts";
import { preparingOne, preparingTen, withoutPreparedSlots, withPreparedSlots } from "./prepared.ts";
import { recoveryOperations } from "./recoveries.ts";

/** Whatever ends in a loss or comes after one. */
const losses = [...liquidationOperations, bidsFilled, batch(1), batch(5)];
const isLoss = ({ operation }: Operation) => !operation.startsWith("solvent") && operation !== "impair";
const prepared = (operation: Operation) => (isLoss(operation) ? withPreparedSlots(operation) : operation);

/** Every action that is measured, in groups as they are printed. Snapshots are kept of all of them. */
export const GROUPS: readonly { title: string; operations: readonly Operation[] }[] = [
  { title: "Lenders", operations: lenderOperations },
  { title: "Borrowers", operations: borrowerOperations },
  {
    title: "Liquidation and write-off: who pays",
    operations: losses.map(prepared),
  },
  { title: "Recovery", operations: recoveryOperations.map(prepared) },
  { title: "Dilution", operations: dilutionOperations.map(prepared) },
  { title: "Insurance fund and reserves", operations: fundOperations },
  { title: "Margin vault", operations: marginOperations },
  { title: "Preparing slots", operations: [preparingOne, preparingTen] },
  {
    title: "The same, slots not prepared",
    operations: [
      ...[...losses.filter(isLoss), ...dilutionOperations.slice(0, 1)].map(withoutPreparedSlots),
      marginUnprepared,
    ],
  },
];

/** One of them, by its name. */
export function operationNamed(name: string): Operation {
  const found = GROUPS.flatMap(({ operations }) => operations).find(({ operation }) => operation === name);
  if (found === undefined) throw new Error(`no action is named "${name}"`);
  return found;
}
