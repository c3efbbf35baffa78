import { aaveOperations } from "./peers/aaveOperations.ts";
import type { AaveWorld } from "./peers/aaveV3.ts";
import type { FixedPeer } from "./peers/fixed.ts";
import type { MorphoWorld } from "./peers/morphoBlue.ts";
import { morphoOperations } from "./peers/morphoOperations.ts";
import type { Operation as OperationIn, World as AnyWorld } from "./measure.ts";
import { batch } from "./plimsoll/operations/batches.ts";
import { lotOpened, lotSold, noLot } from "./plimsoll/operations/dilution.ts";
import { operationNamed } from "./plimsoll/operations/index.ts";
import { unpreparedName, withPreparedSlots } from "./plimsoll/operations/prepared.ts";
import type { World } from "./plimsoll/world.ts";

/** Transactions whose gas is added up, and others whose gas is taken off; then shared out among so many. */
export interface Figure<W extends AnyWorld> {
  plus: readonly OperationIn<W>[];
  minus?: readonly OperationIn<W>[];
  sharedBy?: number;
}

/** One row of the comparison. */
export interface Row {
  operation: string;
  /** Most gas it should take, from issue 8. */
  goal: number | undefined;
  plimsoll: Figure<World>;
  /** The same where nobody has prepared the slots of losses; undefined where there are none. */
  unprepared?: Figure<World>;
  morphoBlue?: Figure<MorphoWorld>;
  aaveV3?: Figure<AaveWorld>;
  fixedPeers: Partial<Record<FixedPeer, number>>;
  /** What the figures mean, where their name does not say it. */
  note?: string;
  /** What is paid for beside computing, where that leaves little room below the goal or none. */
  pays?: string;
}

const one = <W extends AnyWorld>(operation: OperationIn<W>): Figure<W> => ({ plus: [operation] });
const ours = (name: string) => one(operationNamed(name));
const prepared = (operation: OperationIn<World>) => withPreparedSlots(operation);
const loss = (name: string) => ({ plimsoll: ours(name), unprepared: ours(unpreparedName(name)) });

/** What no peer keeps: who paid for which debtor's loss, so that each can be paid back. */
const LEDGER =
  "the engine that orders the layers (a cold account, its vault's header and the entry that keeps who paid, and for whom)";

/** A batch of so many positions gives the cost of each further one. */
const BATCH = 20;
const further = <W extends AnyWorld>(batchOf: (size: number) => OperationIn<W>): Figure<W> => ({
  plus: [batchOf(BATCH)],
  minus: [batchOf(1)],
  sharedBy: BATCH - 1,
});

export const ROWS: readonly Row[] = [
  {
    operation: "deposit",
    goal: 72_000,
    plimsoll: ours("deposit"),
    morphoBlue: one(morphoOperations.deposit),
    aaveV3: one(aaveOperations.deposit),
    fixedPeers: { comet: 76_500, eulerV2: 129_000 },
  },
  {
    operation: "withdraw",
    goal: 70_000,
    plimsoll: ours("withdraw"),
    morphoBlue: one(morphoOperations.withdraw),
    aaveV3: one(aaveOperations.withdraw),
    fixedPeers: { comet: 72_900, eulerV2: 134_000 },
  },
  {
    operation: "borrow",
    goal: 78_000,
    plimsoll: ours("borrow"),
    morphoBlue: one(morphoOperations.borrow),
    aaveV3: one(aaveOperations.borrow),
    fixedPeers: { comet: 92_900, eulerV2: 194_000 },
  },
  {
    operation: "repay",
    goal: 72_000,
    plimsoll: ours("repay"),
    morphoBlue: one(morphoOperations.repay),
    aaveV3: one(aaveOperations.repay),
    fixedPeers: { comet: 75_200, eulerV2: 141_000 },
  },
  {
    operation: "liquidation, solvent, partial",
    goal: 97_000,
    plimsoll: ours("solvent: a part"),
    morphoBlue: one(morphoOperations.solventPart),
    aaveV3: one(aaveOperations.solventPart),
    fixedPeers: { comet: 209_800, eulerV2: 289_000 },
    note: "Comet: two transactions.",
    pays:
      "Six slots of the books: cash and index, all debt and reserves, rates, the collateral with its rules, and the " +
      "position's two. Morpho Blue has fewer, as it keeps neither the age of a debt nor reserves nor impairments.",
  },
  {
    operation: "insolvent, absorbed by own reserves",
    goal: 100_000,
    ...loss("insolvent: reserves"),
    fixedPeers: { comet: 104_200 },
    pays: `What a solvent liquidation pays for, the module that books losses (a cold account), and ${LEDGER}.`,
  },
  {
    operation: "insolvent, paid by a separate fund",
    goal: 125_000,
    ...loss("insolvent: reserves, insurance fund"),
    aaveV3: { plus: [aaveOperations.socialized, aaveOperations.coverDeficit] },
    fixedPeers: { aaveUmbrella: 697_000 },
    note:
      "Ours is one transaction, and reserves pay what is never insured: interest and the incentive. Aave v3, measured: liquidation and covering of the deficit, without slashing, whose " +
      "contracts are not on npm; the fixed figure is for all three transactions.",
    pays:
      "The same, and the fund's: its account and four of its slots (shares and cash, limits of what it pays, what is " +
      "set apart, its epoch), a transfer from it, its part of the ledger.",
  },
  {
    operation: "insolvent, fully socialized",
    goal: 120_000,
    ...loss("insolvent: socialized, no reserves, no tranches"),
    morphoBlue: one(morphoOperations.socialized),
    aaveV3: one(aaveOperations.socialized),
    fixedPeers: { eulerV2: 292_000 },
    note:
      "Ours keeps the right to recoveries; no peer does, and Aave v3 only records a deficit. The goal after this one " +
      "is 103,000.",
    pays:
      `What a loss that reserves pay pays for, but for the reserves: ${LEDGER}; and two slots of the vault that keep ` +
      "which lenders were charged, and how much.",
  },
  {
    operation: "each further position in a batch",
    goal: 15_000,
    plimsoll: further((size) => withPreparedSlots(batch(size), size)),
    unprepared: further(batch),
    morphoBlue: further(morphoOperations.batch),
    aaveV3: further(aaveOperations.batch),
    fixedPeers: { comet: 35_600, eulerV2: 111_000 },
    note: `A batch of ${BATCH} insolvent positions less a batch of one, by ${BATCH - 1}. Morpho Blue is called in a loop.`,
    pays:
      "The position's two slots, two events and a ledger entry of its own, because it is by its entry that a debtor is in " +
      "default, owes, and is cleared when it pays. One entry for all was tried: what each debtor owes must then stay in " +
      "its position, which is no longer emptied, so the refund for emptying it is lost, and nothing is won.",
  },
  {
    operation: "dilution: lot opened, bought, settled",
    goal: 130_000,
    plimsoll: { plus: [lotOpened, lotSold].map(prepared), minus: [prepared(noLot)] },
    unprepared: { plus: [lotOpened, lotSold], minus: [noLot] },
    fixedPeers: { makerFlop: 266_000, venus: 751_000 },
    note:
      "What opening the lot adds to a write-off, and one buyer who pays all that the lenders are owed, which settles " +
      "the lot. Maker and Venus: three transactions.",
    pays:
      "A second transaction (the buyer's), the lot, limits of what may be minted in an hour, a month and for ever, the " +
      "token and its history of votes, and the proceeds' way through engine and vault to those who were charged. Maker " +
      "has neither limits nor anybody to pay back.",
  },
];

/** Those that read a price; goals and fixed figures are for one slot, so they have none. */
export const PRICED_ROWS: readonly Row[] = ROWS.filter(({ operation }) =>
  ["borrow", "liquidation, solvent, partial", "insolvent, fully socialized"].includes(operation),
).map((row) => ({ ...row, fixedPeers: {}, goal: undefined }));
