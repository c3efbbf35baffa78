/**
 * `make sign`: one owner's signature of one batch, made from the folder alone: no chain is asked.
 *   FOLDER=folder   BATCH=number or kind   KEYSTORE=encrypted key file, else PLIMSOLL_SIGNER_KEY;   JSON=1
 */
import { getAddress } from "ethers";

import { trustedNames } from "../addresses.ts";
import { GovernanceError, runScript } from "../errors.ts";
import { signerKey } from "../keys.ts";
import { allFlags, batchLines, flagLines } from "../print.ts";
import { chooseBatch, readProposal, writeSignature } from "../proposal.ts";
import { signSafeTransaction } from "../safe/signatures.ts";
import { optional, required, wantsJson } from "./variables.ts";

async function main(): Promise<number> {
  const folder = required("FOLDER", "the folder that make propose wrote");
  const proposal = readProposal(folder);
  const batch = chooseBatch(proposal, optional("BATCH"));
  // Read from the bytes that are about to be signed, with the names of this repository.
  const { names, unproven, isKnown } = trustedNames(proposal);
  const lines = [
    ...batchLines(proposal, batch, proposal.batches.indexOf(batch), names),
    "",
    ...flagLines(allFlags(proposal, names)),
    "",
    isKnown
      ? "Names only the proposer knows"
      : `No deploy/addresses/${proposal.chainId}.json here: ALL names are the proposer's`,
    ...unproven.map(({ name, address }) => `  ${name.padEnd(16)} ${address}`),
  ];
  if (!wantsJson()) console.log(lines.join("\n"));
  const wallet = await signerKey(optional("KEYSTORE"));
  if (!proposal.owners.some((owner) => getAddress(owner) === wallet.address)) {
    throw new GovernanceError(
      "NotAnOwner",
      `${wallet.address} does not own ${proposal.safe}; owners: ${proposal.owners.join(", ")}`,
    );
  }
  const signature = await signSafeTransaction(wallet, proposal, batch.transaction);
  const file = writeSignature(folder, batch, signature);
  console.log(wantsJson() ? JSON.stringify({ file, ...signature }) : `\nSigned by ${wallet.address}: ${file}`);
  return 0;
}

await runScript(main);
