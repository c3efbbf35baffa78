/**
 * `make execute`: sends a signed batch through its Safe. Anybody may send it; the owners' signatures count.
 *   FOLDER=folder   BATCH=number or kind   NETWORK=… or RPC=url   OVERWRITE=1: although rules changed since;   JSON=1
 */
import { executeSigned } from "../execute-signed.ts";
import { GovernanceError, runScript } from "../errors.ts";
import { utc } from "../print.ts";
import { chooseBatch, readProposal, readSignatures } from "../proposal.ts";
import { connect } from "./connect.ts";
import { optional, required, wantsJson } from "./variables.ts";

async function main(): Promise<number> {
  const folder = required("FOLDER", "the folder that make propose wrote");
  const proposal = readProposal(folder);
  const batch = chooseBatch(proposal, optional("BATCH"));
  const { system, connection } = await connect({ sends: true });
  const [sender] = await connection.ethers.getSigners();
  if (sender === undefined) throw new GovernanceError("NoKey", "the network has no account that could send");
  const { receipt, timestamp, next } = await executeSigned(proposal, batch, system, sender, {
    signatures: readSignatures(folder, batch),
    overwrite: optional("OVERWRITE") !== undefined,
  });
  const { hash, blockNumber, gasUsed } = receipt;
  console.log(
    wantsJson()
      ? JSON.stringify({ hash, blockNumber, gasUsed: gasUsed.toString(), timestamp, next })
      : `Executed ${batch.file} in block ${blockNumber}, ${utc(timestamp)}, ${gasUsed} gas\n  ${hash}\n${next}`,
  );
  await connection.close();
  return 0;
}

await runScript(main);
