/** The one set of statements, for every database. Questions are marked `?`. */
export type Value = string | number | null;

export interface Session {
  run(sql: string, values?: readonly Value[]): Promise<number>;
  all(sql: string, values?: readonly Value[]): Promise<Record<string, unknown>[]>;
}

/** A database: sessions that see each other's work only when it is complete. */
export interface Database extends Session {
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Tables. `scope` is chain and engine, so that one database serves many. Numbers of blocks and nonces fit 53 bits. */
export const SCHEMA: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS keeper_sightings (
     scope TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL, first TEXT NOT NULL, second TEXT NOT NULL,
     first_block BIGINT NOT NULL, PRIMARY KEY (scope, kind, source, first, second))`,
  `CREATE INDEX IF NOT EXISTS keeper_sightings_by_block ON keeper_sightings (scope, first_block)`,
  `CREATE TABLE IF NOT EXISTS keeper_checkpoints (
     scope TEXT NOT NULL, number BIGINT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (scope, number))`,
  `CREATE TABLE IF NOT EXISTS keeper_sources (
     scope TEXT NOT NULL, address TEXT NOT NULL, PRIMARY KEY (scope, address))`,
  `CREATE TABLE IF NOT EXISTS keeper_transactions (
     scope TEXT NOT NULL, account TEXT NOT NULL, nonce BIGINT NOT NULL, hash TEXT NOT NULL, purpose TEXT NOT NULL,
     signed TEXT NOT NULL, max_fee TEXT NOT NULL, priority_fee TEXT NOT NULL, at_block BIGINT NOT NULL,
     PRIMARY KEY (scope, account, nonce, hash))`,
  `CREATE TABLE IF NOT EXISTS keeper_leases (
     scope TEXT NOT NULL, name TEXT NOT NULL, holder TEXT NOT NULL, until_ms BIGINT NOT NULL,
     PRIMARY KEY (scope, name))`,
];
