import { openPostgres } from "./postgres.ts";
import { openSqlite } from "./sqlite.ts";
import { SqlStore } from "./store.ts";
import { type Store } from "./types.ts";

/** Where a keeper's memory is: a file, or a PostgreSQL server (its URL is a secret). */
export type DatabaseSettings =
  { readonly kind: "sqlite"; readonly path: string } | { readonly kind: "postgres"; readonly url: string };

/** Opens it for one deployment on one chain. */
export async function openStore(settings: DatabaseSettings, chainId: number, engine: string): Promise<Store> {
  const database = settings.kind === "sqlite" ? openSqlite(settings.path) : await openPostgres(settings.url);
  return new SqlStore(database, `${chainId}:${engine.toLowerCase()}`);
}
