import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { parseConfig } from "./parse.ts";
import { type KeeperConfig } from "./types.ts";

/** There is no configuration where it was looked for. */
export class ConfigNotFound extends Error {
  override readonly name = "ConfigNotFound";

  constructor(path: string) {
    super(
      `there is no ${path}, which says how this keeper works. Make it from the example and fill it in:\n` +
        `  mkdir -p ${dirname(path)} && cp scripts/keeper/config/example.ts ${path}\n` +
        "What each setting means: docs/runbooks/keeper.md. Another file: --config FILE",
    );
  }
}

/** Reads the default export of a TypeScript or JavaScript file. */
export async function loadConfig(path: string): Promise<KeeperConfig> {
  if (!existsSync(path)) throw new ConfigNotFound(path);
  const module = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown };
  return parseConfig(module.default);
}
