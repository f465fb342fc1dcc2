import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { ProjectSettings } from '../domain/project-settings.ts';
import type { Principal } from '../domain/tenancy.ts';
import { fromNow, now, type Timestamp } from '../lib/clock.ts';
import type { Database } from './database.ts';

const LOOKUP_LENGTH = 16;

/** A key as it may be shown: without the key. */
export interface ApiKeySummary {
  id: string;
  name: string;
  projectId: string;
  projectName: string;
  /** The last four characters. */
  hint: string;
  createdAt: Timestamp;
  revokedAt: Timestamp | null;
}

/** Who a credential stands for, and whether its project takes requests. */
export type Authenticated = { principal: Principal; disabled: boolean };

/** `llx-` and 48 random characters of A–Z, a–z, 0–9, `-` and `_`. */
function newKey(): string {
  return `llx-${randomBytes(36).toString('base64url')}`;
}

function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Makes a key for a project and returns it: the only time it can be seen. */
export async function createApiKey(
  db: Database,
  owner: { projectId: string; userId: string; name: string },
): Promise<{ id: string; key: string }> {
  const key = newKey();
  return { id: await insertApiKey(db, { ...owner, key, origin: 'created' }), key };
}

async function insertApiKey(
  db: Database,
  fields: { projectId: string; userId: string; name: string; key: string; origin: 'created' | 'environment' },
): Promise<string> {
  const hash = sha256Hex(fields.key);
  const id = randomUUID();
  await db
    .insertInto('api_keys')
    .values({
      id,
      project_id: fields.projectId,
      user_id: fields.userId,
      name: fields.name,
      lookup: hash.slice(0, LOOKUP_LENGTH),
      hash,
      hint: fields.key.slice(-4),
      origin: fields.origin,
      created_at: now(),
      revoked_at: null,
    })
    .execute();
  return id;
}

/** Makes this the only key that came from the environment (null = none): what was there before is revoked. */
export async function setEnvironmentKey(
  db: Database,
  owner: { projectId: string; userId: string },
  key: string | null,
): Promise<void> {
  const hash = key === null ? null : sha256Hex(key);
  await db.transaction().execute(async (transaction) => {
    const current = await transaction
      .selectFrom('api_keys')
      .select(['id', 'hash'])
      .where('origin', '=', 'environment')
      .where('revoked_at', 'is', null)
      .execute();
    for (const { id } of current.filter((known) => known.hash !== hash)) await endKey(transaction, id);
    if (key === null || current.some((known) => known.hash === hash)) return;
    await insertApiKey(transaction, { ...owner, name: 'PIGEONHOLE_API_KEY', key, origin: 'environment' });
  });
}

/** Makes a key if there is no active one, and returns it; null = there was one. Only one of several callers makes it. */
export async function createFirstApiKey(
  db: Database,
  owner: { projectId: string; userId: string; name: string },
): Promise<string | null> {
  return db.transaction().execute(async (transaction) => {
    const active = await transaction
      .selectFrom('api_keys')
      .select('id')
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    return active ? null : (await createApiKey(transaction, owner)).key;
  });
}

/** All keys, newest first. */
export async function listApiKeys(db: Database): Promise<ApiKeySummary[]> {
  const rows = await db
    .selectFrom('api_keys')
    .innerJoin('projects', 'projects.id', 'api_keys.project_id')
    .select(['api_keys.id', 'api_keys.name', 'project_id', 'projects.name as project_name', 'hint'])
    .select(['api_keys.created_at', 'revoked_at'])
    .orderBy('api_keys.created_at', 'desc')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    projectId: row.project_id,
    projectName: row.project_name,
    hint: row.hint,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  }));
}

/** Ends a key and its sessions. Returns false when there is no such active key. */
export async function revokeApiKey(db: Database, id: string): Promise<boolean> {
  return db.transaction().execute((transaction) => endKey(transaction, id));
}

async function endKey(transaction: Database, id: string): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('api_keys')
    .set({ revoked_at: now() })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  await transaction.deleteFrom('sessions').where('api_key_id', '=', id).execute();
  return numUpdatedRows === 1n;
}

/** Who this key belongs to; null = unknown or revoked. */
export async function authenticateKey(db: Database, key: string): Promise<Authenticated | null> {
  const hash = sha256Hex(key);
  const rows = await selectPrincipals(db)
    .select('api_keys.hash')
    .where('api_keys.lookup', '=', hash.slice(0, LOOKUP_LENGTH))
    .where('revoked_at', 'is', null)
    .execute();
  const expected = Buffer.from(hash);
  const row = rows.find((candidate) => timingSafeEqual(Buffer.from(candidate.hash), expected));
  return row ? authenticated(row) : null;
}

/** Starts a browser session for a key's owner and returns the cookie's value. */
export async function createSession(db: Database, apiKeyId: string, lifetimeMs: number): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await db.deleteFrom('sessions').where('expires_at', '<', now()).execute();
  await db
    .insertInto('sessions')
    .values({ hash: sha256Hex(token), api_key_id: apiKeyId, created_at: now(), expires_at: fromNow(lifetimeMs) })
    .execute();
  return token;
}

/** Who this session cookie belongs to; null = unknown, expired, or its key was revoked. */
export async function authenticateSession(db: Database, token: string): Promise<Authenticated | null> {
  const row = await selectPrincipals(db)
    .innerJoin('sessions', 'sessions.api_key_id', 'api_keys.id')
    .where('sessions.hash', '=', sha256Hex(token))
    .where('sessions.expires_at', '>', now())
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row ? authenticated(row) : null;
}

export async function endSession(db: Database, token: string): Promise<void> {
  await db.deleteFrom('sessions').where('hash', '=', sha256Hex(token)).execute();
}

function selectPrincipals(db: Database) {
  return db
    .selectFrom('api_keys')
    .innerJoin('projects', 'projects.id', 'api_keys.project_id')
    .select(['api_keys.id as api_key_id', 'api_keys.user_id', 'api_keys.project_id'])
    .select(['projects.name as project_name', 'projects.organization_id', 'projects.disabled_at', 'projects.settings']);
}

function authenticated(row: {
  api_key_id: string;
  user_id: string;
  project_id: string;
  project_name: string;
  organization_id: string;
  disabled_at: Timestamp | null;
  settings: string;
}): Authenticated {
  return {
    principal: {
      userId: row.user_id,
      projectId: row.project_id,
      projectName: row.project_name,
      organizationId: row.organization_id,
      apiKeyId: row.api_key_id,
      settings: ProjectSettings.parse(JSON.parse(row.settings)),
    },
    disabled: row.disabled_at !== null,
  };
}
