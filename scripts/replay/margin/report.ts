/** The report of a margin replay: who paid what, as a page that opens from disk. */
import { chartHtml } from "../../lib/report/chart.ts";
import { cascade, type Column, facts, pageHtml, section, table } from "../../lib/report/page.ts";
import { formatFixed, sum } from "../../lib/units.ts";
import { lendersTable, stakersTable, waterfallHtmlTable } from "../report/crash-tables.ts";
import { provisionsTable, underwritersHtmlTable } from "../report/early-tables.ts";
import { waterfallPicture, waterfallTotals } from "../report/layers.ts";
import { formatMoment, type MoneyFormat, moneyFormat } from "../report/money.ts";
import { provisionOutcome } from "../provision-outcome.ts";
import { PRICE_DECIMALS } from "../prices.ts";
import { type MarginScenario } from "../scenarios/black-thursday-margin.ts";
import { marginCharts } from "./charts.ts";
import { type MarginCast, marginTokensMinted, type MarginRun } from "./crash.ts";
import { feesPaid, leverageGroups, liquidationCount, marginCharged } from "./outcome.ts";
import { poolLine } from "./print.ts";
import { type MarginWorld } from "./world.ts";

const TOKEN_DECIMALS = 18;
const SHOWN = 15;

const text = (heading: string): Column => ({ heading });
const number = (heading: string): Column => ({ heading, number: true });

export function marginReport(run: MarginRun): string {
  const { scenario, world } = run;
  const money = moneyFormat(world.assetInfo);
  const totals = waterfallTotals(run.mirror);
  const { partial, complete } = liquidationCount(run);
  const { samples } = run.recorder;
  const lowest = samples.reduce((low, sample) => (sample.price < low.price ? sample : low));
  const usd = (price: bigint): string => formatFixed(price, PRICE_DECIMALS, 2);
  const tokens = (count: bigint): string => formatFixed(count, TOKEN_DECIMALS, 0);
  const share = (price: bigint): string => formatFixed(price, world.assetInfo.decimals, 4);
  return pageHtml({
    title: scenario.title,
    lead: `Within 26 hours the price of ether fell from ${usd(samples[0]?.price ?? 0n)} to ${usd(lowest.price)} dollars. Traders
held it long and short at up to 50 times their margin, against one pool. Prices jumped past their margins faster than
anybody could close them: accounts owed <b>${money.full(totals.badDebt)}</b> more than they had. This is who paid.`,
    blocks: [
      facts([
        [String(run.traders.all.length), "positions"],
        [String(partial + complete), `liquidations, ${complete} of them of a whole account`],
        [String(run.mirror.writeOffs().length), "write-offs, each checked against an independent computation"],
        [money.bare(totals.badDebt), `${money.symbol} of negative equity`],
        [
          tokens(marginTokensMinted(run)),
          `tokens minted for ${money.full(totals.auctionProceeds + totals.layers.dilutionCash)}`,
        ],
        [share(run.sharePriceAfter), `share price of the pool, from ${share(run.sharePriceBefore)}`],
      ]),
      ...marginBlocks(run, world, scenario),
      section(
        "What is real and what is a model",
        `The prices are real, and so is the feed's rule. Everybody who acts is a model with the numbers of
<code>scripts/replay/scenarios/black-thursday-margin.ts</code>, drawn from the seed <code>${run.seed}</code>; the same seed gives
the same figures to the last unit. Rounds come at the prices of five-minute bars, so the jumps between them are those of
five minutes.`,
      ),
    ],
    footer: `Made by <code>make start SCENARIO=${scenario.name}</code>. Times are UTC. Figures in ${money.symbol}, rounded for reading; exact
ones in base units are in <code>summary.json</code> beside this file.`,
  });
}

/** Everything about the margin vault; the report of both vaults has the same. */
export function marginBlocks(cast: MarginCast, world: MarginWorld, scenario: MarginScenario): string[] {
  const money = moneyFormat(world.assetInfo);
  const totals = waterfallTotals(cast.mirror);
  const charged = marginCharged(cast);
  const charts = marginCharts(cast, world);
  const { debts, falseAlarms } = provisionOutcome(cast.mirror);
  return [
    section(
      "Who paid",
      `What an account owes beyond its margin goes down the same ladder as a bad loan, in the transaction that closes the
account: reserves, the margin vault's own insurance fund, its own standing bids, then its providers.`,
    ),
    cascade(waterfallPicture(totals, charged, money), totals.badDebt),
    waterfallHtmlTable(totals, charged, money),
    section(
      "The positions",
      `Leverage is notional by margin right after the opening. What a trader asked for was cut where the market's rules ask
for more margin: at least the largest jump the market is made for, more for large positions, more when prices move.
${cast.traders.all.filter(({ openedAt }) => openedAt >= scenario.start).length} of these positions were opened in the crash.`,
    ),
    leverageHtmlTable(cast, money),
    chartHtml(charts.price),
    chartHtml(charts.openInterest),
    chartHtml(charts.initial),
    section(
      "The liquidations",
      `An account below its maintenance margin is cut back to a target, and pays a fee of which the liquidator has a part;
liquidators, bots with the keeper's own strategies, take the largest first if the reward pays for the gas, and when the
chain is full only a few get through. An account without equity pays next to nothing, so a keeper of the providers closes
it. Fees: ${money.full(feesPaid(cast))}; liquidators earned
${money.full(cast.keepers.rewards)}. Against the pool, ${poolLine(cast, money)}.`,
    ),
    chartHtml(charts.trouble),
    chartHtml(charts.losses),
    chartHtml(charts.buffers),
    chartHtml(charts.sharePrice),
    section(
      "Known before they were final",
      `${cast.keepers.recorded} times negative equity was put on record at once, ${cast.keepers.refreshed} times
a loss that had moved was followed, ${cast.keepers.cleared} times it was cleared again.
${debts} accounts were provisioned: what they owed was set apart there and then, out of reserves, in the fund and by a
charge to the providers. ${falseAlarms.length} of them were never written off; those who had been charged have it back.`,
    ),
    provisionsTable(cast.mirror, money),
    section("The underwriters", "Standing bids of the margin vault's own book, filled within the write-offs."),
    underwritersHtmlTable(cast.underwriters.all, cast.tokenSymbol, money),
    section("The largest write-offs"),
    writeOffsTable(cast, money),
    section(
      "Who was charged",
      `Providers bear the socialized part by their shares at that moment. One of them tried to leave on
${formatMoment(scenario.panicAt)} UTC without notice and was refused: <code>${cast.panic.error ?? ""}</code>. Days later money
came back for some write-offs; it went to those who had been charged.`,
    ),
    lendersTable(cast.providers.all, money),
    section("The insurance fund"),
    stakersTable(cast.stakers.all, money),
  ];
}

function leverageHtmlTable(cast: MarginCast, money: MoneyFormat): string {
  const groups = leverageGroups(cast);
  return table(
    [
      text("Leverage"),
      ...["Traders", "Notional", "Margin", "Cut in part", "Closed whole", "Written off", "Bad debt"].map(number),
    ],
    groups.map((group) => [
      group.name,
      String(group.traders),
      money.bare(group.notional),
      money.bare(group.margin),
      String(group.cutInPart),
      String(group.closed),
      String(group.writtenOff),
      money.bare(group.badDebt),
    ]),
    [
      "All",
      String(cast.traders.all.length),
      money.bare(sum(groups, ({ notional }) => notional)),
      money.bare(sum(groups, ({ margin }) => margin)),
      "",
      "",
      "",
      money.bare(sum(groups, ({ badDebt }) => badDebt)),
    ],
  );
}

function writeOffsTable({ audit, traders }: MarginCast, money: MoneyFormat): string {
  const byAccount = new Map(traders.all.map((trader) => [trader.account, trader]));
  const largest = [...audit.writeOffs].sort((left, right) => (left.badDebt < right.badDebt ? 1 : -1)).slice(0, SHOWN);
  return table(
    [
      ...["Number", "When", "Trader", "Side"].map(text),
      ...["Leverage", "Bad debt", "Reserves", "Insurance", "Bids", "Socialized"].map(number),
    ],
    largest.map(({ id, timestamp, account, badDebt, layers }) => {
      const trader = byAccount.get(account);
      return [
        String(id),
        formatMoment(timestamp),
        trader === undefined ? account : `trader ${trader.number}`,
        trader?.long === false ? "short" : "long",
        trader === undefined ? "" : `${formatFixed(trader.leverage, 2, 1)}x`,
        money.bare(badDebt),
        money.bare(layers.reserves),
        money.bare(layers.insurance),
        money.bare(layers.dilutionCash),
        money.bare(layers.socialized),
      ];
    }),
  );
}
