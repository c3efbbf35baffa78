/**
 * What governance can do besides setting a figure, as phrases: fixed words, and `<name:kind>` where a value stands. The
 * values become the arguments of the function in this order, unless `args` says otherwise.
 */
import { type ContractName } from "../../lib/interfaces.ts";

/** Functions that no words stand for: they are written as `call`, most because they take lists. */
export const CALLED_BY_HAND: readonly string[] = [
  "WriteOffEngine.registerVault",
  "WriteOffEngine.setStack",
  "RiskSteward.setStepLimits",
  "MarginVault.listMarket",
];

/** Instead of a function: a call without data. */
export const NOTHING = "";

/** Contracts a call can go to besides the protocol's own. */
export type Callee = ContractName | "AccessManager" | "Safe";

/** Kinds of values in phrases. */
export type ActionKind = "token" | "account" | "assets" | "seconds" | "integer" | "role";

/** Arguments that no word stands for. `$vault` is the lending vault, `$marginVault` the margin vault. */
export type Constant = boolean | "$vault" | "$marginVault";

export interface Action {
  readonly phrase: string;
  readonly callee: Callee;
  /** Name of the callee in the address file, where it is not its kind. */
  readonly place?: string;
  readonly function: string;
  /** Constants, and numbers that say which value of the phrase. */
  readonly args?: readonly (Constant | number)[];
  /** Gives somebody more room: said as a red flag. */
  readonly loosens?: string;
}

const vault = (phrase: string, name: string, more: Partial<Action> = {}): Action => ({
  phrase,
  callee: "LendingVault",
  function: name,
  ...more,
});

const marginVault = (phrase: string, name: string, more: Partial<Action> = {}): Action => ({
  phrase,
  callee: "MarginVault",
  function: name,
  ...more,
});

const MARGIN: readonly Action[] = [
  marginVault("pause marginVault", "pause", { args: [true, true] }),
  marginVault("pause marginVault deposits", "pause", { args: [true, false] }),
  marginVault("pause marginVault trading", "pause", { args: [false, true] }),
  marginVault("freeze market <market:integer>", "freezeMarket"),
  { phrase: "pause marginFund", callee: "InsuranceFund", place: "MarginFund", function: "pauseDeposits" },
  { phrase: "pause dilution marginVault", callee: "Dilution", function: "pauseDilution", args: ["$marginVault"] },
  marginVault("unpause marginVault", "unpause", { loosens: "lifts every pause of the vault" }),
  {
    ...{ phrase: "unpause marginFund", callee: "InsuranceFund", place: "MarginFund", function: "unpauseDeposits" },
    loosens: "stake is taken again",
  },
  {
    ...{ phrase: "unpause dilution marginVault", callee: "Dilution", function: "unpauseDilution" },
    args: ["$marginVault"],
    loosens: "tokens may be minted against losses again",
  },
  marginVault("settle announce market <market:integer>", "announceSettlement", {
    loosens: "after thirty days of a dead feed its positions are closed at the last price",
  }),
  marginVault("wind up marginVault", "windUp", { loosens: "closes the vault for good; it cannot be undone" }),
  marginVault("assign marginVault claims of <account:account> to <heir:account>", "announceAssignment", {
    loosens: "claims of one account go to another",
  }),
  marginVault("keep marginVault claims of <account:account>", "withdrawAssignment"),
];

export const ACTIONS: readonly Action[] = [
  ...MARGIN,
  // Guardian
  vault("pause lendingVault", "pause", { args: [true, true] }),
  vault("pause lendingVault deposits", "pause", { args: [true, false] }),
  vault("pause lendingVault borrowing", "pause", { args: [false, true] }),
  vault("freeze <collateral:token>", "freezeCollateral"),
  { phrase: "pause insuranceFund", callee: "InsuranceFund", function: "pauseDeposits" },
  { phrase: "pause dilution", callee: "Dilution", function: "pauseDilution", args: ["$vault"] },
  { phrase: "pause riskSteward", callee: "RiskSteward", function: "pauseSteward" },
  {
    phrase: "tighten principalCap <collateral:token> <cap:assets>",
    callee: "RiskSteward",
    function: "tightenPrincipalCap",
    args: ["$vault", 0, 1],
  },
  { phrase: "tighten debtCap <cap:assets>", callee: "RiskSteward", function: "tightenDebtCap", args: ["$vault", 0] },

  // Governor
  vault("unpause lendingVault", "unpause", { loosens: "lifts every pause of the vault" }),
  {
    phrase: "unpause insuranceFund",
    callee: "InsuranceFund",
    function: "unpauseDeposits",
    loosens: "stake is taken again",
  },
  {
    phrase: "unpause dilution",
    callee: "Dilution",
    function: "unpauseDilution",
    args: ["$vault"],
    loosens: "tokens may be minted against losses again",
  },
  {
    phrase: "unpause riskSteward",
    callee: "RiskSteward",
    function: "unpauseSteward",
    loosens: "the risk council may change rules again",
  },
  vault(
    "restructure announce <borrower:account> <collateral:token> principal <principal:assets> interest <interest:assets>",
    "announceRestructuring",
    {
      loosens: "a debt is to be forgiven: others pay for it",
    },
  ),
  vault("restructure execute <borrower:account> <collateral:token> maxSocialized <most:assets>", "restructure", {
    loosens: "a debt is forgiven: others pay for it",
  }),
  vault("restructure cancel <borrower:account> <collateral:token>", "cancelRestructuring"),
  vault("retire announce <collateral:token>", "announceRetirement", {
    loosens: "after thirty days of a dead feed the collateral counts as worthless",
  }),
  vault("wind up lendingVault", "windUp", { loosens: "closes the vault for good; it cannot be undone" }),
  vault("assign claims of <account:account> to <heir:account>", "announceAssignment", {
    loosens: "claims of one account go to another",
  }),
  vault("keep claims of <account:account>", "withdrawAssignment"),
  {
    phrase: "remove chainlinkOracle.feed <token:token>",
    callee: "ChainlinkOracle",
    function: "removeFeed",
    loosens: "a token loses its price",
  },
  {
    phrase: "remove chainlinkOracle.secondSource <token:token>",
    callee: "ChainlinkOracle",
    function: "removeSecondSource",
    loosens: "one source alone says the price",
  },

  // Roles, by the admin; the Safe itself, by itself
  {
    phrase: "grant <role:role> to <account:account> delay <delay:seconds>",
    callee: "AccessManager",
    function: "grantRole",
  },
  { phrase: "revoke <role:role> from <account:account>", callee: "AccessManager", function: "revokeRole" },
  {
    phrase: "safe add owner <owner:account> threshold <threshold:integer>",
    callee: "Safe",
    function: "addOwnerWithThreshold",
  },
  { phrase: "safe threshold <threshold:integer>", callee: "Safe", function: "changeThreshold" },
  // The Safe keeps its owners in a list: who stands before the one that goes is looked up.
  { phrase: "safe replace owner <old:account> by <new:account>", callee: "Safe", function: "swapOwner" },
  {
    phrase: "safe remove owner <owner:account> threshold <threshold:integer>",
    callee: "Safe",
    function: "removeOwner",
  },
  // Uses up a nonce, so that another transaction with that nonce can never be executed.
  { phrase: "safe skip", callee: "Safe", function: NOTHING },
];
