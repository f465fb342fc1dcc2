import type { Selectable, Transaction } from 'kysely';
import { type Configuration, type ConfigurationParameters, ProductType } from '../domain/configuration.ts';
import { AppError } from '../errors.ts';
import { now } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import type { Database } from './database.ts';
import { after as keysetAfter } from './keyset.ts';
import type { Tables } from './schema.ts';

export interface ConfigurationFilter {
  projectId: string;
  productTypes?: readonly ProductType[] | undefined;
  name?: string | undefined;
}

/** Where in the order (newest first) a page ended. */
export interface ConfigurationPosition {
  createdAt: string;
  id: string;
}

/**
 * Saves parameters under a name. Where the project has a configuration of that name for the same product, it gets them
 * as a new version; jobs that were created before keep what they were created with.
 */
export async function saveConfiguration(
  db: Database,
  { projectId, name, parameters }: { projectId: string; name: string; parameters: ConfigurationParameters },
): Promise<Configuration> {
  return db.transaction().execute(async (transaction) => {
    const existing = await findByName(transaction, projectId, parameters.product_type, name);
    if (existing) return writeVersion(transaction, { ...existing, parameters: JSON.stringify(parameters) });
    const at = now();
    const row: Selectable<Tables['configurations']> = {
      id: newId('configuration'),
      project_id: projectId,
      product_type: parameters.product_type,
      name,
      version: at,
      parameters: JSON.stringify(parameters),
      created_at: at,
      updated_at: at,
    };
    await transaction.insertInto('configurations').values(row).execute();
    await keepVersion(transaction, row);
    return configurationOfRow(row);
  });
}

/**
 * Changes the name or the parameters of a configuration; what is left out stays.
 *
 * @returns null = the project has no such configuration.
 * @throws AppError `conflict` when another configuration of the product has the name; `bad_request` when the parameters
 *   are those of another product.
 */
export async function updateConfiguration(
  db: Database,
  projectId: string,
  id: string,
  { name, parameters }: { name?: string | undefined; parameters?: ConfigurationParameters | undefined },
): Promise<Configuration | null> {
  return db.transaction().execute(async (transaction) => {
    const row = await findRow(transaction, projectId, id);
    if (!row) return null;
    if (parameters && parameters.product_type !== row.product_type) {
      throw new AppError(
        'bad_request',
        `Configuration ${id} is for ${row.product_type}; save parameters for ${parameters.product_type} as another one.`,
      );
    }
    const twin = name === undefined ? undefined : await findByName(transaction, projectId, row.product_type, name);
    if (twin && twin.id !== id)
      throw new AppError('conflict', `There is a ${row.product_type} configuration "${name}".`);
    return writeVersion(transaction, {
      ...row,
      ...(name !== undefined && { name }),
      ...(parameters && { parameters: JSON.stringify(parameters) }),
    });
  });
}

export async function findConfiguration(db: Database, projectId: string, id: string): Promise<Configuration | null> {
  const row = await findRow(db, projectId, id);
  return row ? configurationOfRow(row) : null;
}

/** Lists configurations, newest first; `next` is null on the last page. */
export async function listConfigurations(
  db: Database,
  filter: ConfigurationFilter,
  { limit, after }: { limit: number; after: ConfigurationPosition | null },
): Promise<{ configurations: Configuration[]; next: ConfigurationPosition | null }> {
  let query = db
    .selectFrom('configurations')
    .selectAll()
    .where('project_id', '=', filter.projectId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (filter.productTypes !== undefined) query = query.where('product_type', 'in', filter.productTypes);
  if (filter.name !== undefined) query = query.where('name', '=', filter.name);
  if (after !== null) query = query.where((eb) => keysetAfter(eb, NEWEST_FIRST, [after.createdAt, after.id]));
  const rows = await query.execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    configurations: page.map(configurationOfRow),
    next: rows.length > limit && last ? { createdAt: last.created_at, id: last.id } : null,
  };
}

const NEWEST_FIRST = [
  { column: 'created_at', direction: 'desc' },
  { column: 'id', direction: 'desc' },
] as const;

/** Deletes a configuration with all its versions; false = there is none. Jobs created with it keep their copy. */
export async function deleteConfiguration(db: Database, projectId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('configurations')
    .where('id', '=', id)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

function findRow(db: Database, projectId: string, id: string) {
  return db
    .selectFrom('configurations')
    .selectAll()
    .where('id', '=', id)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
}

function findByName(db: Database, projectId: string, productType: string, name: string) {
  return db
    .selectFrom('configurations')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('product_type', '=', productType)
    .where('name', '=', name)
    .executeTakeFirst();
}

async function writeVersion(
  transaction: Transaction<Tables>,
  changed: Selectable<Tables['configurations']>,
): Promise<Configuration> {
  const at = now();
  const row = { ...changed, version: at, updated_at: at };
  await transaction.updateTable('configurations').set(row).where('id', '=', row.id).execute();
  await keepVersion(transaction, row);
  return configurationOfRow(row);
}

async function keepVersion(transaction: Transaction<Tables>, row: Selectable<Tables['configurations']>): Promise<void> {
  await transaction
    .insertInto('configuration_versions')
    .values({ configuration_id: row.id, version: row.version, name: row.name, parameters: row.parameters })
    .execute();
}

function configurationOfRow(row: Selectable<Tables['configurations']>): Configuration {
  return {
    id: row.id,
    name: row.name,
    product_type: ProductType.parse(row.product_type),
    version: row.version,
    parameters: JSON.parse(row.parameters),
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}
