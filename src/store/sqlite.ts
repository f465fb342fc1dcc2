import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type Dialect, SqliteAdapter, SqliteDialect } from 'kysely';

/** Prepared statements kept per connection; a service has a few dozen shapes of queries, filters included. */
const MAX_PREPARED_STATEMENTS = 256;

/** How long a write waits for another process to finish its own before it fails. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Kysely over the SQLite built into Node. A committed transaction survives the death of the process and of the machine:
 * WAL with `synchronous=FULL` syncs the log at every commit.
 *
 * @param path of the database file; its directory exists.
 */
export function sqliteDialect(path: string): Dialect {
  const database = new DatabaseSync(path);
  database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
  database.exec('pragma journal_mode = wal');
  database.exec('pragma synchronous = full');
  database.exec('pragma foreign_keys = on');
  database.exec('pragma cache_size = -32768');

  const prepared = new Map<string, KyselyStatement>();
  return new EmbeddedDialect({
    database: {
      prepare(sql) {
        const known = prepared.get(sql);
        if (known) return known;
        if (prepared.size >= MAX_PREPARED_STATEMENTS) prepared.delete(prepared.keys().next().value!);
        // Kysely begins plain transactions. One that reads first and writes later would fail when another process
        // wrote in between; taking the write lock at the start makes it wait instead.
        const statement = kyselyStatement(database.prepare(sql === 'begin' ? 'begin immediate' : sql));
        prepared.set(sql, statement);
        return statement;
      },
      close: () => database.close(),
    },
  });
}

class EmbeddedDialect extends SqliteDialect {
  override createAdapter() {
    return new EmbeddedAdapter();
  }
}

class EmbeddedAdapter extends SqliteAdapter {
  /** SQLite undoes a failed `create table` like anything else; Kysely only is careful for versions long gone. */
  override get supportsTransactionalDdl() {
    return true;
  }
}

type KyselyStatement = ReturnType<typeof kyselyStatement>;

function kyselyStatement(statement: StatementSync) {
  const bind = (values: readonly unknown[]) => values as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (values: readonly unknown[]) => statement.all(...bind(values)),
    iterate: (values: readonly unknown[]) => statement.iterate(...bind(values)) as IterableIterator<unknown>,
    run: (values: readonly unknown[]) => statement.run(...bind(values)),
  };
}
