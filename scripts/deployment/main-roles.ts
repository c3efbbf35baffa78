/** `make roles [NETWORK=<name>]`: role, holder, and what that holder could do at worst; from the chain if one is named. */
import { AccessManager__factory } from "../../types/ethers-contracts/index.ts";
import { type AddressFile, addressOf, readAddressFile } from "../lib/addresses.ts";
import { type ChainGrant, roleHolders } from "../lib/role-holders.ts";
import { grantsInWords, HOLDER_WORDS } from "../lib/roles-page.ts";
import { type Holder, restrictedFunctions, ROLE_NAMES, ROLES, type RoleName } from "../lib/roles.ts";
import { printedTable } from "../lib/table.ts";
import { FAILED, OK, runCommand, wantsJson } from "./cli.ts";
import { requireChain } from "./preflight.ts";
import { printedFindings } from "./print.ts";
import { type Finding } from "./ranges.ts";
import { openSession } from "./session.ts";
import { holderAddress, roleFindings } from "./verify.ts";

const SECONDS_PER_HOUR = 3_600n;

await runCommand(async () => {
  if ((process.env.NETWORK ?? "") === "") {
    print(ROLE_NAMES.map((role) => [role, grantsInWords(role), ROLES[role].worst]));
    if (!wantsJson()) console.log("As the table says. To read a chain, name it: make roles NETWORK=localhost");
    return OK;
  }
  const { file, connection } = await openSession();
  const { provider } = connection.ethers;
  await requireChain(provider, file);
  const record = readAddressFile(file.network.chainId);
  const manager = AccessManager__factory.connect(addressOf(record, "AccessManager"), provider);
  const grants = await roleHolders(manager, record.contracts.AccessManager?.block ?? 0);
  const findings = await roleFindings(provider, record);
  await connection.close();
  print(
    ROLE_NAMES.map((role) => [role, holdersOnChain(record, grants, role), ROLES[role].worst]),
    findings,
  );
  if (!wantsJson()) {
    const rows = (Object.keys(HOLDER_WORDS) as Holder[]).map((name) => [
      HOLDER_WORDS[name],
      holderAddress(record, name),
    ]);
    const columns = [
      { heading: "Holder", width: 20 },
      { heading: "Address", width: 42 },
    ];
    console.log(printedTable(columns, rows));
  }
  return findings.length === 0 ? OK : FAILED;
});

/** Each holder by its name in this deployment, or by its address if it has none, and what it must wait. */
function holdersOnChain(record: AddressFile, grants: readonly ChainGrant[], role: RoleName): string {
  const holders = grants.filter((grant) => grant.role === role);
  if (holders.length === 0) return "nobody";
  return holders
    .map(({ account, delay }) => {
      const known = (Object.keys(HOLDER_WORDS) as Holder[]).find((name) => holderAddress(record, name) === account);
      const who = known === undefined ? `UNKNOWN ${account}` : HOLDER_WORDS[known];
      return `${who} (${delay === 0n ? "at once" : `after ${delay / SECONDS_PER_HOUR} h`})`;
    })
    .join(", ");
}

function print(rows: readonly (readonly [RoleName, string, string])[], findings: readonly Finding[] = []): void {
  const counts = new Map<string, number>();
  for (const { role } of restrictedFunctions()) counts.set(role, (counts.get(role) ?? 0) + 1);
  if (wantsJson()) {
    const roles = rows.map(([role, holders, worst]) => ({ role, holders, functions: counts.get(role) ?? 0, worst }));
    console.log(JSON.stringify({ roles, findings }));
    return;
  }
  console.log(
    printedTable(
      [
        { heading: "Role (functions)", width: 13 },
        { heading: "Held by", width: 27 },
        { heading: "What the holder could do at worst", width: 29 },
      ],
      rows.map(([role, holders, worst]) => [`${role} (${counts.get(role) ?? 0})`, holders, worst]),
      ...rows.map((_row, index) => index).slice(1),
    ),
  );
  console.log("The deployer holds nothing. Every function: docs/roles.md");
  if (findings.length > 0) console.log(`\n${findings.length} differences from the table\n${printedFindings(findings)}`);
}
