import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, type Transaction } from 'kysely';
import { AppError } from '../errors.ts';
import type { Tables } from './schema.ts';
import { sqliteDialect } from './sqlite.ts';

export type Database = Kysely<Tables>;

/** Opens the embedded database in `dataDir`, which is made if it is missing. Call `destroy()` on it at the end. */
export function openDatabase({ dataDir }: { dataDir: string }): Database {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return new Kysely<Tables>({ dialect: sqliteDialect(join(dataDir, 'pigeonhole.db')) });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('unavailable', `Cannot open the database in ${dataDir}: ${reason}`, { cause });
  }
}

/** Runs `use` in a transaction: the caller's, where `db` is one already, or one of its own. */
export function inTransaction<Result>(
  db: Database,
  use: (transaction: Transaction<Tables>) => Promise<Result>,
): Promise<Result> {
  return db.isTransaction ? use(db as Transaction<Tables>) : db.transaction().execute(use);
}
