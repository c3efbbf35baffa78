import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { parseConfig } from "./parse.ts";
import { type KeeperConfig } from "./types.ts";

/** There is no configuration where it was looked for. */
export class ConfigNotFound extends Error {
  override readonly name = "ConfigNotFound";

  constructor(path: string) {
    super(`there is no ${path}; copy scripts/keeper/config/example.ts there, or name another file with --config`);
  }
}

/** Reads the default export of a TypeScript or JavaScript file. */
export async function loadConfig(path: string): Promise<KeeperConfig> {
  if (!existsSync(path)) throw new ConfigNotFound(path);
  const module = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown };
  return parseConfig(module.default);
}
