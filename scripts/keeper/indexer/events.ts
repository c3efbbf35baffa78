/** Which events begin something a keeper must know of, and how to read it from their topics. */
import { BUYBACK_AUCTION, DEBT_AUCTION, ENGINE, MARGIN_VAULT, topicOf, VAULT } from "../abi.ts";
import { type RawLog } from "../rpc/pool.ts";
import { type Sighting } from "../store/types.ts";

type Reader = (log: RawLog) => Omit<Sighting, "firstBlock">;

const position: Reader = ({ address, topics }) => ({
  ...{ kind: "position", source: address.toLowerCase() },
  ...{ first: addressIn(topics[1]), second: addressIn(topics[2]) },
});

const account: Reader = ({ address, topics }) => ({
  ...{ kind: "account", source: address.toLowerCase() },
  ...{ first: addressIn(topics[1]), second: "" },
});

const order: Reader = ({ address, topics }) => ({
  ...{ kind: "order", source: address.toLowerCase() },
  ...{ first: addressIn(topics[1]), second: numberIn(topics[2]) },
});

/** Whatever moves a trader's account. Its orders are told apart by their own events. */
const ACCOUNT_EVENTS = [
  ...["MarginDeposited", "MarginWithdrawn", "PositionChanged", "AccountLiquidated", "AccountImpaired"],
  "ImpairmentCleared",
];
const ORDER_EVENTS = ["OrderCommitted", "OrderResolved"];

/** Whatever moves a position, so that none is missed even if an index was begun late. */
const POSITION_EVENTS = [
  ...["CollateralSupplied", "CollateralWithdrawn", "Borrowed", "Repaid", "Liquidated"],
  ...["UncoveredDebtWrittenOff", "Impaired", "ImpairmentCleared", "Restructured"],
];

/** An event that begins or moves several things has as many readers. */
const READERS = new Map<string, readonly Reader[]>([
  ...POSITION_EVENTS.map((name): [string, Reader[]] => [topicOf(VAULT, name), [position]]),
  ...ACCOUNT_EVENTS.map((name): [string, Reader[]] => [topicOf(MARGIN_VAULT, name), [account]]),
  // Margin goes into an order and comes back from it.
  ...ORDER_EVENTS.map((name): [string, Reader[]] => [topicOf(MARGIN_VAULT, name), [account, order]]),
  [
    topicOf(VAULT, "LossCharged"),
    [
      ({ address, topics }) => ({
        ...{ kind: "epoch", source: address.toLowerCase() },
        ...{ first: numberIn(topics[1]), second: "" },
      }),
    ],
  ],
  [
    topicOf(DEBT_AUCTION, "LotOpened"),
    [
      ({ topics }) => ({
        ...{ kind: "lot", source: addressIn(topics[1]) },
        ...{ first: numberIn(topics[2]), second: "" },
      }),
    ],
  ],
  [
    topicOf(BUYBACK_AUCTION, "RoundOpened"),
    [
      ({ topics, data }) => ({
        ...{ kind: "round", source: addressIn(topics[1]) },
        ...{ first: numberIn(topics[2]), second: numberIn(data.slice(0, 66)) },
      }),
    ],
  ],
]);

/** A vault joined: its events, and those of its auctions, must be read from the start. */
const VAULT_REGISTERED = topicOf(ENGINE, "VaultRegistered");

/** First topics to ask for. */
export const TOPICS: readonly string[] = [...READERS.keys(), VAULT_REGISTERED];

export function announcesVault({ topics }: RawLog): boolean {
  return topics[0] === VAULT_REGISTERED;
}

/** What a log shows; nothing if nothing is remembered of it. */
export function sightingsIn(log: RawLog): Sighting[] {
  const readers = READERS.get(log.topics[0] ?? "") ?? [];
  return readers.map((read) => ({ ...read(log), firstBlock: Number(log.blockNumber) }));
}

/** One name for the same thing, however often it is seen. */
export function nameOf({ kind, source, first, second }: Omit<Sighting, "firstBlock">): string {
  return `${kind}:${source}:${first}:${second}`;
}

function addressIn(topic: string | undefined): string {
  return `0x${(topic ?? "").slice(-40).toLowerCase()}`;
}

function numberIn(word: string | undefined): string {
  return BigInt(word ?? 0).toString();
}
