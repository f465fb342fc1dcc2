import { type Kysely, sql } from 'kysely';

/** Tenancy, files, parse jobs and classify jobs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('organizations')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('updated_at', 'text', (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('projects')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('organization_id', 'text', (c) => c.notNull().references('organizations.id'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('is_default', 'integer', (c) => c.notNull())
    .addColumn('disabled_at', 'text')
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('updated_at', 'text', (c) => c.notNull())
    .addUniqueConstraint('projects_name', ['organization_id', 'name'])
    .execute();

  await db.schema
    .createTable('users')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('api_keys')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('lookup', 'text', (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull())
    .addColumn('hint', 'text', (c) => c.notNull())
    .addColumn('origin', 'text', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('revoked_at', 'text')
    .execute();
  await db.schema.createIndex('api_keys_lookup').on('api_keys').column('lookup').execute();

  await db.schema
    .createTable('sessions')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('api_key_id', 'text', (c) => c.notNull().references('api_keys.id'))
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('expires_at', 'text', (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('secrets')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('files')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('file_type', 'text')
    .addColumn('external_file_id', 'text')
    .addColumn('purpose', 'text')
    .addColumn('size_bytes', 'bigint', (c) => c.notNull())
    .addColumn('content_hash', 'text', (c) => c.notNull())
    .addColumn('blob_key', 'text', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('updated_at', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('files_by_creation').on('files').columns(['project_id', 'created_at', 'id']).execute();
  await db.schema.createIndex('files_by_name').on('files').columns(['project_id', 'name', 'id']).execute();
  await db.schema
    .createIndex('files_by_external_id')
    .on('files')
    .columns(['project_id', 'external_file_id', 'created_at'])
    .where(sql.ref('external_file_id'), 'is not', null)
    .execute();
  await db.schema.createIndex('files_by_content').on('files').columns(['project_id', 'content_hash']).execute();

  await db.schema
    .createTable('parse_jobs')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('file_id', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('content_hash', 'text', (c) => c.notNull())
    .addColumn('cache_key', 'text', (c) => c.notNull())
    .addColumn('blob_key', 'text', (c) => c.notNull())
    .addColumn('page_count', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('updated_at', 'text', (c) => c.notNull())
    .addUniqueConstraint('parse_jobs_content', ['project_id', 'content_hash', 'cache_key'])
    .execute();

  await db.schema
    .createTable('classify_jobs')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('configuration_id', 'text')
    .addColumn('transaction_id', 'text')
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('input_id', 'text', (c) => c.notNull())
    .addColumn('claimable_at', 'text')
    .addColumn('attempt', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('details', 'text')
    .execute();
  await db.schema
    .createIndex('classify_jobs_by_creation')
    .on('classify_jobs')
    .columns(['project_id', 'created_at', 'id'])
    .execute();
  await db.schema
    .createIndex('classify_jobs_by_status')
    .on('classify_jobs')
    .columns(['project_id', 'status', 'created_at', 'id'])
    .execute();
  await db.schema
    .createIndex('classify_jobs_by_configuration')
    .on('classify_jobs')
    .columns(['project_id', 'configuration_id', 'created_at', 'id'])
    .where(sql.ref('configuration_id'), 'is not', null)
    .execute();
  await db.schema
    .createIndex('classify_jobs_transaction')
    .unique()
    .on('classify_jobs')
    .columns(['project_id', 'transaction_id'])
    .where(sql.ref('transaction_id'), 'is not', null)
    .execute();
  // The queue: only open jobs are in it, so it stays small however many jobs are kept.
  await db.schema
    .createIndex('classify_jobs_queue')
    .on('classify_jobs')
    .columns(['project_id', 'claimable_at'])
    .where(sql.ref('claimable_at'), 'is not', null)
    .execute();
}
