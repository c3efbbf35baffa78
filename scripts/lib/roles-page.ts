/** docs/roles.md, from the role table and the steward's table. `npm run roles:page` writes it, a test compares it. */
import { type Holder, restrictedFunctions, ROLE_IDS, ROLE_NAMES, ROLES, type RoleName } from "./roles.ts";
import { STEWARD_TABLE } from "./steward-table.ts";

/** Who a holder is, in words. */
export const HOLDER_WORDS: Readonly<Record<Holder, string>> = {
  governor: "governor Safe",
  guardian: "guardian Safe",
  riskCouncil: "risk council Safe",
  riskSteward: "RiskSteward contract",
};

const SECONDS_PER_HOUR = 3_600;

/** The holders of a role as one sentence part. */
export function grantsInWords(role: RoleName): string {
  return ROLES[role].grants
    .map(({ holder, delayed }) => `${HOLDER_WORDS[holder]} (${delayed ? "delayed" : "at once"})`)
    .join(", ");
}

/** The page as Markdown. */
export function rolesPage(): string {
  const roles = ROLE_NAMES.map((role) => {
    const { cancelledBy, worst } = ROLES[role];
    return [`**${role}** (${ROLE_IDS[role]})`, grantsInWords(role), cancelledBy ?? "nobody", worst];
  });
  const functions = restrictedFunctions().map(({ contract, signature, selector, role, why }) => [
    `${contract}.\`${signature}\``,
    `\`${selector}\``,
    role,
    delayInWords(role),
    why,
  ]);
  const steps = STEWARD_TABLE.map(({ parameter, maxStep, isRelative, minInterval, inWords }) => [
    `\`${parameter}\``,
    isRelative ? `${maxStep} bps of its value` : maxStep.toString(),
    inWords,
    `${minInterval / SECONDS_PER_HOUR} h`,
  ]);
  return [
    "# Roles: who may change what",
    "",
    "Written by `npm run roles:page` from `scripts/lib/roles.ts` and `scripts/lib/steward-table.ts`; do not edit. The handover of a",
    "deployment (`deploy/modules/handover.ts`) and the check of it on chain (`test/integration/deployment.test.ts`,",
    "`make verify-deployment`) come from the same tables. `make roles NETWORK=<name>` prints who holds what on a chain.",
    "",
    "Access is OpenZeppelin's `AccessManager`, unmodified. A function belongs to one role; a role can have several members, each",
    "with a delay of its own. *Delayed* means: announced on chain (`schedule`), then executed after the deployment's",
    "`governorDelay` (two days in every parameter file here), and not after a week more. Everything that no row names is",
    "open to everybody or to nobody. The deployer holds nothing.",
    "",
    "## Roles",
    "",
    ...table(["role", "held by", "announcements cancelled by", "what the holders could do at worst"], roles),
    "",
    "Two roles share the rules of lending because a function can have only one role: the governor's Safe is a member of",
    "RISK_STEWARD with the delay, the steward contract is one without. The contract passes on nothing beyond its table.",
    "",
    "## The steward's table",
    "",
    "How far the risk council may move a parameter in one change, and how long it rests in between, per vault and collateral. A",
    "parameter that is not listed it cannot change. Whatever the table allows, the vault's own hard ranges hold.",
    "",
    ...table(["parameter", "greatest step, in its own unit", "that is", "rest"], steps),
    "",
    "## Functions",
    "",
    ...table(["function", "selector", "role", "delay", "why"], functions),
    "",
  ].join("\n");
}

function delayInWords(role: RoleName): string {
  const { grants } = ROLES[role];
  if (grants.every(({ delayed }) => delayed)) return "governor's";
  if (grants.every(({ delayed }) => !delayed)) return "none";
  return grants.map(({ holder, delayed }) => `${HOLDER_WORDS[holder]}: ${delayed ? "governor's" : "none"}`).join("; ");
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(headings), line(headings.map(() => "---")), ...rows.map(line)];
}
