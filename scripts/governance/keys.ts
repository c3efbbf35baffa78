/**
 * The key that signs: an encrypted key file (KEYSTORE), else the variable PLIMSOLL_SIGNER_KEY, which Hardhat's encrypted
 * keystore or the environment holds. Never a plain file.
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

import { isHexString, Wallet } from "ethers";
import hre from "hardhat";

import { GovernanceError } from "./errors.ts";

export const KEY_VARIABLE = "PLIMSOLL_SIGNER_KEY";
const PASSWORD_VARIABLE = "PLIMSOLL_SIGNER_PASSWORD";

/** @param keystore path of an encrypted key file, as wallets export it */
export async function signerKey(keystore: string | undefined): Promise<Wallet> {
  if (keystore !== undefined) {
    const password = process.env[PASSWORD_VARIABLE] ?? (await askHidden(`Password of ${keystore}: `));
    try {
      const wallet = await Wallet.fromEncryptedJson(readFileSync(keystore, "utf8"), password);
      return new Wallet(wallet.privateKey);
    } catch (error) {
      throw new GovernanceError(
        "NoKey",
        `${keystore} gives no key: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  const key = process.env[KEY_VARIABLE] ?? (await fromHardhat());
  if (!isHexString(key, 32)) throw new GovernanceError("NoKey", `${KEY_VARIABLE} is no private key of 32 bytes`);
  return new Wallet(key);
}

async function fromHardhat(): Promise<string> {
  try {
    return await hre.hooks.runHandlerChain(
      "configurationVariables",
      "fetchValue",
      [{ _type: "ConfigurationVariable", name: KEY_VARIABLE }],
      () => Promise.reject(new Error("it is not there")),
    );
  } catch (error) {
    throw new GovernanceError(
      "NoKey",
      `no key: say KEYSTORE=file, or put it into Hardhat's keystore as ${KEY_VARIABLE} (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

/** A line from the terminal that is not shown. */
async function askHidden(question: string): Promise<string> {
  const muted = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const reader = createInterface({ input: process.stdin, output: muted, terminal: true });
  process.stderr.write(question);
  try {
    return await reader.question("");
  } finally {
    reader.close();
    process.stderr.write("\n");
  }
}
