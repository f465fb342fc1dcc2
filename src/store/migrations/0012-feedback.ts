import type { Kysely } from 'kysely';

/** What people said the answers of jobs should have been. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('feedback')
    .addColumn('job_id', 'text', (c) => c.primaryKey().references('classify_jobs.id').onDelete('cascade'))
    .addColumn('project_id', 'text', (c) => c.notNull())
    .addColumn('scope', 'text', (c) => c.notNull())
    .addColumn('parse_job_id', 'text', (c) => c.notNull())
    .addColumn('type', 'text')
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('updated_at', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createIndex('feedback_by_scope')
    .on('feedback')
    .columns(['project_id', 'scope', 'updated_at', 'job_id'])
    .execute();
}
