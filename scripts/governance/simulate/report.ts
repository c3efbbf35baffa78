/** The result of a simulation for machines (JSON), for a terminal, and as one HTML file. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { escapeHtml } from "../../lib/report/chart.ts";
import { pageHtml, section, table } from "../../lib/report/page.ts";
import { Names } from "../names.ts";
import { allFlags, flagLines, summaryOf, utc, wrap } from "../print.ts";
import { type Section } from "./readings.ts";
import { type Simulation } from "./simulate.ts";

const HEADINGS: Readonly<Record<Section, string>> = {
  parameters: "Rules",
  switches: "Switches",
  roles: "Roles",
  safe: "Safes",
  balances: "Balances",
  losses: "What losses would cost whom",
};

const SECTIONS = Object.keys(HEADINGS) as Section[];

/** Writes `simulation.json`, `.txt` and `.html` into a folder. */
export function writeReport(folder: string, simulation: Simulation): string {
  mkdirSync(folder, { recursive: true });
  const text = simulationText(simulation);
  writeFileSync(join(folder, "simulation.json"), `${simulationJson(simulation)}\n`);
  writeFileSync(join(folder, "simulation.txt"), `${text}\n`);
  writeFileSync(join(folder, "simulation.html"), simulationHtml(simulation));
  return text;
}

/** All of it, figures as texts. */
export function simulationJson(simulation: Simulation): string {
  const { proposal, ...rest } = simulation;
  const { name, safe, chainId } = proposal;
  const all = { name, safe, chainId, flags: allFlags(proposal, new Names(proposal.names)), ...rest };
  return JSON.stringify(all, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value), 2);
}

/** What is different, at 80 columns. */
export function simulationText({
  proposal,
  block,
  heldFeeds,
  batches,
  before,
  differences,
  warnings,
}: Simulation): string {
  const names = new Names(proposal.names);
  const lines = [
    `Simulation: ${proposal.name}`,
    ...wrap(`  on a copy of chain ${proposal.chainId} at block ${block}, through the Safe's execTransaction`, "  "),
    ...wrap(
      `  ${heldFeeds.length} price feeds go on answering what they answered; losses before and after are told for the same second.`,
      "  ",
    ),
    "",
    ...warnings.flatMap((warning) => wrap(`  WARNING: ${warning}`, "    ")),
    ...flagLines(allFlags(proposal, names)),
    "",
  ];
  for (const { kind, outcome, signed, approved, timestamp, gasUsed, events } of batches) {
    lines.push(`${kind}: ${outcome}${outcome === "executed" ? ` at ${utc(timestamp)}, ${gasUsed} gas` : ""}`);
    if (outcome === "executed") {
      lines.push(`  ${signed.length} signatures of owners, ${approved.length} approvals given to the copy`);
    }
    lines.push(...events.flatMap((event) => wrap(`  ${event}`, "    ")));
  }
  for (const part of SECTIONS) {
    const found = differences.filter((difference) => difference.section === part);
    const read = before.filter((reading) => reading.section === part).length;
    lines.push(
      "",
      `${HEADINGS[part]}: ${found.length === 0 ? `all ${read} unchanged` : `${found.length} of ${read} different`}`,
    );
    for (const { what, before: then, after } of found) {
      lines.push(...wrap(`  ${what}: ${then ?? "–"} → ${after ?? "–"}`, "    "));
    }
  }
  return lines.join("\n");
}

function simulationHtml(simulation: Simulation): string {
  const { proposal, block, batches, before, differences, warnings } = simulation;
  const names = new Names(proposal.names);
  const columns = [{ heading: "What" }, { heading: "Before" }, { heading: "After" }];
  const blocks = [
    ...(warnings.length === 0 ? [] : [section("Warnings", ...warnings.map(escapeHtml))]),
    section(...(flagLines(allFlags(proposal, names)).map(escapeHtml) as [string, ...string[]])),
    section("Batches"),
    table(
      [{ heading: "Batch" }, { heading: "Outcome" }, { heading: "Gas", number: true }, { heading: "Events" }],
      batches.map(({ kind, outcome, gasUsed, events }) => [
        kind,
        outcome,
        gasUsed.toString(),
        `<div class="log">${events.map(escapeHtml).join("<br>")}</div>`,
      ]),
    ),
    ...SECTIONS.flatMap((part) => {
      const found = differences.filter((difference) => difference.section === part);
      const read = before.filter((reading) => reading.section === part).length;
      if (found.length === 0) return [section(HEADINGS[part], `All ${read} readings are unchanged.`)];
      return [
        section(HEADINGS[part], `${found.length} of ${read} readings are different.`),
        table(
          columns,
          found.map((row) => [row.what, row.before ?? "–", row.after ?? "–"].map(escapeHtml)),
        ),
      ];
    }),
    section("The proposal"),
    `<pre>${escapeHtml(summaryOf(proposal, names))}</pre>`,
  ];
  return pageHtml({
    title: `Simulation: ${proposal.name}`,
    lead: `Executed on a copy of chain ${proposal.chainId} at block ${block}, through the Safe's own execTransaction.`,
    blocks,
    footer: "Price feeds go on answering what they answered when the chain was copied.",
  });
}
