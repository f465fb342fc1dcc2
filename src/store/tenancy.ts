import { randomBytes, randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import { ProjectSettings } from '../domain/project-settings.ts';
import { AppError } from '../errors.ts';
import { now, type Timestamp } from '../lib/clock.ts';
import type { Database } from './database.ts';
import type { Tables } from './schema.ts';

/** The ids of the project and user that keys belong to unless another project is named. */
export interface DefaultTenant {
  projectId: string;
  userId: string;
}

/** The default organization, project and user; made when the database has none. */
export async function ensureDefaultTenant(db: Database): Promise<DefaultTenant> {
  return db.transaction().execute(async (transaction) => {
    const project = await transaction
      .selectFrom('projects')
      .select('id')
      .where('is_default', '=', 1)
      .executeTakeFirst();
    const user = await transaction.selectFrom('users').select('id').orderBy('created_at').executeTakeFirst();
    if (project && user) return { projectId: project.id, userId: user.id };

    const at = now();
    const stamps = { created_at: at, updated_at: at };
    const organizationId = randomUUID();
    const projectId = randomUUID();
    const userId = randomUUID();
    await transaction
      .insertInto('organizations')
      .values({ id: organizationId, name: 'Default', ...stamps })
      .execute();
    await transaction
      .insertInto('projects')
      .values({
        id: projectId,
        organization_id: organizationId,
        name: 'Default',
        is_default: 1,
        disabled_at: null,
        ...stamps,
      })
      .execute();
    await transaction.insertInto('users').values({ id: userId, name: 'Default', created_at: at }).execute();
    return { projectId, userId };
  });
}

/** The project of that name in the default organization, made if it is missing. */
export async function ensureProject(db: Database, name: string): Promise<string> {
  return db.transaction().execute(async (transaction) => {
    const { organization_id } = await transaction
      .selectFrom('projects')
      .select('organization_id')
      .where('is_default', '=', 1)
      .executeTakeFirstOrThrow();
    const existing = await transaction
      .selectFrom('projects')
      .select('id')
      .where('organization_id', '=', organization_id)
      .where('name', '=', name)
      .executeTakeFirst();
    if (existing) return existing.id;
    const id = randomUUID();
    const at = now();
    await transaction
      .insertInto('projects')
      .values({ id, organization_id, name, is_default: 0, disabled_at: null, created_at: at, updated_at: at })
      .execute();
    return id;
  });
}

/** A random secret of 32 bytes, made at first use and the same for every process on this database from then on. */
export async function ensureSecret(db: Database, name: string): Promise<Buffer> {
  await db
    .insertInto('secrets')
    .values({ name, value: randomBytes(32).toString('base64'), created_at: now() })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const row = await db.selectFrom('secrets').select('value').where('name', '=', name).executeTakeFirstOrThrow();
  return Buffer.from(row.value, 'base64');
}

/** What is set for a project; everything null where nothing is. */
export async function readProjectSettings(db: Database, projectId: string): Promise<ProjectSettings> {
  const row = await db.selectFrom('projects').select('settings').where('id', '=', projectId).executeTakeFirst();
  return ProjectSettings.parse(JSON.parse(row?.settings ?? '{}'));
}

/** A project as its operator sees it. */
export interface Project {
  id: string;
  organizationId: string;
  name: string;
  isDefault: boolean;
  /** Since when its keys are refused; null = enabled. */
  disabledAt: Timestamp | null;
  settings: ProjectSettings;
  createdAt: Timestamp;
  updatedAt: Timestamp;
}

export interface Organization {
  id: string;
  name: string;
  createdAt: Timestamp;
  updatedAt: Timestamp;
}

/** All projects by name, the default one first. */
export async function listProjects(db: Database): Promise<Project[]> {
  const rows = await db.selectFrom('projects').selectAll().orderBy('is_default', 'desc').orderBy('name').execute();
  return rows.map(projectOfRow);
}

export async function findProject(db: Database, id: string): Promise<Project | null> {
  const row = await db.selectFrom('projects').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? projectOfRow(row) : null;
}

export async function findOrganization(db: Database, id: string): Promise<Organization | null> {
  const row = await db.selectFrom('organizations').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? { id: row.id, name: row.name, createdAt: row.created_at, updatedAt: row.updated_at } : null;
}

/** What an operator may change of a project. */
export interface ProjectChanges {
  name?: string;
  disabled?: boolean;
  settings?: ProjectSettings;
}

/**
 * Changes a project, found by its id or name.
 *
 * @returns null = there is none.
 * @throws AppError `conflict` when another project of the organization has the name.
 */
export async function updateProject(db: Database, idOrName: string, changes: ProjectChanges): Promise<Project | null> {
  return db.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom('projects')
      .selectAll()
      .where((eb) => eb.or([eb('id', '=', idOrName), eb('name', '=', idOrName)]))
      .orderBy((eb) => eb.case().when('id', '=', idOrName).then(0).else(1).end())
      .executeTakeFirst();
    if (!row) return null;
    const { name, disabled, settings } = changes;
    if (name !== undefined && name !== row.name) {
      const twin = await transaction
        .selectFrom('projects')
        .select('id')
        .where('organization_id', '=', row.organization_id)
        .where('name', '=', name)
        .executeTakeFirst();
      if (twin) throw new AppError('conflict', `There is a project named "${name}" already.`);
    }
    const at = now();
    const changed = {
      ...row,
      ...(name !== undefined && { name }),
      // Disabling again keeps the day it was disabled first.
      ...(disabled !== undefined && { disabled_at: disabled ? (row.disabled_at ?? at) : null }),
      ...(settings && { settings: JSON.stringify(settings) }),
      updated_at: at,
    };
    await transaction.updateTable('projects').set(changed).where('id', '=', row.id).execute();
    return projectOfRow(changed);
  });
}

function projectOfRow(row: Selectable<Tables['projects']>): Project {
  return {
    id: row.id,
    organizationId: row.organization_id,
    name: row.name,
    isDefault: row.is_default === 1,
    disabledAt: row.disabled_at,
    settings: ProjectSettings.parse(JSON.parse(row.settings)),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
