/** The plan of a deployment, its result and what was found on a chain, at 80 columns. */
import { type AddressFile } from "../lib/addresses.ts";
import { hasMarginVault, hasSequencerFeed, type NetworkFile } from "../lib/network-file.ts";
import { grantsInWords } from "../lib/roles-page.ts";
import { ROLE_NAMES } from "../lib/roles.ts";
import { printedTable } from "../lib/table.ts";
import { formatFixed } from "../lib/units.ts";
import { type DeploymentPlan } from "./deploy.ts";
import { type Finding } from "./ranges.ts";

const ADDRESS_COLUMN = { heading: "Address", width: 42 };
const SECONDS_PER_HOUR = 3_600;

/** What will be done, before it is. */
export function printedPlan({ name, file, deployer, balance, governors, existing }: DeploymentPlan): string {
  const { network, governance, market } = file;
  const missing = governors.toCreate.map((safe) => safe.name);
  const safes = (["governor", "guardian", "riskCouncil"] as const).map((role) => [
    role,
    governors.governors[role],
    missing.includes(role) ? "to be created" : "exists",
  ]);
  const tokens = [market.asset, market.collateral].flatMap(({ symbol, address, feed }) => [
    [symbol, address ?? "made by the deployment"],
    [feed.description, feed.proxy ?? "made by the deployment"],
  ]);
  return [
    `Deployment of Plimsoll on ${network.title} (${name}, chain ${network.chainId})`,
    `  from          ${deployer}`,
    `                which has ${formatFixed(balance, 18, 4)} ETH`,
    `  addresses     ${network.create2Salt === null ? "ordinary (CREATE)" : `CREATE2 with salt "${network.create2Salt}"`}`,
    `  vaults        ${hasMarginVault(file) ? "lending and margin, with a fund and bids each" : "lending"}`,
    `  governor      waits ${governance.governorDelay / SECONDS_PER_HOUR} h after announcing`,
    ...(existing === undefined ? [] : ["  on this chain deployed already: only what is missing is done"]),
    ...(network.isLayer2 && !hasSequencerFeed(file)
      ? ["  WARNING       a layer 2 without a sequencer feed: an outage is not noticed"]
      : []),
    ...(governors.missingContracts.length === 0
      ? []
      : [`  Safe          puts ${governors.missingContracts.length} contracts at their canonical addresses`]),
    printedTable([{ heading: "Safe, 2 or more of n", width: 20 }, ADDRESS_COLUMN, { heading: "", width: 7 }], safes),
    printedTable([{ heading: "Token or feed", width: 20 }, ADDRESS_COLUMN], tokens),
    printedTable(
      [
        { heading: "Role", width: 12 },
        { heading: "Held by", width: 57 },
      ],
      ROLE_NAMES.map((role) => [role, grantsInWords(role)]),
    ),
    "At the end the deployer holds no role and owns nothing.",
  ].join("\n");
}

/** What is on the chain. */
export function printedContracts({ contracts }: AddressFile): string {
  return printedTable(
    [{ heading: "Contract", width: 20 }, ADDRESS_COLUMN, { heading: "Block", width: 8, number: true }],
    Object.entries(contracts).map(([name, { address, block }]) => [name, address, String(block)]),
  );
}

/** One line for each thing that differs. */
export function printedFindings(findings: readonly Finding[]): string {
  return findings.map(({ name, message }) => `${name}: ${message}`).join("\n");
}

/** The sources of a market's addresses, for a plan that is read closely. */
export function printedSources({ market }: NetworkFile): string {
  return [market.asset, market.collateral]
    .flatMap(({ symbol, source, feed }) => [
      `  ${symbol}: ${source}`,
      `  ${feed.description}: ${feed.source}`,
      `    heartbeat: ${feed.heartbeatSource}`,
    ])
    .concat(`  sequencer: ${market.sequencer.source}`)
    .join("\n");
}
