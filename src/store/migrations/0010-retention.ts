import { type Kysely, sql } from 'kysely';

/** What finds rows that an open job needs, and the row a blob belongs to. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index if not exists classify_jobs_by_open_input on classify_jobs (input_id)
    where claimable_at is not null`.execute(db);
  await sql`create index files_by_blob on files (blob_key)`.execute(db);
}
