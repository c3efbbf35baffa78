/**
 * Black Thursday with a lending vault and a margin vault on one engine, one token and one price feed. Each has its own
 * reserves, fund, bids and mint budget, so the losses of one must leave the coverage of the other as it was (IN2).
 * The lending book is smaller than in its own replay; both are compared with their independent computations as there.
 */
import { blackThursday, type CrashScenario } from "./black-thursday.ts";
import { blackThursdayMargin, type MarginScenario } from "./black-thursday-margin.ts";

export interface BothScenario {
  readonly name: "black-thursday-both";
  readonly title: string;
  readonly seed: string;
  readonly lending: CrashScenario;
  readonly margin: MarginScenario;
}

const BORROWERS = 160;
/** The other figures of the lending replay, in the same proportion to its 480 borrowers. */
const PART = 3n;

export function blackThursdayBoth(): BothScenario {
  const lending = blackThursday();
  const margin = blackThursdayMargin();
  const part = (assets: bigint): bigint => assets / PART;
  return {
    name: "black-thursday-both",
    title: "Black Thursday, two vaults side by side",
    seed: "plimsoll-both-2020-03-12",
    lending: {
      ...lending,
      book: { ...lending.book, borrowers: BORROWERS },
      stakers: { ...lending.stakers, assets: part(lending.stakers.assets) },
      lenders: { ...lending.lenders, initial: 14, leaving: 3, joining: 3 },
      liquidators: {
        ...lending.liquidators,
        leastMoney: part(lending.liquidators.leastMoney),
        liquidators: lending.liquidators.liquidators.map(({ capital, aim }) => ({ capital: part(capital), aim })),
      },
      buyer: { ...lending.buyer, capital: part(lending.buyer.capital) },
      underwriters: {
        ...lending.underwriters,
        bids: lending.underwriters.bids.map(({ price, assets }) => ({ price, assets: part(assets) })),
      },
    },
    // A notice given days before would fall into the time in which the loans are opened.
    margin: {
      ...margin,
      name: "black-thursday-both",
      stakers: { count: margin.stakers.count, assets: margin.stakers.assets },
    },
  };
}
