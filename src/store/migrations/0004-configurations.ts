import type { Kysely } from 'kysely';

/** Saved configurations and their earlier versions. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('configurations')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id'))
    .addColumn('product_type', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('version', 'text', (c) => c.notNull())
    .addColumn('parameters', 'text', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('updated_at', 'text', (c) => c.notNull())
    .addUniqueConstraint('configurations_name', ['project_id', 'product_type', 'name'])
    .execute();
  await db.schema
    .createIndex('configurations_by_creation')
    .on('configurations')
    .columns(['project_id', 'created_at', 'id'])
    .execute();

  await db.schema
    .createTable('configuration_versions')
    .addColumn('configuration_id', 'text', (c) => c.notNull().references('configurations.id').onDelete('cascade'))
    .addColumn('version', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('parameters', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('configuration_versions_pk', ['configuration_id', 'version'])
    .execute();
}
