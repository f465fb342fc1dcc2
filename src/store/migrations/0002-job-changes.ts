import type { Kysely } from 'kysely';

/** The log of status changes, and settings of projects. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('job_events')
    // Never used again, also after the newest rows were deleted: readers resume behind the last one they saw.
    .addColumn('sequence', 'integer', (c) => c.primaryKey().autoIncrement())
    .addColumn('project_id', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('job_id', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('job_events_by_project').on('job_events').columns(['project_id', 'sequence']).execute();
  await db.schema
    .alterTable('projects')
    .addColumn('settings', 'text', (c) => c.notNull().defaultTo('{}'))
    .execute();
}
