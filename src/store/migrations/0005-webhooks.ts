import { type Kysely, sql } from 'kysely';

/** Saved webhook configurations, the webhooks of open jobs, and deliveries. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('webhook_configs')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('sealed', 'text', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('updated_at', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createIndex('webhook_configs_by_creation')
    .on('webhook_configs')
    .columns(['project_id', 'created_at', 'id'])
    .execute();

  await db.schema
    .createTable('webhook_endpoints')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull())
    .addColumn('config_id', 'text')
    .addColumn('lane', 'text', (c) => c.notNull())
    .addColumn('host', 'text', (c) => c.notNull())
    .addColumn('events', 'text')
    .addColumn('sealed', 'text', (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('job_webhooks')
    .addColumn('job_id', 'text', (c) => c.notNull())
    .addColumn('endpoint_id', 'text', (c) => c.notNull().references('webhook_endpoints.id'))
    .addPrimaryKeyConstraint('job_webhooks_key', ['job_id', 'endpoint_id'])
    .execute();
  await db.schema.createIndex('job_webhooks_by_endpoint').on('job_webhooks').column('endpoint_id').execute();

  await db.schema
    .createTable('webhook_deliveries')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull())
    .addColumn('job_id', 'text', (c) => c.notNull())
    .addColumn('endpoint_id', 'text', (c) => c.notNull().references('webhook_endpoints.id'))
    .addColumn('lane', 'text', (c) => c.notNull())
    .addColumn('event_id', 'text', (c) => c.notNull())
    .addColumn('event_type', 'text', (c) => c.notNull())
    .addColumn('job_status', 'text', (c) => c.notNull())
    .addColumn('happened_at', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('claimable_at', 'text')
    .addColumn('lease', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('attempts', 'text', (c) => c.notNull().defaultTo('[]'))
    .addColumn('redelivery_of', 'text')
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('ended_at', 'text')
    .execute();
  // What is still to be sent: a lane is looked at for itself, however much waits in others.
  await db.schema
    .createIndex('webhook_deliveries_queue')
    .on('webhook_deliveries')
    .columns(['lane', 'claimable_at'])
    .where(sql.ref('claimable_at'), 'is not', null)
    .execute();
  await db.schema
    .createIndex('webhook_deliveries_by_job')
    .on('webhook_deliveries')
    .columns(['project_id', 'job_id', 'created_at', 'id'])
    .execute();
  await db.schema
    .createIndex('webhook_deliveries_by_endpoint')
    .on('webhook_deliveries')
    .column('endpoint_id')
    .execute();
  await db.schema
    .createIndex('webhook_deliveries_by_end')
    .on('webhook_deliveries')
    .column('ended_at')
    .where(sql.ref('ended_at'), 'is not', null)
    .execute();
}
