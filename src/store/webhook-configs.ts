import type { Selectable } from 'kysely';
import type { WebhookSettings } from '../domain/webhook.ts';
import { AppError } from '../errors.ts';
import { now, type Timestamp } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import type { Vault } from '../lib/vault.ts';
import type { Database } from './database.ts';
import type { Tables } from './schema.ts';

/** They are listed all at once. */
const MAX_CONFIGS = 100;

/** A saved webhook configuration, decrypted. */
export interface WebhookConfig {
  id: string;
  projectId: string;
  settings: WebhookSettings;
  createdAt: Timestamp;
  updatedAt: Timestamp;
}

/** @throws AppError `conflict` when the project has as many as it may have. */
export async function insertWebhookConfig(
  { db, vault }: { db: Database; vault: Vault },
  projectId: string,
  settings: WebhookSettings,
): Promise<WebhookConfig> {
  const id = newId('webhookConfig');
  const at = now();
  const row = { id, project_id: projectId, sealed: seal(vault, id, settings), created_at: at, updated_at: at };
  await db.transaction().execute(async (transaction) => {
    await transaction.insertInto('webhook_configs').values(row).execute();
    const { count } = await transaction
      .selectFrom('webhook_configs')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('project_id', '=', projectId)
      .executeTakeFirstOrThrow();
    if (count <= MAX_CONFIGS) return;
    throw new AppError('conflict', `The project has ${MAX_CONFIGS} webhook configurations; delete one first.`);
  });
  return { id, projectId, settings, createdAt: at, updatedAt: at };
}

/** All of the project, newest first. */
export async function listWebhookConfigs(
  { db, vault }: { db: Database; vault: Vault },
  projectId: string,
): Promise<WebhookConfig[]> {
  const rows = await db
    .selectFrom('webhook_configs')
    .selectAll()
    .where('project_id', '=', projectId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.map((row) => configOfRow(vault, row));
}

export async function findWebhookConfig(
  { db, vault }: { db: Database; vault: Vault },
  projectId: string,
  id: string,
): Promise<WebhookConfig | null> {
  const row = await db
    .selectFrom('webhook_configs')
    .selectAll()
    .where('id', '=', id)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return row ? configOfRow(vault, row) : null;
}

/** Changes the settings that are given; null = there is no such configuration. */
export async function updateWebhookConfig(
  { db, vault }: { db: Database; vault: Vault },
  projectId: string,
  id: string,
  changes: Partial<WebhookSettings>,
): Promise<WebhookConfig | null> {
  return db.transaction().execute(async (transaction) => {
    const config = await findWebhookConfig({ db: transaction, vault }, projectId, id);
    if (config === null) return null;
    const changed = { ...config, settings: { ...config.settings, ...changes }, updatedAt: now() };
    await transaction
      .updateTable('webhook_configs')
      .set({ sealed: seal(vault, id, changed.settings), updated_at: changed.updatedAt })
      .where('id', '=', id)
      .execute();
    return changed;
  });
}

/** False = there is no such configuration. Jobs that were created with it keep what they copied. */
export async function deleteWebhookConfig(db: Database, projectId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('webhook_configs')
    .where('id', '=', id)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return numDeletedRows === 1n;
}

const seal = (vault: Vault, id: string, settings: WebhookSettings) => vault.seal(JSON.stringify(settings), id);

function configOfRow(vault: Vault, row: Selectable<Tables['webhook_configs']>): WebhookConfig {
  return {
    id: row.id,
    projectId: row.project_id,
    settings: JSON.parse(vault.open(row.sealed, row.id)),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
