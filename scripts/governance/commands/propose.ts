/**
 * `make propose`: a change in words, or a file of changes, to a folder that signers can check, simulate and sign.
 *   CHANGE="…" or FILE=…   what to change;   OUT=folder   SAFE=address   NONCE=number   NAME="…"   JSON=1
 */
import { readFileSync } from "node:fs";

import { propose } from "../compose.ts";
import { GovernanceError, runScript } from "../errors.ts";
import { summaryOf } from "../print.ts";
import { type Proposal, writeProposal } from "../proposal.ts";
import { readChangeFile } from "../words/parameter-file.ts";
import { connect } from "./connect.ts";
import { optional, wantsJson } from "./variables.ts";

/** Folder of a proposal that nobody named one for. */
function defaultFolder({ chainId, name, batches }: Proposal): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 48)
    .replace(/^-|-$/g, "");
  return `reports/proposals/${chainId}-${batches[0]?.transaction.nonce ?? 0n}-${slug}`;
}

async function main(): Promise<number> {
  const [change, file] = [optional("CHANGE"), optional("FILE")];
  if ((change === undefined) === (file === undefined)) {
    throw new GovernanceError(
      "MissingValue",
      `say CHANGE="set lendingVault.collateral WETH lltv 0.80", or FILE=changes.txt`,
    );
  }
  const from = file === undefined ? undefined : readChangeFile(readFileSync(file, "utf8"), file);
  const nonce = optional("NONCE");
  if (nonce !== undefined && !/^\d+$/.test(nonce))
    throw new GovernanceError("BadValue", `NONCE="${nonce}" is no number`);
  const { system, connection } = await connect();
  const proposal = await propose(system, {
    text: change ?? from?.text ?? "",
    name: optional("NAME") ?? from?.name,
    description: from?.description,
    safe: optional("SAFE"),
    nonce: nonce === undefined ? undefined : BigInt(nonce),
  });
  const folder = optional("OUT") ?? defaultFolder(proposal);
  const summary = summaryOf(proposal);
  writeProposal(folder, proposal, summary);
  console.log(
    wantsJson()
      ? JSON.stringify({
          folder,
          batches: proposal.batches.map(({ kind, file: name, hashes }) => ({ kind, file: name, hashes })),
        })
      : `${summary}\n\nWritten to ${folder}. Next: make simulate FOLDER=${folder}`,
  );
  await connection.close();
  return 0;
}

await runScript(main);
