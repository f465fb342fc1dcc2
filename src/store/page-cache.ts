import { CompiledQuery } from 'kysely';
import type { Database } from './database.ts';

/** Enough for the pages that many clients keep asking for; one page of jobs is about 60 KB. */
const MAX_PAGES = 256;

/**
 * Rendered pages, each good for as long as nothing in the database has changed since it was read. Most lists are asked
 * for by someone who waits, again and again, for a change that has not happened yet: answering them costs one look at
 * SQLite's own change counters, which also see what other processes write.
 */
export class PageCache {
  readonly #db: Database;
  readonly #pages = new Map<string, { stamp: string; page: Buffer }>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** @param key everything the page depends on beside the database, the project above all. */
  async get(key: string, render: () => Promise<string>): Promise<Buffer> {
    // Read before the page: a change in between makes the page newer than its stamp, never older.
    const stamp = await this.#stamp();
    const known = this.#pages.get(key);
    if (known?.stamp === stamp) return known.page;
    const page = Buffer.from(await render());
    this.#pages.delete(key);
    if (this.#pages.size >= MAX_PAGES) this.#pages.delete(this.#pages.keys().next().value!);
    this.#pages.set(key, { stamp, page });
    return page;
  }

  /** Changes with every change: `total_changes` counts those of this connection, `data_version` those of others. */
  async #stamp(): Promise<string> {
    const { rows } = await this.#db.executeQuery(STAMP_QUERY);
    return (rows[0] as { stamp: string }).stamp;
  }
}

const STAMP_QUERY = CompiledQuery.raw(
  `select total_changes() || '.' || data_version as stamp from pragma_data_version`,
  [],
);
