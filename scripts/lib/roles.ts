/**
 * Who may change what: the one table behind the deployment, its check on chain and the documentation. A restricted
 * function that is missing here would stay with ADMIN, so a test compares the table with the contracts.
 */
import { type ContractName } from "./interfaces.ts";

/** Role ids as in contracts/governance/Roles.sol. ADMIN is OpenZeppelin's role 0. */
export const ROLE_IDS = { ADMIN: 0n, GOVERNOR: 1n, GUARDIAN: 2n, RISK_STEWARD: 3n } as const;

export type RoleName = keyof typeof ROLE_IDS;

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
    functions: ["setCollateral", "setRateModel", "setRiskConfig", "setMinProvision", "unpause"],
    role: "GOVERNOR",
    why: "rules of lending; loosening them is for the governor alone",
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
];
