/**
 * `make simulate`: the whole proposal on a copy of its chain; writes simulation.json, .txt and .html beside it.
 *   FOLDER=folder   NETWORK=… or RPC=url;   JSON=1   exit code 3: something needs attention
 */
import { firstBlock } from "../addresses.ts";
import { runScript } from "../errors.ts";
import { readProposal, readSignatures } from "../proposal.ts";
import { scopeOf } from "../simulate/scope.ts";
import { simulate } from "../simulate/simulate.ts";
import { simulationJson, writeReport } from "../simulate/report.ts";
import { connect } from "./connect.ts";
import { required, wantsJson } from "./variables.ts";

const NEEDS_ATTENTION = 3;

async function main(): Promise<number> {
  const folder = required("FOLDER", "the folder that make propose wrote");
  const proposal = readProposal(folder);
  const { system, connection, url } = await connect();
  const simulation = await simulate(proposal, system, {
    url,
    scope: await scopeOf(system, proposal, firstBlock(system.chainId)),
    signaturesOf: (batch) => readSignatures(folder, batch),
  });
  const text = writeReport(folder, simulation);
  console.log(
    wantsJson() ? simulationJson(simulation) : `${text}\n\nWritten to ${folder}/simulation.html, .txt and .json`,
  );
  await connection.close();
  return simulation.warnings.length === 0 ? 0 : NEEDS_ATTENTION;
}

await runScript(main);
