/** PostgreSQL, for several keepers on one state or many chains in one place. */
import { Pool } from "pg";

import { type Database, SCHEMA, type Session } from "./sql.ts";

/** Only one keeper at a time may create the tables; the number is arbitrary, and the same for all. */
const SCHEMA_LOCK = 7_119_225;

export async function openPostgres(url: string): Promise<Database> {
  const pool = new Pool({ connectionString: url, max: 4 });
  // A connection that breaks while idle is replaced by the next question; the question that meets it fails by itself.
  pool.on("error", () => undefined);
  const sessionOf = (client: { query: Pool["query"] }): Session => ({
    run: async (sql, values = []) => (await client.query(numbered(sql), [...values])).rowCount ?? 0,
    all: async (sql, values = []) => (await client.query(numbered(sql), [...values])).rows as Record<string, unknown>[],
  });
  const transaction = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      const result = await work(sessionOf(client));
      await client.query("COMMIT");
      client.release();
      return result;
    } catch (error) {
      await client.query("ROLLBACK").catch(() => undefined);
      client.release(true);
      throw error;
    }
  };
  await transaction(async (session) => {
    await session.run(`SELECT pg_advisory_xact_lock(${SCHEMA_LOCK})`);
    for (const statement of SCHEMA) await session.run(statement);
  });
  return { ...sessionOf(pool), transaction, close: async () => pool.end() };
}

/** PostgreSQL numbers its questions. */
function numbered(sql: string): string {
  let count = 0;
  return sql.replaceAll("?", () => `$${++count}`);
}
