import { sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Database } from './database.ts';
import * as foundation from './migrations/0001-foundation.ts';
import * as jobChanges from './migrations/0002-job-changes.ts';
import * as parseJobs from './migrations/0003-parse-jobs.ts';
import * as configurations from './migrations/0004-configurations.ts';
import * as webhooks from './migrations/0005-webhooks.ts';
import * as jobGroups from './migrations/0006-job-groups.ts';
import * as retention from './migrations/0010-retention.ts';
import * as feedback from './migrations/0012-feedback.ts';
import * as gists from './migrations/0013-gists.ts';

/** Every migration, in order. A released one is never edited: a change is a new file. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-foundation': foundation,
  '0002-job-changes': jobChanges,
  '0003-parse-jobs': parseJobs,
  '0004-configurations': configurations,
  '0005-webhooks': webhooks,
  '0006-job-groups': jobGroups,
  '0010-retention': retention,
  '0012-feedback': feedback,
  '0013-gists': gists,
};

/**
 * Brings the database to the newest schema and returns the names of the migrations it ran. Processes that start
 * together wait for each other; a migration that fails leaves nothing behind.
 */
export async function migrate(db: Database): Promise<string[]> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => MIGRATIONS },
    migrationTableName: 'migrations',
    migrationLockTableName: 'migration_lock',
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) throw error;
  return results.map((result) => result.migrationName);
}

/** Whether the database answers: what `/ready` asks. */
export async function ping(db: Database): Promise<void> {
  await sql`select 1`.execute(db);
}
