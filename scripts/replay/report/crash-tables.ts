/** The tables of a crash's report. */
import { type Column, table } from "../../lib/report/page.ts";
import { formatFixed, sum } from "../../lib/units.ts";
import { type Lender } from "../actors/lenders.ts";
import { type Liquidator } from "../actors/liquidators.ts";
import { type Staker } from "../actors/stakers.ts";
import { type Climb } from "../../lib/waterfall.ts";
import { type LedgerMirror, type Recovery } from "../ledger-mirror.ts";
import { type TrackedPosition } from "../positions.ts";
import { type CrashScenario } from "../scenarios/black-thursday.ts";
import { type WriteOff } from "../write-off-audit.ts";
import { type Charged, layerRows, type WaterfallTotals } from "./layers.ts";
import { formatMoment, type MoneyFormat } from "./money.ts";

/** Rows that a table of many shows before it sums up the rest. */
const SHOWN = 12;

const text = (heading: string): Column => ({ heading });
const number = (heading: string): Column => ({ heading, number: true });

export function waterfallHtmlTable(totals: WaterfallTotals, charged: Charged, money: MoneyFormat): string {
  const rows = layerRows(totals, charged).map(({ name, paid, charged: who }) => [
    name,
    money.bare(paid),
    money.share(paid, totals.badDebt),
    who,
  ]);
  return table([text("Layer"), number(`Paid, ${money.symbol}`), number("Share"), text("Who was charged")], rows, [
    "Bad debt",
    money.bare(totals.badDebt),
    "100.0 %",
    "",
  ]);
}

export function writeOffsTable(
  writeOffs: readonly WriteOff[],
  positions: readonly TrackedPosition[],
  mirror: LedgerMirror,
  money: MoneyFormat,
): string {
  const borrowers = new Map(positions.map(({ account, borrower }) => [account, `borrower ${borrower.index + 1}`]));
  const largest = [...writeOffs].sort((left, right) => (left.badDebt < right.badDebt ? 1 : -1)).slice(0, SHOWN);
  return table(
    [
      number("Id"),
      text("When"),
      text("Whose"),
      text("Cause"),
      number("Bad debt"),
      number("Reserves"),
      number("Insurance"),
      number("Bids"),
      number("Socialized"),
      number("Sold tokens"),
      number("Recovered"),
    ],
    largest.map(({ id, timestamp, account, cause, badDebt, layers }) => [
      id.toString(),
      formatMoment(timestamp),
      borrowers.get(account) ?? account,
      cause,
      money.bare(badDebt),
      money.bare(layers.reserves),
      money.bare(layers.insurance),
      money.bare(layers.dilutionCash),
      money.bare(layers.socialized),
      money.bare(mirror.entries.get(id)?.auctionProceeds ?? 0n),
      money.bare(mirror.entries.get(id)?.recovered ?? 0n),
    ]),
  );
}

export function lendersTable(lenders: readonly Lender[], money: MoneyFormat): string {
  const sorted = [...lenders]
    .filter(({ charged }) => charged > 0n)
    .sort((left, right) => (left.charged < right.charged ? 1 : -1));
  // Whoever left is what a reader looks for, so they are shown whatever their size.
  const shown = sorted.filter(({ leftAt }, index) => index < SHOWN || leftAt !== undefined);
  const others = sorted.filter((lender) => !shown.includes(lender));
  const row = ({ name, deposited, charged, claimed, leftAt }: Lender): string[] => [
    name,
    money.bare(deposited),
    money.bare(charged),
    money.bare(claimed),
    money.share(claimed, charged),
    leftAt === undefined ? "still lends" : `left ${formatMoment(leftAt)}`,
  ];
  const total = (list: readonly Lender[], name: string): string[] => {
    const charged = sum(list, (lender) => lender.charged);
    const claimed = sum(list, (lender) => lender.claimed);
    return [
      name,
      money.bare(sum(list, ({ deposited }) => deposited)),
      money.bare(charged),
      money.bare(claimed),
      money.share(claimed, charged),
      "",
    ];
  };
  return table(
    [text("Lender"), number("Put in"), number("Charged"), number("Claimed back"), number("of it"), text("Now")],
    [...shown.map(row), ...(others.length > 0 ? [total(others, `${others.length} others`)] : [])],
    total(sorted, "All"),
  );
}

export function stakersTable(stakers: readonly Staker[], money: MoneyFormat): string {
  return table(
    [text("Staker"), number("Staked"), number("Left with"), number("Charged"), number("Claimed back")],
    stakers.map(({ name, staked, withdrawn, charged, claimed }) => [
      name,
      money.bare(staked),
      withdrawn > 0n ? money.bare(withdrawn) : "–",
      money.bare(charged),
      money.bare(claimed),
    ]),
    [
      "All",
      money.bare(sum(stakers, ({ staked }) => staked)),
      money.bare(sum(stakers, ({ withdrawn }) => withdrawn)),
      money.bare(sum(stakers, ({ charged }) => charged)),
      money.bare(sum(stakers, ({ claimed }) => claimed)),
    ],
  );
}

/**
 * Money that came back, by where it came from and which layer it reached.
 * @param vault the vault itself pays in what a liquidator has settled of defaulted debt
 * @param debtors numbers of the borrowers who paid back, by account
 */
export function recoveriesTable(
  { recoveries, sentOn }: LedgerMirror,
  vault: string,
  debtors: ReadonlyMap<string, number>,
  money: MoneyFormat,
): string {
  const isSettlement = ({ payer }: Recovery): boolean => payer === vault;
  const settled = recoveries.filter(isSettlement);
  const row = (name: string, climbs: readonly Climb[]): string[] => [
    name,
    money.bare(sum(climbs, ({ toLenders }) => toLenders)),
    money.bare(sum(climbs, ({ toDilution }) => toDilution)),
    money.bare(sum(climbs, ({ toInsurance }) => toInsurance)),
    money.bare(sum(climbs, ({ toReserves }) => toReserves)),
  ];
  return table(
    [text("Money"), number("To lenders"), number("To dilution"), number("To insurance"), number("To reserves")],
    [
      row(`defaulted debt settled in ${settled.length} liquidations`, settled),
      ...recoveries
        .filter((recovery) => !isSettlement(recovery))
        .map((recovery) => row(`${sourceOf(recovery, debtors)} for write-off ${recovery.id}`, [recovery])),
      row("sent on by dilution, which found no token to buy", sentOn),
    ],
    row("All", [...recoveries, ...sentOn]),
  );
}

function sourceOf({ payer }: Recovery, debtors: ReadonlyMap<string, number>): string {
  const borrower = debtors.get(payer);
  return borrower === undefined ? "returned funds" : `paid back by borrower ${borrower}`;
}

/** @param worth value of collateral at the last price, asset units */
export function liquidatorsTable(
  liquidators: readonly Liquidator[],
  worth: (collateral: bigint) => bigint,
  money: MoneyFormat,
): string {
  return table(
    [
      text("Liquidator"),
      text("Is after"),
      number("Liquidations"),
      number("Debt repaid"),
      number("Money at the end"),
      number("Not yet sold, worth"),
    ],
    liquidators.map(({ name, aim, liquidations, repaid, money: left, selling }) => [
      name,
      aim === "incentive" ? "the incentive" : "cheap collateral",
      String(liquidations),
      money.bare(repaid),
      money.bare(left),
      money.bare(worth(sum(selling, ({ collateral }) => collateral))),
    ]),
  );
}

export function modelTable({ book, lenders, liquidators, buyer }: CrashScenario, money: MoneyFormat): string {
  const percent = (bps: number | bigint): string => `${formatFixed(BigInt(bps), 2, 0)} %`;
  const sizes = book.sizes
    .map(
      ({ weightBps, lowestDebt, highestDebt }) =>
        `${percent(weightBps)} owe ${money.bare(lowestDebt)} to ${money.bare(highestDebt)}`,
    )
    .join(", ");
  const congestion = liquidators.congestion
    .map(
      ({ fromMoveBps, gasGwei, liquidationsPerStep, recycleSeconds }) =>
        `from ${percent(fromMoveBps)}: gas ${gasGwei} gwei, ${liquidationsPerStep} per step, sold after ${recycleSeconds / 3_600} h`,
    )
    .join("<br>");
  return table(
    [text("What"), text("How")],
    [
      ["Debts", `${book.borrowers} borrowers; ${sizes} ${money.symbol}, evenly within each class`],
      [
        "Loan to value",
        `${percent(book.lowestLtvBps)} to ${percent(book.highestLtvBps)} of the first price, the product of two even draws in between`,
      ],
      ["Age", `opened over the ${book.openingDays} days before; ${percent(book.youngBps)} too recently to be insured`],
      ["Lenders", `${lenders.initial}, of whom ${lenders.leaving} leave during the crash; ${lenders.joining} come`],
      ["Range of the price within an hour", congestion],
      ["Price of seized collateral", `the feed's when it is sold, less ${percent(liquidators.slippageBps)}`],
      [
        "Buyer of tokens",
        `${money.full(buyer.capital)}; its highest prices are those really paid in Maker's debt auctions of March 2020`,
      ],
    ],
  );
}
