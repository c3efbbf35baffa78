/**
 * Who may change what: the one table behind the handover, its check on chain, `make roles` and docs/roles.md. A
 * restricted function that is missing here would stay with ADMIN, so a test compares the table with the contracts.
 */
import { type ContractName, fragmentOf } from "./interfaces.ts";

/** Role ids as in contracts/governance/Roles.sol. ADMIN is OpenZeppelin's role 0. */
export const ROLE_IDS = { ADMIN: 0n, GOVERNOR: 1n, GUARDIAN: 2n, RISK_STEWARD: 3n, RISK_COUNCIL: 4n } as const;

export type RoleName = keyof typeof ROLE_IDS;

/** Names of all roles, by id. */
export const ROLE_NAMES = Object.keys(ROLE_IDS) as readonly RoleName[];

/** Who can hold a role: three Safes and a contract. */
export type Holder = "governor" | "guardian" | "riskCouncil" | "riskSteward";

/** One member of a role. */
export interface Grant {
  readonly holder: Holder;
  /** Whether it must announce a call and wait `governorDelay` seconds. */
  readonly delayed: boolean;
}

/** Who holds a role, who may cancel what was announced under it, and the worst its holders could do. */
export interface Role {
  readonly grants: readonly Grant[];
  readonly cancelledBy?: RoleName;
  readonly worst: string;
}

/** A function belongs to one role, but a role can have several members, each with a delay of its own. */
export const ROLES: Readonly<Record<RoleName, Role>> = {
  ADMIN: {
    grants: [{ holder: "governor", delayed: true }],
    worst:
      "after the delay, give any role to anybody or put functions under another role; the guardian cannot cancel that, so what is announced must be watched",
  },
  GOVERNOR: {
    grants: [{ holder: "governor", delayed: true }],
    cancelledBy: "GUARDIAN",
    worst:
      "after the delay and uncancelled, name a false price source and let a vault be borrowed empty, put losses on lenders first, or mint up to the hard caps",
  },
  GUARDIAN: {
    grants: [{ holder: "guardian", delayed: false }],
    worst:
      "stop new deposits, new debt, new sales and the steward until the governor lifts it, lower caps, cancel what the governor announces; it moves and loosens nothing",
  },
  RISK_STEWARD: {
    grants: [
      { holder: "governor", delayed: true },
      { holder: "riskSteward", delayed: false },
    ],
    cancelledBy: "GUARDIAN",
    worst:
      "the governor, after the delay: rules of lending anywhere within their hard ranges; the steward contract: only what its table of steps lets the risk council ask for",
  },
  RISK_COUNCIL: {
    grants: [{ holder: "riskCouncil", delayed: false }],
    worst:
      "move each parameter of the steward's table by one step per interval, always in the same direction, until the guardian pauses the steward",
  },
};

/** One row: functions of one contract, who may call them, and why. */
export interface RoleRow {
  readonly contract: ContractName;
  readonly functions: readonly string[];
  readonly role: RoleName;
  readonly why: string;
}

export const ROLE_TABLE: readonly RoleRow[] = [
  {
    contract: "ChainlinkOracle",
    functions: ["setFeed", "setSecondSource", "removeFeed", "removeSecondSource"],
    role: "GOVERNOR",
    why: "a false price source could write off healthy loans, so a change is announced by the role's delay",
  },
  {
    contract: "WriteOffEngine",
    functions: ["registerVault", "setStack"],
    role: "GOVERNOR",
    why: "the order of the layers decides who loses money",
  },
  {
    contract: "LendingVault",
    functions: ["setCollateral", "setRateModel", "setRiskConfig"],
    role: "RISK_STEWARD",
    why: "rules of lending: the governor behind its delay, the steward contract at once but in small steps only",
  },
  {
    contract: "LendingVault",
    functions: ["setMinProvision", "unpause"],
    role: "GOVERNOR",
    why: "from which size losses are provisioned, and lifting a pause: loosening is for the governor alone",
  },
  {
    contract: "LendingVault",
    functions: ["setReservePolicy", "setPremiumShare"],
    role: "GOVERNOR",
    why: "who is paid for standing ready; it can name recipients, but neither hurry nor enlarge a sweep",
  },
  {
    contract: "LendingVault",
    functions: ["setExitNotice"],
    role: "GOVERNOR",
    why: "it binds lenders who came without notice, so the role's delay must leave them time to go",
  },
  {
    contract: "LendingVault",
    functions: ["windUp"],
    role: "GOVERNOR",
    why: "closing for good cannot be undone, and takes nothing from anybody",
  },
  {
    contract: "LendingVault",
    functions: ["announceRetirement", "setRetiredPrice"],
    role: "GOVERNOR",
    why: "declaring a collateral worthless books losses; the contract also demands a dead feed and thirty days",
  },
  {
    contract: "LendingVault",
    functions: ["announceAssignment", "withdrawAssignment"],
    role: "GOVERNOR",
    why: "claims of contracts that can never call; ninety days in which the contract only has to act to keep them",
  },
  {
    contract: "LendingVault",
    functions: ["announceRestructuring", "restructure", "cancelRestructuring", "setRestructuringCaps"],
    role: "GOVERNOR",
    why: "forgiving a debt costs others money; the contract also demands notice, an oracle's shortfall and a budget",
  },
  {
    contract: "LendingVault",
    functions: ["pause", "freezeCollateral"],
    role: "GUARDIAN",
    why: "stopping new money and new debt must not wait for a delay, and takes nothing from anybody",
  },
  {
    contract: "MarginVault",
    functions: ["listMarket", "setMarket", "setRiskConfig", "setMinProvision", "unpause"],
    role: "GOVERNOR",
    why: "rules of trading, and lifting a pause: a rule can make an account liquidatable, so it waits for the delay",
  },
  {
    contract: "MarginVault",
    functions: ["setReservePolicy", "setPremiumShare"],
    role: "GOVERNOR",
    why: "who is paid for standing ready; it can name recipients, but neither hurry nor enlarge a sweep",
  },
  {
    contract: "MarginVault",
    functions: ["setExitNotice"],
    role: "GOVERNOR",
    why: "it binds providers who came under another notice, so the role's delay must leave them time to go",
  },
  {
    contract: "MarginVault",
    functions: ["windUp"],
    role: "GOVERNOR",
    why: "closing for good cannot be undone, and takes nothing from anybody",
  },
  {
    contract: "MarginVault",
    functions: ["announceSettlement"],
    role: "GOVERNOR",
    why: "ending a market closes positions; the contract also demands a dead feed and thirty days, and nobody names the price",
  },
  {
    contract: "MarginVault",
    functions: ["announceAssignment", "withdrawAssignment"],
    role: "GOVERNOR",
    why: "claims of contracts that can never call; ninety days in which the contract only has to act to keep them",
  },
  {
    contract: "MarginVault",
    functions: ["pause", "freezeMarket"],
    role: "GUARDIAN",
    why: "stopping new money and new risk must not wait for a delay, and takes nothing from anybody",
  },
  {
    contract: "InsuranceFund",
    functions: ["setCooldown", "setDrawCaps", "setRestructuringCover", "unpauseDeposits"],
    role: "GOVERNOR",
    why: "the terms stakers agreed to",
  },
  {
    contract: "InsuranceFund",
    functions: ["pauseDeposits"],
    role: "GUARDIAN",
    why: "stopping new stake must not wait for a delay; leaving can never be stopped",
  },
  {
    contract: "Dilution",
    functions: [
      "setLimits",
      "setSaleTerms",
      "setBuybackTerms",
      "setUnderwriters",
      "setTokenOracle",
      "setInKindClaims",
      "setClaimWindow",
      "setRestructuringCover",
      "setGlobalCap",
      "unpauseDilution",
    ],
    role: "GOVERNOR",
    why: "how many tokens may be minted against losses, and not under which price",
  },
  {
    contract: "Dilution",
    functions: ["pauseDilution"],
    role: "GUARDIAN",
    why: "stopping a sale must not wait for a delay; it mints nothing and releases nothing",
  },
  {
    contract: "RiskSteward",
    functions: ["changeCollateral", "changeRateModel", "changeRiskConfig"],
    role: "RISK_COUNCIL",
    why: "rules of lending in steps and with rests in between, both by the steward's table",
  },
  {
    contract: "RiskSteward",
    functions: ["tightenPrincipalCap", "tightenDebtCap", "pauseSteward"],
    role: "GUARDIAN",
    why: "lowering a cap and stopping the council must not wait for a delay, and take nothing from anybody",
  },
  {
    contract: "RiskSteward",
    functions: ["setStepLimits", "unpauseSteward"],
    role: "GOVERNOR",
    why: "how far and how often the council may move what",
  },
];

/** One restricted function. */
export interface RestrictedFunction {
  readonly contract: ContractName;
  readonly name: string;
  readonly signature: string;
  readonly selector: string;
  readonly role: RoleName;
  readonly why: string;
}

/** The table function by function. */
export function restrictedFunctions(): RestrictedFunction[] {
  return ROLE_TABLE.flatMap(({ contract, functions, role, why }) =>
    functions.map((name) => {
      const { signature, selector } = fragmentOf(contract, name);
      return { contract, name, signature, selector, role, why };
    }),
  );
}
