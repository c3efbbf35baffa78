/** The embedded database: one file, no server. Two keepers may share it on one machine. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

import { type Database, SCHEMA, type Session, type Value } from "./sql.ts";

/** How long one keeper waits for another's write, and how long between two tries. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 10;
const SQLITE_BUSY = 5;

export function openSqlite(path: string): Database {
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path);
  // Only these are waited for by the database itself: nothing else of this process is under way yet.
  database.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`);
  database.exec("PRAGMA journal_mode = WAL");
  for (const statement of SCHEMA) database.exec(statement);
  database.exec("PRAGMA busy_timeout = 0");

  const now: NowSession = {
    run: (sql, values = []) => Number(database.prepare(sql).run(...values).changes),
    all: (sql, values = []) => database.prepare(sql).all(...values),
  };
  const session: Session = {
    run: (sql, values) => settle(() => now.run(sql, values)),
    all: (sql, values) => settle(() => now.all(sql, values)),
  };
  // One connection: a transaction must end before anything else of this process touches the database.
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work, work);
    queue = turn.catch(() => undefined);
    return turn;
  };
  return {
    run: (sql, values) => inTurn(() => patiently(() => now.run(sql, values))),
    all: (sql, values) => inTurn(() => patiently(() => now.all(sql, values))),
    transaction: (work) =>
      inTurn(async () => {
        await patiently(() => {
          database.exec("BEGIN IMMEDIATE");
        });
        try {
          const result = await work(session);
          database.exec("COMMIT");
          return result;
        } catch (error) {
          database.exec("ROLLBACK");
          throw error;
        }
      }),
    close: () =>
      inTurn(() => {
        database.close();
        return Promise.resolve();
      }),
  };
}

interface NowSession {
  run(sql: string, values?: readonly Value[]): number;
  all(sql: string, values?: readonly Value[]): Record<string, unknown>[];
}

/** Tries again while another keeper writes, without holding up the rest of this process. */
async function patiently<T>(work: () => T): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return work();
    } catch (error) {
      const isBusy = error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
      if (!isBusy || performance.now() > until) throw error;
      await sleep(RETRY_MS);
    }
  }
}

/** What is done at once, as the promise that another database would give. */
function settle<T>(work: () => T): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}
