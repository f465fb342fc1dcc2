import { type Kysely, sql } from 'kysely';

/** Jobs that were created together, and counts of all jobs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('job_groups')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('transaction_id', 'text')
    .addColumn('request', 'text', (c) => c.notNull())
    .addColumn('total', 'integer', (c) => c.notNull())
    .addColumn('completed', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('failed', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('cancelled', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('error_message', 'text')
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('updated_at', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createIndex('job_groups_by_creation')
    .on('job_groups')
    .columns(['project_id', 'kind', 'created_at', 'id'])
    .execute();
  await db.schema
    .createIndex('job_groups_transaction')
    .unique()
    .on('job_groups')
    .columns(['project_id', 'transaction_id'])
    .where(sql.ref('transaction_id'), 'is not', null)
    .execute();

  await db.schema.alterTable('classify_jobs').addColumn('group_id', 'text').execute();
  await db.schema
    .createIndex('classify_jobs_by_group')
    .on('classify_jobs')
    .columns(['group_id', 'created_at', 'id'])
    .where(sql.ref('group_id'), 'is not', null)
    .execute();

  await db.schema
    .createTable('job_counts')
    .addColumn('project_id', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('jobs', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('job_counts_key', ['project_id', 'kind', 'status'])
    .execute();
  await db.schema
    .createTable('type_counts')
    .addColumn('project_id', 'text', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('jobs', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('type_counts_key', ['project_id', 'type'])
    .execute();
  await db.schema
    .createIndex('type_counts_by_jobs')
    .on('type_counts')
    .columns(['project_id', 'jobs', 'type'])
    .execute();

  // What there is already. Older than the counts, so it is counted once; from now on every change keeps them.
  await sql`insert into job_counts (project_id, kind, status, jobs)
    select project_id, 'classify', status, count(*) from classify_jobs group by project_id, status`.execute(db);
  await sql`insert into type_counts (project_id, type, jobs)
    select project_id, coalesce(body ->> '$.result.type', ''), count(*) from classify_jobs
    where status = 'COMPLETED' group by 1, 2`.execute(db);
}
