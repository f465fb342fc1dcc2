import { type Kysely, sql } from 'kysely';

/**
 * Parse jobs that can wait and fail, and the results they share. What the table held before was a cache, for which no
 * release has made promises: it is read again when it is asked for.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('parse_jobs').execute();
  await db.schema
    .createTable('parse_jobs')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('input_id', 'text', (c) => c.notNull())
    .addColumn('request', 'text', (c) => c.notNull())
    .addColumn('claimable_at', 'text')
    .addColumn('attempt', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('content_hash', 'text')
    .addColumn('cache_key', 'text')
    .execute();
  await db.schema
    .createIndex('parse_jobs_by_creation')
    .on('parse_jobs')
    .columns(['project_id', 'created_at', 'id'])
    .execute();
  await db.schema
    .createIndex('parse_jobs_by_status')
    .on('parse_jobs')
    .columns(['project_id', 'status', 'created_at', 'id'])
    .execute();
  await db.schema
    .createIndex('parse_jobs_by_result')
    .on('parse_jobs')
    .columns(['project_id', 'content_hash', 'cache_key'])
    .where(sql.ref('content_hash'), 'is not', null)
    .execute();
  await db.schema
    .createIndex('parse_jobs_queue')
    .on('parse_jobs')
    .columns(['project_id', 'claimable_at'])
    .where(sql.ref('claimable_at'), 'is not', null)
    .execute();

  await db.schema
    .createTable('parse_results')
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('content_hash', 'text', (c) => c.notNull())
    .addColumn('cache_key', 'text', (c) => c.notNull())
    .addColumn('blob_key', 'text', (c) => c.notNull())
    .addColumn('size_bytes', 'bigint', (c) => c.notNull())
    .addColumn('used_at', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('parse_results_key', ['project_id', 'content_hash', 'cache_key'])
    .execute();
  // Answers both how large all of them are and which was not used for longest, without a look at the rows.
  await db.schema.createIndex('parse_results_by_use').on('parse_results').columns(['used_at', 'size_bytes']).execute();

  // Which open jobs read what a parse job has read, or wait for it.
  await db.schema
    .createIndex('classify_jobs_by_open_input')
    .on('classify_jobs')
    .column('input_id')
    .where(sql.ref('claimable_at'), 'is not', null)
    .execute();
}
