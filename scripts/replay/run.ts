/** From the name of a scenario to its results: run it, write its files, return what is printed. */
import { Progress } from "../lib/progress.ts";
import { formatFixed } from "../lib/units.ts";
import { type CrashRun, runCrash } from "./crash.ts";
import { type DepegRun, runDepeg } from "./depeg.ts";
import { crashSummary, provisionSummary } from "./crash-summary.ts";
import { type FlopRun, runFlop } from "./flop.ts";
import { flopSummary } from "./flop-figures.ts";
import { attemptsTable, factLines, loansTable, returnsTable, waterfallTable } from "./print.ts";
import { earlyFacts, earlyTable, underwritersTable } from "./print-crash.ts";
import { bidsTable, flopFacts, flopTable } from "./print-flop.ts";
import { chargedHolders, crashReport } from "./report/crash-report.ts";
import { loanGroups, rightlyLeftAlone } from "./report/depeg-outcome.ts";
import { depegReport } from "./report/depeg-report.ts";
import { flopReport } from "./report/flop-report.ts";
import { waterfallTotals } from "./report/layers.ts";
import { moneyFormat } from "./report/money.ts";
import { type BothRun, runBoth } from "./margin/both.ts";
import { bothReport } from "./margin/both-report.ts";
import { type MarginRun, runMarginCrash } from "./margin/crash.ts";
import { marginCharged, marginSummary } from "./margin/outcome.ts";
import { leverageTable, marginFacts } from "./margin/print.ts";
import { bothSummary, coverageTable } from "./margin/print-both.ts";
import { marginReport } from "./margin/report.ts";
import { blackThursday } from "./scenarios/black-thursday.ts";
import { blackThursdayBoth } from "./scenarios/black-thursday-both.ts";
import { blackThursdayMargin } from "./scenarios/black-thursday-margin.ts";
import { makerFlop } from "./scenarios/maker-flop.ts";
import { type ScenarioName } from "./scenarios/types.ts";
import { usdcDepeg } from "./scenarios/usdc-depeg.ts";
import { summarizeRun, type WrittenFiles, writeResults } from "./summary.ts";

const TOKEN_DECIMALS = 18;

/** Runs with a seed, or with the scenario's own, and returns the text for the terminal. */
type Run = (seed: string | undefined) => Promise<string>;

const RUNS: Record<ScenarioName, Run> = {
  "black-thursday": async (seed) => {
    const scenario = blackThursday();
    return finishCrash(await runCrash(scenario, seed ?? scenario.seed, new Progress()));
  },
  "black-thursday-margin": async (seed) => {
    const scenario = blackThursdayMargin();
    return finishMargin(await runMarginCrash(scenario, seed ?? scenario.seed, new Progress()));
  },
  "black-thursday-both": async (seed) => {
    const scenario = blackThursdayBoth();
    return finishBoth(await runBoth(scenario, seed ?? scenario.seed, new Progress()));
  },
  "usdc-depeg": async (seed) => {
    const scenario = usdcDepeg();
    return finishDepeg(await runDepeg(scenario, seed ?? scenario.seed, new Progress()));
  },
  // Nothing is drawn here, so a seed changes nothing.
  "maker-flop": async () => finishFlop(await runFlop(makerFlop(), new Progress())),
};

/** Names that `findScenario` knows. */
export const SCENARIOS: readonly string[] = Object.keys(RUNS);

/** The scenario of that name, ready to run; undefined if there is none. */
export function findScenario(name: string): Run | undefined {
  return SCENARIOS.includes(name) ? RUNS[name as ScenarioName] : undefined;
}

/** The summary of a depeg: the same figures, and what the scenario is about. */
export function depegSummary(run: DepegRun) {
  const groups = loanGroups(run);
  return {
    ...summarizeRun(run, 0n),
    rounds: run.rounds,
    heartbeats: run.heartbeats,
    ...provisionSummary(run),
    impaired: run.keepers.count.impaired,
    cleared: run.keepers.count.cleared,
    rightlyLeftAlone: rightlyLeftAlone(groups),
    loans: groups.map((group) => ({ ...group, debt: group.debt.toString() })),
    largestShortfall: run.largestShortfall.toString(),
    attempts: run.attempts.all,
  };
}

function finishCrash(run: CrashRun): string {
  const summary = crashSummary(run);
  const files = writeResults(summary, crashReport(run));
  const money = moneyFormat(run.world.assetInfo);
  const totals = waterfallTotals(run.mirror);
  const { cleared } = run.keepers.count;
  return [
    "",
    `${run.scenario.title}: who paid`,
    waterfallTable(totals, chargedHolders(run), money),
    returnsTable(totals, money),
    "Known before it was final, paid back in full, forgiven",
    earlyTable(run.mirror, money, run.paidBack, run.restructured),
    underwritersTable(run, money),
    factLines([
      [
        "Positions",
        `${summary.positions}: ${summary.liquidations} liquidations, ${summary.writeOffs} write-offs, ${cleared} records cleared`,
      ],
      ...earlyFacts(run, money),
      ...priceFacts(run, summary),
      ["Seed", run.seed],
      ...fileFacts(files),
    ]),
  ].join("\n");
}

function finishMargin(run: MarginRun): string {
  const summary = marginSummary(run);
  const files = writeResults(summary, marginReport(run));
  const money = moneyFormat(run.world.assetInfo);
  const totals = waterfallTotals(run.mirror);
  return [
    "",
    `${run.scenario.title}: who paid`,
    waterfallTable(totals, marginCharged(run), money),
    returnsTable(totals, money),
    "Traders by leverage, and what became of them",
    leverageTable(run, money),
    "Known before it was final",
    earlyTable(run.mirror, money),
    underwritersTable(run, money),
    factLines([...marginFacts(run, money), ...priceFacts(run, summary), ["Seed", run.seed], ...fileFacts(files)]),
  ].join("\n");
}

function finishBoth(run: BothRun): string {
  const summary = bothSummary(run);
  const files = writeResults(summary, bothReport(run));
  const money = moneyFormat(run.lendingWorld.assetInfo);
  const { lending, margin } = run;
  return [
    "",
    `${run.scenario.title}: who paid in the lending vault`,
    waterfallTable(waterfallTotals(lending.mirror), chargedHolders(lending), money),
    "Who paid in the margin vault",
    waterfallTable(waterfallTotals(margin.mirror), marginCharged(margin), money),
    "What stands behind each vault",
    coverageTable(run, money),
    factLines([
      [
        "IN2",
        `${run.watches.lending} times the margin vault lost and ${run.watches.margin} times the lending vault did: each time the other's fund, bids, mint budget and epochs were what they had been, to the unit`,
      ],
      ["Ledger", `${run.entries} entries, each equal to the computation`],
      ["Seed", run.seed],
      ...fileFacts(files),
    ]),
  ].join("\n");
}

function finishDepeg(run: DepegRun): string {
  const summary = depegSummary(run);
  const files = writeResults(summary, depegReport(run));
  const { answered, count, longestGap } = run.heartbeats;
  return [
    "",
    `${run.scenario.title}: which loans were left alone`,
    loansTable(loanGroups(run), moneyFormat(run.world.assetInfo)),
    "Losses that were known and did not come",
    earlyTable(run.mirror, moneyFormat(run.world.assetInfo)),
    "Tried while the feed was quiet, silent or stale",
    attemptsTable(run.attempts.all),
    factLines([
      ["Rounds", `${summary.rounds}, ${answered} of ${count} heartbeats bridged, longest gap ${longestGap} s`],
      [
        "Written off",
        `${summary.writeOffs} loans; ${summary.impaired} records of insolvency, ${summary.cleared} cleared again`,
      ],
      ["Left alone", `${summary.rightlyLeftAlone} loans in danger at their worst round are healthy again`],
      ["Seed", run.seed],
      ...fileFacts(files),
    ]),
  ].join("\n");
}

function finishFlop(run: FlopRun): string {
  const files = writeResults(flopSummary(run), flopReport(run));
  return [
    "",
    `${run.scenario.title}: the same loss, three ways`,
    flopTable(run),
    "The lots at their prices, in the auction here",
    bidsTable(run),
    factLines([...flopFacts(run), ...fileFacts(files)]),
  ].join("\n");
}

type Facts = (readonly [label: string, value: string])[];

/** What new tokens and losses have done to the holders of tokens and shares. */
function priceFacts(
  { world, tokenSymbol, sharePriceBefore, sharePriceAfter }: CrashRun | MarginRun,
  { tokensMinted }: { readonly tokensMinted: string },
): Facts {
  const price = (perShare: bigint): string => formatFixed(perShare, world.assetInfo.decimals, 6);
  return [
    ["Tokens minted", `${formatFixed(BigInt(tokensMinted), TOKEN_DECIMALS)} ${tokenSymbol}`],
    ["Share price", `${price(sharePriceBefore)} before, ${price(sharePriceAfter)} after`],
  ];
}

function fileFacts({ summary, report }: WrittenFiles): Facts {
  return [
    ["Summary", summary],
    ["Report", `${report} (open it in a browser)`],
  ];
}
