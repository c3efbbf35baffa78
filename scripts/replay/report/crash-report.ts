/** The report of a crash: who paid what, as a page that opens from disk. */
import { chartHtml } from "../../lib/report/chart.ts";
import { cascade, facts, pageHtml, section } from "../../lib/report/page.ts";
import { formatFixed, sum } from "../../lib/units.ts";
import { type CrashRun } from "../crash.ts";
import { tokensMinted } from "../crash-summary.ts";
import { PRICE_DECIMALS } from "../prices.ts";
import { provisionOutcome } from "../provision-outcome.ts";
import { daysBetween } from "../restructuring.ts";
import { collateralValue } from "../world.ts";
import { crashCharts } from "./crash-charts.ts";
import {
  lendersTable,
  liquidatorsTable,
  modelTable,
  recoveriesTable,
  stakersTable,
  waterfallHtmlTable,
  writeOffsTable,
} from "./crash-tables.ts";
import {
  alarmTimes,
  falseAlarmTable,
  paidBackTable,
  provisionsTable,
  restructuringTable,
  underwritersHtmlTable,
} from "./early-tables.ts";
import { type Charged, waterfallPicture, waterfallTotals } from "./layers.ts";
import { formatMoment, moneyFormat } from "./money.ts";

const TOKEN_DECIMALS = 18;

/** How many holders of each kind have been charged. */
export function chargedHolders({
  stakers,
  lenders,
  underwriters,
}: Pick<CrashRun, "stakers" | "lenders" | "underwriters">): Charged {
  const bearing = (holders: readonly { charged: bigint }[]): number =>
    holders.filter(({ charged }) => charged > 0n).length;
  const filled = underwriters.all.filter(({ tokens }) => tokens > 0n);
  return { stakers: bearing(stakers.all), lenders: bearing(lenders.all), underwriters: filled.length };
}

export function crashReport(run: CrashRun): string {
  const { scenario, world, positions, liquidators, keepers, audit, buyer, lenders, stakers, underwriters, buybacks } =
    run;
  const money = moneyFormat(world.assetInfo);
  const totals = waterfallTotals(run.mirror);
  const charged = chargedHolders(run);
  const charts = crashCharts(run);
  const sold = sum(buyer.purchases, ({ tokens }) => tokens);
  const { debts, falseAlarms } = provisionOutcome(run.mirror);
  const [alarm] = falseAlarms;
  const tokens = (count: bigint): string => formatFixed(count, TOKEN_DECIMALS, 0);
  const { recorder } = run;
  const lowest = recorder.samples.reduce((low, sample) => (sample.price < low.price ? sample : low));
  const first = recorder.samples[0];
  const share = (price: bigint): string => formatFixed(price, world.assetInfo.decimals, 4);
  const gone = lenders.all.filter(({ leftAt, claimed }) => leftAt !== undefined && claimed > 0n);
  const usd = (price: bigint): string => formatFixed(price, PRICE_DECIMALS, 2);

  const lead = `Within 26 hours the price of ether fell from ${usd(first?.price ?? 0n)} to ${usd(lowest.price)} dollars. A vault
that lends ${money.symbol} against ${world.collateralInfo.symbol} went through it, five minutes at a time, on the real prices. Loans worth
<b>${money.full(totals.badDebt)}</b> could not be paid back. This is who paid for them, and what came back.`;

  return pageHtml({
    title: scenario.title,
    lead,
    blocks: [
      facts([
        [String(positions.all.length), "borrowers"],
        [String(liquidators.count), "liquidations"],
        [String(run.mirror.writeOffs().length), "write-offs, each checked against an independent computation"],
        [money.bare(totals.badDebt), `${money.symbol} of bad debt`],
        [
          tokens(tokensMinted(run)),
          `tokens minted for ${money.full(totals.auctionProceeds + totals.layers.dilutionCash)}`,
        ],
        [
          money.share(run.sharePriceAfter - run.sharePriceBefore, run.sharePriceBefore).replace("-", "−"),
          `share price, from ${share(run.sharePriceBefore)} to ${share(run.sharePriceAfter)}`,
        ],
      ]),
      section(
        "Who paid",
        `A bad debt goes down a fixed ladder in one transaction. Each layer pays from its attachment point, where those
before it end, to its detachment point. Below the line is what came back afterwards: it climbs the same ladder from the
lenders upwards.`,
      ),
      cascade(waterfallPicture(totals, charged, money), totals.badDebt),
      waterfallHtmlTable(totals, charged, money),
      section(
        "The crash",
        `The feed is a real Chainlink aggregator. It publishes when the price has moved by 0.5 % or an hour has passed.
The liquidators have ${money.full(sum(scenario.liquidators.liquidators, ({ capital }) => capital))} between them. When prices move
fast, gas gets dear, fewer of their transactions get through, and what they seized takes hours to sell. They fall behind,
and loans sink below the value of their collateral.`,
      ),
      chartHtml(charts.price),
      chartHtml(charts.health),
      chartHtml(charts.trouble),
      section(
        "The losses",
        `${keepers.count.writtenOff} of the ${audit.all.length} write-offs needed no liquidator: a keeper had recorded
the insolvency, it had lasted for the confirmation delay, and newer feed rounds still confirmed it. ${keepers.count.cleared}
records were cleared because the price had come back in time. ${run.watchers.count} borrowers added collateral.`,
      ),
      chartHtml(charts.losses),
      chartHtml(charts.sharePrice),
      chartHtml(charts.buffers),
      chartHtml(charts.tokens),
      section(
        "Known before they were final",
        `A keeper who finds a loan insolvent puts that on record at once, and its loss is set apart there and then: out of
reserves, in the fund, and by a charge to the lenders. Whoever leaves or comes afterwards does so at the lower price. ${debts}
debts were impaired in this way. When a loss is final it uses what was set apart; what was too much goes back to exactly
those who had been charged, gone or not. ${falseAlarms.length} of these debts were never written off.`,
      ),
      provisionsTable(run.mirror, money),
      chartHtml(charts.provisions),
      ...(alarm === undefined
        ? []
        : [
            section(
              "A false alarm, to the unit",
              `Write-off number ${alarm.id} never came: the loan was insolvent at the feed's rounds from ${alarmTimes(alarm)} UTC and
healthy again afterwards. Everybody who had been charged has back what it was charged.`,
            ),
            falseAlarmTable(alarm, run.mirror, lenders.all, stakers.all, money),
          ]),
      section(
        "The underwriters",
        `They had committed cash beforehand. A write-off takes the best bids first, in its own transaction, and pro rata within a
level; the tokens wait to be collected. The first of them tried to leave in the middle of the crash and was refused
(<code>${underwriters.panic?.error ?? ""}</code>): its notice had not run out, and its bid was filled like the others.`,
      ),
      underwritersHtmlTable(underwriters.all, run.tokenSymbol, money),
      section("The largest write-offs"),
      writeOffsTable(audit.all, positions.all, run.mirror, money),
      section(
        "Who was charged",
        `Lenders bear the socialized part by their share of the vault at that very moment, in a loss epoch of its own. What
they were charged here includes provisions, and what they claimed back includes those that were not needed. A lender who has left since still holds the right to whatever comes back for the epochs in which it was charged:
${gone.length} of those below had gone before the money came, and were paid all the same.`,
      ),
      lendersTable(lenders.all, money),
      section(
        "The insurance fund",
        `Stakers pay up to what the fund's draw limits allow within an hour and within thirty days. The first staker had given
notice in good time and left on ${formatMoment(scenario.stakers.orderlyExitAt ?? 0)} UTC, before any loss. The second tried
to leave in the middle of the crash and was refused: <code>${stakers.panic?.error ?? ""}</code>.`,
      ),
      stakersTable(stakers.all, money),
      section(
        "What came back",
        `The sale of tokens brought ${money.full(totals.auctionProceeds)}: ${buyer.lots} lots offered
${tokens(buyer.offered)} tokens, ${tokens(sold)} were bought in ${buyer.purchases.length} purchases, and
${tokens(run.unsoldTokens)} were never minted. Where the price recovered, liquidators paid for defaulted debt too. Days later,
money for some write-offs was returned from outside. What reached the dilution layer, in ${buybacks.rounds} rounds, bought
back and burnt ${tokens(buybacks.burntTokens)} tokens for ${money.full(buybacks.paidAssets)}; for ${money.full(buybacks.returnedAssets)}
no token was sold, so it went on up to insurance and reserves.`,
      ),
      recoveriesTable(
        run.mirror,
        run.vaultAddress,
        new Map(run.paidBack.map((one) => [one.account, one.borrower])),
        money,
      ),
      section(
        "Debtors who paid back",
        `A debtor may pay what was written off of its loan, by the number of the write-off. As long as something is outstanding
the position cannot borrow; afterwards it is clean again.`,
      ),
      paidBackTable(run.paidBack, money),
      section(
        "A debt that governance restructured",
        `One large loan was left alone by keepers and liquidators, because its creditors waited for governance; its loss was
set apart like every other. The governor scheduled, announced, and ${daysBetween(run.restructured.announcedAt, run.restructured.executedAt)}
days later, when everybody who pays in the waterfall could have left, executed it at fresh prices: interest as announced,
and of the principal no more than the collateral did not cover. Interest is never insured; the fund had agreed to pay for
principal, the dilution layer had not. Then the debtor paid in ${money.full(scenario.restructuring.repays)}.`,
      ),
      restructuringTable(run.restructured, money),
      section("The liquidators"),
      liquidatorsTable(liquidators.all, (collateral) => collateralValue(world, collateral), money),
      section(
        "What is real and what is a model",
        `The prices are real, and so is the feed's rule. Everybody who acts is a model with the numbers below, drawn from the
seed <code>${run.seed}</code>; the same seed gives the same figures to the last unit.`,
      ),
      modelTable(scenario, money),
    ],
    footer: `Made by <code>make start</code>. Times are UTC. Figures in ${money.symbol}, rounded for reading; exact ones in base units are in
<code>summary.json</code> beside this file.`,
  });
}
