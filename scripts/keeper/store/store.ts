/** The keeper's memory, in SQL that every database understands. */
import { type Database, type Session, type Value } from "./sql.ts";
import { type Checkpoint, type Reading, type Sighting, type Store, type StoredTransaction } from "./types.ts";

/** How many checkpoints are kept; a reorganisation that reaches behind all of them is read from the start. */
const CHECKPOINTS = 512;
/** Rows written by one statement. */
const CHUNK = 500;

export class SqlStore implements Store {
  private readonly database: Database;
  private readonly scope: string;

  /** @param scope chain and engine this keeper works for */
  constructor(database: Database, scope: string) {
    this.database = database;
    this.scope = scope;
  }

  async checkpoints(): Promise<Checkpoint[]> {
    return checkpointsOf(this.database, this.scope);
  }

  async write({ from, to, sightings, keepUpTo, expected }: Reading): Promise<boolean> {
    const { scope } = this;
    return this.database.transaction(async (session) => {
      // Two keepers on one state take turns here: the row that both touch is locked until the first is through.
      await session.run(
        `INSERT INTO keeper_sources (scope, address) VALUES (?, '') ON CONFLICT (scope, address) DO UPDATE SET address = ''`,
        [scope],
      );
      const [newest] = await checkpointsOf(session, scope);
      if (newest?.hash !== expected?.hash || newest?.number !== expected?.number) return false;
      await session.run("DELETE FROM keeper_sightings WHERE scope = ? AND first_block >= ?", [scope, from]);
      await session.run("DELETE FROM keeper_checkpoints WHERE scope = ? AND number > ?", [scope, keepUpTo]);
      for (let start = 0; start < sightings.length; start += CHUNK) {
        await insertSightings(session, scope, sightings.slice(start, start + CHUNK));
      }
      await session.run(
        `INSERT INTO keeper_checkpoints (scope, number, hash) VALUES (?, ?, ?)
         ON CONFLICT (scope, number) DO UPDATE SET hash = excluded.hash`,
        [scope, to.number, to.hash],
      );
      await session.run("DELETE FROM keeper_checkpoints WHERE scope = ? AND number < ?", [
        ...[scope, to.number - CHECKPOINTS],
      ]);
      return true;
    });
  }

  async forget(): Promise<void> {
    await this.database.transaction(async (session) => forgetAll(session, this.scope));
  }

  async sources(): Promise<string[]> {
    const rows = await this.database.all(
      "SELECT address FROM keeper_sources WHERE scope = ? AND address <> '' ORDER BY address",
      [this.scope],
    );
    return rows.map(({ address }) => String(address));
  }

  async beginWith(sources: readonly string[]): Promise<void> {
    await this.database.transaction(async (session) => {
      await forgetAll(session, this.scope);
      await session.run("DELETE FROM keeper_sources WHERE scope = ?", [this.scope]);
      for (const address of sources) {
        await session.run("INSERT INTO keeper_sources (scope, address) VALUES (?, ?) ON CONFLICT DO NOTHING", [
          ...[this.scope, address],
        ]);
      }
    });
  }

  async sightings(kind: Sighting["kind"]): Promise<Sighting[]> {
    const rows = await this.database.all(
      "SELECT source, first, second, first_block FROM keeper_sightings WHERE scope = ? AND kind = ? ORDER BY first_block, source, first, second",
      [this.scope, kind],
    );
    return rows.map(({ source, first, second, first_block: firstBlock }) => ({
      ...{ kind, source: String(source), first: String(first), second: String(second) },
      firstBlock: Number(firstBlock),
    }));
  }

  async saveTransaction(transaction: StoredTransaction): Promise<void> {
    const { account, nonce, hash, purpose, signed, maxFee, priorityFee, atBlock } = transaction;
    await this.database.run(
      `INSERT INTO keeper_transactions
         (scope, account, nonce, hash, purpose, signed, max_fee, priority_fee, at_block)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      [this.scope, account, nonce, hash, purpose, signed, String(maxFee), String(priorityFee), atBlock],
    );
  }

  async transactions(account: string): Promise<StoredTransaction[]> {
    const rows = await this.database.all(
      `SELECT nonce, hash, purpose, signed, max_fee, priority_fee, at_block FROM keeper_transactions
       WHERE scope = ? AND account = ? ORDER BY nonce, at_block`,
      [this.scope, account],
    );
    return rows.map((row) => ({
      ...{ account, nonce: Number(row.nonce), hash: String(row.hash), purpose: String(row.purpose) },
      ...{ signed: String(row.signed), maxFee: BigInt(String(row.max_fee)) },
      ...{ priorityFee: BigInt(String(row.priority_fee)), atBlock: Number(row.at_block) },
    }));
  }

  async dropNonce(account: string, nonce: number): Promise<void> {
    await this.database.run("DELETE FROM keeper_transactions WHERE scope = ? AND account = ? AND nonce = ?", [
      ...[this.scope, account, nonce],
    ]);
  }

  async lease(key: string, holder: string, nowMs: number, untilMs: number): Promise<boolean> {
    const taken = await this.database.run(
      `INSERT INTO keeper_leases (scope, name, holder, until_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (scope, name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms
       WHERE keeper_leases.holder = excluded.holder OR keeper_leases.until_ms < ?`,
      [this.scope, key, holder, Math.trunc(untilMs), Math.trunc(nowMs)],
    );
    return taken === 1;
  }

  async release(key: string, holder: string): Promise<void> {
    await this.database.run("DELETE FROM keeper_leases WHERE scope = ? AND name = ? AND holder = ?", [
      ...[this.scope, key, holder],
    ]);
  }

  async close(): Promise<void> {
    await this.database.close();
  }
}

async function forgetAll(session: Session, scope: string): Promise<void> {
  await session.run("DELETE FROM keeper_sightings WHERE scope = ?", [scope]);
  await session.run("DELETE FROM keeper_checkpoints WHERE scope = ?", [scope]);
}

async function checkpointsOf(session: Session, scope: string): Promise<Checkpoint[]> {
  const rows = await session.all("SELECT number, hash FROM keeper_checkpoints WHERE scope = ? ORDER BY number DESC", [
    scope,
  ]);
  return rows.map(({ number, hash }) => ({ number: Number(number), hash: String(hash) }));
}

async function insertSightings(session: Session, scope: string, chunk: readonly Sighting[]): Promise<void> {
  const values: Value[] = chunk.flatMap(({ kind, source, first, second, firstBlock }) => [
    ...[scope, kind, source, first, second, firstBlock],
  ]);
  const rows = chunk.map(() => "(?, ?, ?, ?, ?, ?)").join(", ");
  await session.run(
    `INSERT INTO keeper_sightings (scope, kind, source, first, second, first_block) VALUES ${rows}
     ON CONFLICT DO NOTHING`,
    values,
  );
}
