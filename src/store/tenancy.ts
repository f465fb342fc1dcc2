import { randomBytes, randomUUID } from 'node:crypto';
import { ProjectSettings } from '../domain/project-settings.ts';
import { now } from '../lib/clock.ts';
import type { Database } from './database.ts';

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
