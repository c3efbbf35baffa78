/** The report of both vaults in one crash. */
import { chartHtml } from "../../lib/report/chart.ts";
import { cascade, facts, pageHtml, section, table } from "../../lib/report/page.ts";
import { crashCharts } from "../report/crash-charts.ts";
import { chargedHolders } from "../report/crash-report.ts";
import { waterfallHtmlTable } from "../report/crash-tables.ts";
import { waterfallPicture, waterfallTotals } from "../report/layers.ts";
import { moneyFormat } from "../report/money.ts";
import { type BothRun } from "./both.ts";
import { coverageRows } from "./print-both.ts";
import { marginBlocks } from "./report.ts";

export function bothReport(run: BothRun): string {
  const { scenario, lending, margin, lendingWorld, marginWorld } = run;
  const money = moneyFormat(lendingWorld.assetInfo);
  const lendingTotals = waterfallTotals(lending.mirror);
  const marginTotals = waterfallTotals(margin.mirror);
  const charts = crashCharts({ ...lending, world: lendingWorld });
  const holders = chargedHolders(lending);
  const column = (heading: string) => ({ heading, number: true });
  return pageHtml({
    title: scenario.title,
    lead: `A vault that lends against ether and a vault that lets traders hold it with leverage went through the same two
days, on one engine, one token and one price feed. They lost <b>${money.full(lendingTotals.badDebt)}</b> and
<b>${money.full(marginTotals.badDebt)}</b>. Neither's loss touched what stands behind the other.`,
    blocks: [
      facts([
        [String(run.watches.lending), "times the margin vault lost and the lending vault's coverage was as before"],
        [String(run.watches.margin), "times the lending vault lost and the margin vault's coverage was as before"],
        [String(run.entries), "ledger entries, each checked against an independent computation"],
      ]),
      section(
        "What stands behind each vault",
        `While the actors of one vault acted, the other's insurance fund, earmarks, standing bids, mint budget, loss epochs and
ledger were read before and after, and had to be the same to the unit; what its fund and its budget let be drawn could
only have grown with time (property IN2).`,
      ),
      table(
        [{ heading: "Layer" }, ...["Lending, before", "after", "Margin, before", "after"].map(column)],
        coverageRows(run, money),
      ),
      section("The lending vault", "A smaller book than in its own replay, by the same rules."),
      cascade(waterfallPicture(lendingTotals, holders, money), lendingTotals.badDebt),
      waterfallHtmlTable(lendingTotals, holders, money),
      chartHtml(charts.health),
      chartHtml(charts.losses),
      section("The margin vault"),
      ...marginBlocks(margin, marginWorld, scenario.margin),
      section(
        "What this page leaves out",
        `Figures are those at the end of the two days. What comes back afterwards is in each vault's own replay. Prices are
real, actors are models drawn from the seed <code>${run.seed}</code>.`,
      ),
    ],
    footer: `Made by <code>make start SCENARIO=${scenario.name}</code>. Times are UTC. Figures in ${money.symbol}; exact ones in base units
are in <code>summary.json</code> beside this file.`,
  });
}
