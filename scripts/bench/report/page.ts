import { bestPeer, type Compared, type Evaluated, meetsGoal } from "../compare.ts";
import type { Breakdown } from "../breakdown.ts";
import type { Growth } from "../growth.ts";
import { FIXED_PEERS, FIXED_SOURCE, type FixedPeer } from "../peers/fixed.ts";
import { AAVE_PACKAGE, MORPHO_PACKAGE } from "../peers/packages.ts";
import type { FeedReads, MainnetReads } from "../feeds/reads.ts";
import { preparingOne, preparingTen } from "../plimsoll/operations/prepared.ts";
import { feedReads } from "./feeds.ts";
import { exact, ratio, thousands } from "./figures.ts";
import type { Size } from "../snapshot.ts";
import type { Section } from "./terminal.ts";

export interface Results {
  compared: readonly Compared[];
  chainlink: readonly Compared[];
  feeds: { own: FeedReads; mainnet: MainnetReads };
  sections: readonly Section[];
  growth: Growth;
  sizes: Readonly<Record<string, Size>>;
}

const PARTS: readonly (readonly [keyof Breakdown, string])[] = [
  ["intrinsic", "intrinsic"],
  ["coldLoads", "cold loads"],
  ["stores", "stores"],
  ["calls", "calls"],
  ["logs", "logs"],
  ["compute", "compute"],
  ["refunds", "refunds"],
];

/** `docs/performance.md`. */
export function performancePage({ compared, chainlink, feeds, sections, growth, sizes }: Results): string {
  return `${[
    "# Performance",
    "Written by `make bench`; do not edit by hand. Gas of whole transactions (`gasUsed`), each with a cold access list.",
    method(),
    "## Plimsoll and its peers",
    comparison(compared),
    notes(compared),
    preparation(sections),
    goalsNotMet(compared),
    "## The same with real Chainlink feeds",
    "A real proxy and a real aggregator for each of the two tokens, in place of a price in one slot. Morpho Blue reads " +
      "them through a contract of this benchmark with two reads and a division, as Morpho's own oracle is not on npm. " +
      "Only what reads a price is shown.",
    measuredOnly(chainlink),
    costOfFeeds(feeds),
    "## Where the gas goes",
    "Every unit of gas of the comparison, from a trace of the transaction. *Intrinsic* is what every transaction pays and " +
      "its calldata; *cold loads* the first touch of a slot or an account; *stores* writing storage without that; *calls* " +
      "calling and delegating without that; *refunds* what cleared slots give back.",
    breakdowns(compared),
    "## What grows with what",
    growthTables(growth),
    "## Every action",
    actions(sections),
    "## Code",
    "Bytes of the production build. A chain takes 24,576 on chain and 49,152 of creation code.",
    codeSizes(sizes),
  ].join("\n\n")}\n`;
}

function method(): string {
  return [
    "- One process, one chain per protocol, the same OpenZeppelin ERC-20 tokens with infinite approvals, the same loans and",
    "  deposits, every counter and balance in use before. Prices in one storage slot unless said.",
    `- Morpho Blue is \`${MORPHO_PACKAGE}\` from npm, compiled as its own configuration says (0.8.19, via IR, 999,999 runs,`,
    "  paris), with the rate model that comes with it: the deployed one is not on npm and costs more.",
    `- Aave v3 is \`${AAVE_PACKAGE}\` from npm (0.8.27, 200 runs, shanghai), set up as its own scripts do: proxies, roles,`,
    "  rewards controller, protocol fee on liquidations.",
    "- Plimsoll is the production build. Each measured action is checked to have done what its name says.",
    "- Losses of ours find their slots prepared, unless said: somebody has paid for that before, see below.",
    `- Fixed figures are those of peers that are not on npm: ${FIXED_SOURCE}.`,
  ].join("\n");
}

function comparison(compared: readonly Compared[]): string {
  const rows = compared.map((line) => {
    const { row, plimsoll, unprepared, morphoBlue, aaveV3 } = line;
    const best = bestPeer(line);
    return [
      row.operation,
      `**${exact(plimsoll.gas)}**`,
      exact(unprepared?.gas),
      exact(morphoBlue?.gas),
      exact(aaveV3?.gas),
      fixed(line),
      ratio(plimsoll.gas, best?.gas),
      `${exact(row.goal)}${meetsGoal(line) ? " met" : ""}`,
    ];
  });
  const heading = ["operation", "Plimsoll", "slots not prepared", "Morpho Blue", "Aave v3", "fixed figures"];
  return table([...heading, "ours / best peer", "goal"], rows);
}

/** How far each goal is, and what would be left if computing cost nothing. */
function goalsNotMet(compared: readonly Compared[]): string {
  const missed = compared.filter((line) => line.row.goal !== undefined && !meetsGoal(line));
  if (missed.length === 0) return "Every goal is met.";
  const rows = missed.map(({ row, plimsoll: { gas, breakdown } }) => [
    row.operation,
    exact(gas),
    exact(row.goal),
    exact(breakdown.compute),
    exact(gas - breakdown.compute),
  ]);
  return [
    "## Goals that are not met",
    "*Computing* is all that is neither the transaction and its calldata nor slots, accounts, calls and events; *without it* " +
      "is what would be left if it cost nothing. Where that is above the goal, only keeping less would meet it.",
    table(["operation", "gas", "goal", "computing", "without it"], rows),
    missed.flatMap(({ row }) => (row.pays === undefined ? [] : [`- *${row.operation}*: ${row.pays}`])).join("\n"),
  ].join("\n\n");
}

/** What is paid beforehand for the first column to be true. */
function preparation(sections: readonly Section[]): string {
  const gas = new Map(sections.flatMap(({ rows }) => rows.map((row) => [row.operation, row.gas] as const)));
  const one = gas.get(preparingOne.operation);
  const ten = gas.get(preparingTen.operation);
  if (one === undefined || ten === undefined) throw new Error("preparing slots was not measured");
  return (
    "A loss writes slots that were never used before: 22,100 gas each, 5,000 once somebody has prepared them " +
    "(`LossPreparer`; the keeper does it while the base fee is low). *Plimsoll* is what a loss costs whoever closes the " +
    "loan when that has been done, *slots not prepared* when nobody has. In sum it saves no gas: preparing a loss of " +
    `this vault, with all layers, costs ${exact(Math.round((ten - one) / 9))} gas and ${exact(one - Math.round((ten - one) / 9))} ` +
    "for the transaction, and each slot that the loss then writes gives 17,100 of it back. What changes is when it is " +
    "paid, at which base fee, and by whom. Peers have no such slots to prepare."
  );
}

/** Without goals and fixed figures, which are for prices in one slot. */
function measuredOnly(compared: readonly Compared[]): string {
  const rows = compared.map(({ row, plimsoll, morphoBlue, aaveV3 }) => {
    const peers = [morphoBlue?.gas, aaveV3?.gas].filter((gas) => gas !== undefined);
    const gas = [`**${exact(plimsoll.gas)}**`, exact(morphoBlue?.gas), exact(aaveV3?.gas)];
    return [row.operation, ...gas, ratio(plimsoll.gas, Math.min(...peers))];
  });
  return table(["operation", "Plimsoll", "Morpho Blue", "Aave v3", "ours / best peer"], rows);
}

/** What one price costs, of the real prices above. */
export function costOfFeeds({ own, mainnet }: Results["feeds"]): string {
  const { text, rows } = feedReads(own, mainnet);
  return [text, table(["feed", "first read of a transaction", "a read after it"], rows)].join("\n\n");
}

function codeSizes(sizes: Readonly<Record<string, Size>>): string {
  const rows = Object.entries(sizes).map(([name, { deployed, creation }]) => [name, exact(deployed), exact(creation)]);
  return table(["contract", "on chain", "creation code"], rows);
}

function fixed({ row }: Compared): string {
  const figures = Object.entries(row.fixedPeers) as [FixedPeer, number][];
  return figures.map(([peer, gas]) => `${FIXED_PEERS[peer].name} ${thousands(gas)}`).join(", ");
}

function notes(compared: readonly Compared[]): string {
  const lines = compared.flatMap(({ row }) => (row.note === undefined ? [] : [`- *${row.operation}*: ${row.note}`]));
  const peers = Object.values(FIXED_PEERS).map(
    ({ name, about, repository }) => `${name} (${about}; github.com/${repository})`,
  );
  return [...lines, `- Fixed figures: ${peers.join(", ")}. Source: ${FIXED_SOURCE}.`].join("\n");
}

function breakdowns(compared: readonly Compared[]): string {
  const line = (operation: string, who: string, { gas, breakdown }: Evaluated) => [
    operation,
    who,
    exact(gas),
    ...PARTS.map(([part]) => exact(breakdown[part])),
  ];
  const rows = compared.flatMap(({ row, plimsoll, morphoBlue, aaveV3 }) => [
    line(row.operation, "Plimsoll", plimsoll),
    ...(morphoBlue === null ? [] : [line("", "Morpho Blue", morphoBlue)]),
    ...(aaveV3 === null ? [] : [line("", "Aave v3", aaveV3)]),
  ]);
  return table(["operation", "", "gas", ...PARTS.map(([, name]) => name)], rows);
}

function growthTables({ lenders, batch, tranches, lossEpochs }: Growth): string {
  return [
    table(
      ["lenders", "deposit", "socialized loss"],
      lenders.map((at) => [exact(at.lenders), exact(at.deposit), exact(at.socializedLoss)]),
    ),
    table(
      ["insolvent positions in a batch", "Plimsoll", "each further", "Morpho Blue, in a loop", "Aave v3, multicall"],
      batch.map((at, i) => {
        const before = batch[i - 1];
        const further = before && Math.round((at.plimsoll - before.plimsoll) / (at.positions - before.positions));
        return [exact(at.positions), exact(at.plimsoll), exact(further), exact(at.morphoBlue), exact(at.aaveV3)];
      }),
    ),
    "*Each further* is against the line above.",
    table(
      ["tranches with a part in a loss, lenders the rest", "write-off"],
      tranches.map((at) => [exact(at.tranches), exact(at.gas)]),
    ),
    "One tranche is a fund; the second is dilution, which opens a lot; the third and fourth are further funds.",
    table(
      ["loss epochs a lender sat through", "the next loss", "its first transfer", "one claim for all of them"],
      lossEpochs.map((at) => [exact(at.epochs), exact(at.nextLoss), exact(at.nextTransfer), exact(at.claimOfAll)]),
    ),
  ].join("\n\n");
}

function actions(sections: readonly Section[]): string {
  const rows = sections.flatMap(({ title, rows: actionsOfTitle }) =>
    actionsOfTitle.map(({ operation, gas }, i) => [i === 0 ? title : "", operation, exact(gas)]),
  );
  return table(["", "action", "gas"], rows);
}

/** The first column is text, the others are figures. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, i) => (i === 0 ? "---" : "---:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}
