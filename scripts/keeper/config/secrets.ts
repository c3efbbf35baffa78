/**
 * Secrets never stand in the configuration: it says where they are. `{ env: "NAME" }` is an environment variable;
 * `{ keystore: "file.json", password: { env: "NAME" } }` is an encrypted key file as wallets write it.
 */
import { readFileSync } from "node:fs";

import { isHexString, Wallet } from "ethers";

import { type Reader } from "./reader.ts";

/** Where a secret is. */
export type SecretSource =
  | { readonly kind: "env"; readonly name: string }
  | { readonly kind: "keystore"; readonly file: string; readonly passwordEnv: string };

/** A secret is not where the configuration says. The message never holds any part of one. */
export class MissingSecret extends Error {
  override readonly name = "MissingSecret";

  constructor(where: string, what: string) {
    super(`${where}: ${what}`);
  }
}

/** A secret in an environment variable. */
export function envSecret(reader: Reader, key: string): SecretSource {
  const inner = reader.object(key);
  const source: SecretSource = { kind: "env", name: inner.text("env") };
  inner.done();
  return source;
}

/** A private key: in an environment variable or a keystore. */
export function keySecret(reader: Reader, key: string): SecretSource {
  const inner = reader.object(key);
  if (!inner.has("keystore")) {
    const source: SecretSource = { kind: "env", name: inner.text("env") };
    inner.done();
    return source;
  }
  const password = inner.object("password");
  const source: SecretSource = { kind: "keystore", file: inner.text("keystore"), passwordEnv: password.text("env") };
  password.done();
  inner.done();
  return source;
}

/** An address that may carry a key: a plain text without one, or an environment variable. */
export function urlSource(value: unknown): SecretSource | string | undefined {
  if (typeof value === "string" && /^https?:\/\//.test(value)) return value;
  if (typeof value !== "object" || value === null || !("env" in value)) return undefined;
  return typeof value.env === "string" && value.env !== "" ? { kind: "env", name: value.env } : undefined;
}

/** The text behind a source. */
export function reveal(source: SecretSource | string, env: NodeJS.ProcessEnv): string {
  if (typeof source === "string") return source;
  const name = source.kind === "env" ? source.name : source.passwordEnv;
  const value = env[name];
  if (value === undefined || value === "") throw new MissingSecret(name, "the environment variable is not set");
  return value;
}

/** The wallet behind a source. */
export async function unlock(source: SecretSource, env: NodeJS.ProcessEnv): Promise<Wallet> {
  if (source.kind === "env") {
    const key = reveal(source, env);
    if (!isHexString(key, 32)) throw new MissingSecret(source.name, "not a private key (0x and 64 hex digits)");
    return new Wallet(key);
  }
  const password = reveal(source, env);
  let encrypted: string;
  try {
    encrypted = readFileSync(source.file, "utf8");
  } catch {
    throw new MissingSecret(source.file, "the keystore cannot be read");
  }
  try {
    return new Wallet((await Wallet.fromEncryptedJson(encrypted, password)).privateKey);
  } catch {
    throw new MissingSecret(source.file, `not a keystore that the password in ${source.passwordEnv} opens`);
  }
}
