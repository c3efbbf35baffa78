/** `make verify-deployment NETWORK=<name>`: chain against files, and what a block explorer needs to show the sources. */
import { readAddressFile } from "../lib/addresses.ts";
import { FAILED, OK, runCommand, wantsJson } from "./cli.ts";
import { requireChain } from "./preflight.ts";
import { printedContracts, printedFindings } from "./print.ts";
import { openSession } from "./session.ts";
import { prepareSources } from "./sources.ts";
import { findingsOnChain } from "./verify.ts";

await runCommand(async () => {
  const { file, connection } = await openSession();
  const { provider } = connection.ethers;
  await requireChain(provider, file);
  const record = readAddressFile(file.network.chainId);
  const findings = await findingsOnChain(provider, record, file);
  const sources = await prepareSources(provider, record);
  findings.push(...sources.findings);
  await connection.close();
  if (wantsJson()) console.log(JSON.stringify({ findings, sources: sources.directory }));
  else {
    console.log(printedContracts(record));
    if (findings.length > 0) console.log(`\n${findings.length} differences\n${printedFindings(findings)}`);
    else console.log("\nCode, roles, Safes and parameters are as the files say; the sources are those of this build.");
    console.log(`Standard JSON for source verification: ${sources.directory}`);
  }
  return findings.length === 0 ? OK : FAILED;
});
