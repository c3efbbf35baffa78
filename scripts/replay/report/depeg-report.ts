/** The report of a depeg: which loans were left alone, and what a stale feed was refused. */
import { type Chart, chartHtml } from "../../lib/report/chart.ts";
import { facts, pageHtml, section, table } from "../../lib/report/page.ts";
import { formatFixed, sum, toChartNumber } from "../../lib/units.ts";
import { type DepegRun } from "../depeg.ts";
import { PRICE_DECIMALS } from "../prices.ts";
import { provisionOutcome } from "../provision-outcome.ts";
import { alarmTimes, falseAlarmTable, provisionsTable } from "./early-tables.ts";
import { type LoanGroup, loanGroups, rightlyLeftAlone } from "./depeg-outcome.ts";
import { formatMoment, moneyFormat } from "./money.ts";

const HOUR = 3_600;
const DAY = 86_400;

/** What the reader calls the states. */
export const STATE_TEXTS: Record<LoanGroup["worst"], string> = {
  healthy: "never in danger",
  liquidatable: "could be liquidated, still covered",
  insolvent: "insolvent",
};

export function depegReport(run: DepegRun): string {
  const { scenario, world, heartbeats, keepers, liquidators, recorder, mirror, lenders, stakers } = run;
  const [alarm] = provisionOutcome(mirror).falseAlarms;
  const left = lenders.all.filter(({ leftAt }) => leftAt !== undefined);
  const money = moneyFormat(world.assetInfo);
  const groups = loanGroups(run);
  const lowest = recorder.samples.reduce((low, sample) => (sample.price < low.price ? sample : low));
  const usd = (price: bigint): string => formatFixed(price, PRICE_DECIMALS, 4);
  const last = recorder.samples.at(-1);
  const share = (price: bigint): string => formatFixed(price, world.assetInfo.decimals, 6);
  const { price, trouble, late } = depegCharts(run);

  return pageHtml({
    title: scenario.title,
    lead: `For a weekend ${world.collateralInfo.symbol} was worth as little as <b>${usd(lowest.price)} dollars</b>. A vault that lends
${money.symbol} against it went through all ${run.rounds} rounds of the real price feed. Nothing was written off:
<b>${rightlyLeftAlone(groups)} loans</b> that looked bad or even lost at the lowest price were left alone and are healthy again.`,
    blocks: [
      facts([
        [String(run.rounds), "rounds replayed, at their own seconds"],
        [String(rightlyLeftAlone(groups)), "loans rightly left alone"],
        [String(liquidators.count), "partial liquidations, none with a loss"],
        [String(mirror.writeOffs().length), "write-offs"],
        [money.bare(run.largestShortfall), `${money.symbol} would have been lost at the worst round`],
        [`${heartbeats.answered} of ${heartbeats.count}`, "daily heartbeats bridged"],
      ]),
      section(
        "Which loans were left alone",
        `A loan is insolvent when its debt exceeds what its collateral is worth less the liquidator's minimum incentive. Keepers
recorded ${keepers.count.impaired} insolvencies. A record alone writes nothing off: a write-off without cash needs
${run.confirmationDelay / HOUR} hours to pass and a newer round that confirms it. The price came back first, and
${keepers.count.cleared} records were cleared again. Of the loans that could be liquidated, the liquidators took what their
money allowed, and never at a loss.`,
      ),
      groupsTable(groups, money.bare),
      chartHtml(price),
      chartHtml(trouble),
      section(
        "Heartbeats are not silence",
        `From November to March the feed published once a day, up to ${formatFixed(BigInt(heartbeats.longestGap), 0, 0)} seconds apart. A limit of 24 hours
would have called it stale every single day; the limit here is 25 hours. Just before each heartbeat the old answer still
stood, and a keeper who tried to impair the weakest loan was refused.`,
      ),
      chartHtml(late),
      section(
        "Losses that did not come",
        `Each of the larger insolvencies was provisioned at once: reserves, fund and lenders were charged as if it were final.
When the price came back, all of it was given back to exactly those who had been charged, also to the
${left.length} lenders who had left in between.`,
      ),
      provisionsTable(mirror, money),
      ...(alarm === undefined
        ? []
        : [
            section("One of them, to the unit", `Debt number ${alarm.id} was insolvent from ${alarmTimes(alarm)} UTC.`),
            falseAlarmTable(alarm, mirror, lenders.all, stakers.all, money),
          ]),
      section(
        "If the feed had died",
        `In a branch of the replay the feed goes silent at the first round that made a loan insolvent, on
${formatMoment(run.silentFrom)} UTC. Everything that could book a loss is tried, then the branch is left and the replay
goes on. While the feed is merely silent, no newer round confirms a record. Once it is stale, no price is believed at all.
A repayment works in every state.`,
      ),
      table(
        [{ heading: "When" }, { heading: "What was tried" }, { heading: "Times", number: true }, { heading: "Answer" }],
        run.attempts.all.map(({ when, call, count, answer }) => [when, call, String(count), `<code>${answer}</code>`]),
      ),
      section(
        "What is real and what is a model",
        `All ${run.rounds} rounds are Chainlink's, from 20 November 2022 to 12 March 2023, when the price was back at
${usd(last?.price ?? 0n)}. The ${run.positions.all.length} borrowers are drawn from the seed <code>${run.seed}</code>: debts from
${money.bare(scenario.book.sizes[0]?.lowestDebt ?? 0n)} to ${money.bare(scenario.book.sizes.at(-1)?.highestDebt ?? 0n)} ${money.symbol},
loan to value evenly between ${formatFixed(scenario.book.lowestLtvBps, 2, 1)} % and ${formatFixed(scenario.book.highestLtvBps, 2, 1)} %.
The liquidators have ${money.full(sum(scenario.liquidators.liquidators, ({ capital }) => capital))} and value what they seize at
${formatFixed(BigInt(scenario.bots.haircutBps), 2, 0)} % less than the feed. The share price went from ${share(run.sharePriceBefore)} to
${share(run.sharePriceAfter)}, all of it interest.`,
      ),
    ],
    footer: `Made by <code>make start SCENARIO=usdc-depeg</code>. Times are UTC. Exact figures in base units are in <code>summary.json</code> beside this file.`,
  });
}

function depegCharts(run: DepegRun): { price: Chart; trouble: Chart; late: Chart } {
  const { recorder, scenario, world } = run;
  const money = moneyFormat(world.assetInfo);
  const samples = recorder.samples.filter(({ time }) => time >= scenario.depegFrom);
  const times = samples.map(({ time }) => time);
  const first = formatMoment(times[0] ?? 0);
  const price: Chart = {
    id: "price",
    title: `Price of ${world.collateralInfo.symbol}`,
    caption: `The feed's rounds from ${first} on.`,
    axis: "dollars",
    axisPlaces: 2,
    range: { min: 0.85, max: 1.05 },
    times,
    series: [
      {
        ...{ name: "feed answer", color: "price", step: true },
        values: samples.map((sample) => toChartNumber(sample.price, PRICE_DECIMALS)),
        labels: samples.map((sample) => `${formatFixed(sample.price, PRICE_DECIMALS, 4)} USD`),
      },
    ],
  };
  const debt = (
    name: string,
    color: "socialized" | "warning",
    figure: (sample: (typeof samples)[number]) => bigint,
  ) => ({
    ...{ name, color, stacked: true, step: true },
    values: samples.map((sample) => toChartNumber(figure(sample), world.assetInfo.decimals + 6)),
    labels: samples.map((sample) => money.full(figure(sample))),
  });
  const trouble: Chart = {
    id: "trouble",
    title: "Loans in danger",
    caption:
      "Debt that could be liquidated at each round, and the part of it that was insolvent. All of it went away again.",
    axis: `million ${money.symbol}`,
    times,
    series: [
      debt("insolvent", "socialized", ({ insolventDebt }) => insolventDebt),
      debt("still covered", "warning", ({ liquidatableDebt }) => liquidatableDebt),
    ],
  };
  return { price, trouble, late: latenessChart(run) };
}

/** By how much each daily heartbeat came later than a day after the round before. */
function latenessChart({ scenario }: DepegRun): Chart {
  const late = scenario.collateralRounds.flatMap(({ updatedAt }, index) => {
    const seconds = updatedAt - (scenario.collateralRounds[index - 1]?.updatedAt ?? updatedAt) - DAY;
    return seconds > 0 ? [{ time: updatedAt, seconds }] : [];
  });
  return {
    id: "late",
    title: "How late each daily heartbeat came",
    caption: "Seconds beyond 24 hours after the round before. Not one of them was on time to the second.",
    axis: "seconds",
    range: { min: 0, max: 90 },
    times: late.map(({ time }) => time),
    series: [
      {
        ...{ name: "late by", color: "warning", step: true },
        values: late.map(({ seconds }) => seconds),
        labels: late.map(({ seconds }) => `${seconds} s`),
      },
    ],
  };
}

function groupsTable(groups: readonly LoanGroup[], bare: (assets: bigint) => string): string {
  return table(
    [
      { heading: "At its worst round" },
      { heading: "Loans", number: true },
      { heading: "Debt", number: true },
      { heading: "Liquidated in part", number: true },
      { heading: "Left alone", number: true },
      { heading: "of these healthy at the end", number: true },
    ],
    groups.map(({ worst, loans, debt, liquidated, leftAlone, healthyAgain }) => [
      STATE_TEXTS[worst],
      String(loans),
      bare(debt),
      String(liquidated),
      String(leftAlone),
      String(healthyAgain),
    ]),
  );
}
