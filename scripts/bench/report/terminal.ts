import { printedTable } from "../../lib/table.ts";
import { bestPeer, type Compared, meetsGoal } from "../compare.ts";
import type { Growth } from "../growth.ts";
import type { Measured } from "../measure.ts";
import { exact, ratio, thousands } from "./figures.ts";

/** A heading and the actions under it. */
export interface Section {
  title: string;
  rows: readonly Measured[];
}

/** Ours beside the peers. "other" is the cheapest of those that are not measured here. */
export function renderComparison(compared: readonly Compared[]): string {
  const table = printedTable(
    [
      { heading: "gas", width: 23 },
      { heading: "ours", width: 6, number: true },
      { heading: "Morpho", width: 6, number: true },
      { heading: "Aave", width: 6, number: true },
      { heading: "other", width: 6, number: true },
      { heading: "goal", width: 6, number: true },
      { heading: "ratio", width: 5, number: true },
    ],
    compared.map((line) => {
      const { row, plimsoll, morphoBlue, aaveV3 } = line;
      const others = Object.values(row.fixedPeers);
      return [
        row.operation,
        thousands(plimsoll.gas),
        thousands(morphoBlue?.gas),
        thousands(aaveV3?.gas),
        thousands(others.length === 0 ? undefined : Math.min(...others)),
        thousands(row.goal),
        ratio(plimsoll.gas, bestPeer(line)?.gas),
      ];
    }),
  );
  const goals = compared.filter(({ row }) => row.goal !== undefined);
  const met = goals.filter(meetsGoal).length;
  const sentence = goals.length === 0 ? "" : ` Goals met: ${met} of ${goals.length}.`;
  return `${table}\nRatio is ours to the cheapest peer.${sentence}`;
}

/** Ours with slots prepared ahead, as above, and where nobody has. */
export function renderUnprepared(compared: readonly Compared[]): string {
  return printedTable(
    [
      { heading: "gas of a loss", width: 36 },
      { heading: "prepared", width: 9, number: true },
      { heading: "not prepared", width: 12, number: true },
    ],
    compared.flatMap(({ row, plimsoll, unprepared }) =>
      unprepared === null ? [] : [[row.operation, exact(plimsoll.gas), exact(unprepared.gas)]],
    ),
  );
}

/** Every action of ours. */
export function renderSections(sections: readonly Section[]): string {
  const rows: string[][] = [];
  const ruled: number[] = [];
  for (const section of sections) {
    ruled.push(rows.length);
    rows.push([section.title.toUpperCase(), ""]);
    for (const { operation, gas } of section.rows) rows.push([operation, exact(gas)]);
  }
  const columns = [
    { heading: "action", width: 57 },
    { heading: "gas", width: 10, number: true },
  ];
  return printedTable(columns, rows, ...ruled);
}

/** What grows with what, one line each. */
export function renderGrowth({ lenders, batch, tranches, lossEpochs }: Growth): string {
  const line = (name: string, points: readonly (readonly [count: number, gas: number])[]) =>
    `${name}\n  ${points.map(([count, gas]) => `${count}: ${exact(gas)}`).join("   ")}`;
  return [
    line(
      "A socialized loss, by lenders",
      lenders.map((at) => [at.lenders, at.socializedLoss]),
    ),
    line(
      "A batch of insolvent positions, by positions",
      batch.map((at) => [at.positions, at.plimsoll]),
    ),
    line(
      "A loss, by tranches that have a part in it",
      tranches.map((at) => [at.tranches, at.gas]),
    ),
    line(
      "A further loss, by loss epochs before it",
      lossEpochs.map((at) => [at.epochs, at.nextLoss]),
    ),
    line(
      "One claim, by loss epochs in it",
      lossEpochs.map((at) => [at.epochs, at.claimOfAll]),
    ),
  ].join("\n");
}
