import type { Kysely } from 'kysely';

/** What the engine has made of a document is kept with what was read from it, and goes with it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('parse_results').addColumn('gist', 'blob').execute();
}
