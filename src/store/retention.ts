import { type SelectQueryBuilder, sql } from 'kysely';
import type { ClassifyJob } from '../domain/job.ts';
import { ProjectSettings } from '../domain/project-settings.ts';
import type { Timestamp } from '../lib/clock.ts';
import type { Database } from './database.ts';
import { deleteFile } from './files.ts';
import { recordDeletions } from './job-changes.ts';
import { deleteParseJob } from './parse-jobs.ts';
import type { Tables } from './schema.ts';

/*
 * Deleting what is old, a few rows at a time so that no one who writes has to wait for long. Every function deletes at
 * most `limit` rows in one transaction; fewer than that means that it is done. `before` is the point in time from which
 * on things are kept: for jobs their end counts, for files and parses their last change.
 */

interface Batch {
  projectId: string;
  before: Timestamp;
  limit: number;
}

/** All projects with the days each keeps what has ended; null = for ever. */
export async function listRetention(
  db: Database,
  byDefault: number | null,
): Promise<{ projectId: string; days: number | null }[]> {
  const rows = await db.selectFrom('projects').select(['id', 'settings']).execute();
  return rows.map(({ id, settings }) => ({
    projectId: id,
    days: ProjectSettings.parse(JSON.parse(settings)).retention_days ?? byDefault,
  }));
}

/** Deletes groups all of whose jobs have ended: from then on these are jobs like any other. Returns how many. */
export async function deleteOldGroups(db: Database, { projectId, before, limit }: Batch): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('job_groups')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('job_groups')
        .select('id')
        .where('project_id', '=', projectId)
        .where('created_at', '<', before)
        .where('updated_at', '<', before)
        .whereRef('total', '=', sql<number>`completed + failed + cancelled`)
        .limit(limit),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/** Deletes classify jobs that have ended and belong to no group. Returns how many. */
export async function deleteOldClassifyJobs(db: Database, { projectId, before, limit }: Batch): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    const rows = await transaction
      .selectFrom('classify_jobs')
      .select(['id', 'body'])
      .where('project_id', '=', projectId)
      .where('created_at', '<', before)
      .where('claimable_at', 'is', null)
      .where(sql`body ->> '$.updated_at'`, '<', before)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('job_groups').select('job_groups.id').whereRef('job_groups.id', '=', 'classify_jobs.group_id'),
          ),
        ),
      )
      .orderBy('created_at')
      .limit(limit)
      .execute();
    if (rows.length === 0) return 0;
    const ids = rows.map((row) => row.id);
    await transaction.deleteFrom('classify_jobs').where('id', 'in', ids).execute();
    await recordDeletions(
      transaction,
      'classify',
      rows.map((row): ClassifyJob => JSON.parse(row.body)),
    );
    return rows.length;
  });
}

/** Deletes parse jobs that have ended and that no open job is about. Returns how many, and the blobs of their results. */
export async function deleteOldParses(
  db: Database,
  { projectId, before, limit }: Batch,
): Promise<{ jobs: number; blobKeys: string[] }> {
  return db.transaction().execute(async (transaction) => {
    const rows = await notNeeded(
      transaction
        .selectFrom('parse_jobs')
        .select('parse_jobs.id')
        .where('project_id', '=', projectId)
        .where('created_at', '<', before)
        .where('claimable_at', 'is', null)
        .where(sql`body ->> '$.updated_at'`, '<', before)
        .orderBy('created_at')
        .limit(limit),
      'parse_jobs.id',
    ).execute();
    const blobKeys: string[] = [];
    for (const { id } of rows) blobKeys.push(...((await deleteParseJob(transaction, projectId, id)) ?? []));
    return { jobs: rows.length, blobKeys };
  });
}

/** Deletes files that no open job needs, and parses of their content. Returns their blobs. */
export async function deleteOldFiles(
  db: Database,
  { projectId, before, limit }: Batch,
): Promise<{ files: number; blobKeys: string[] }> {
  return db.transaction().execute(async (transaction) => {
    const rows = await notNeeded(
      transaction
        .selectFrom('files')
        .select('files.id')
        .where('project_id', '=', projectId)
        .where('created_at', '<', before)
        .where('updated_at', '<', before)
        .where(noOpenParse)
        .where(noNeededText)
        .orderBy('created_at')
        .limit(limit),
      'files.id',
    ).execute();
    const blobKeys: string[] = [];
    for (const { id } of rows) blobKeys.push(...((await deleteFile(transaction, projectId, id)) ?? []));
    return { files: rows.length, blobKeys };
  });
}

/** Nobody is reading the file into a parse. */
const noOpenParse = sql<boolean>`not exists (
  select 1 from parse_jobs where parse_jobs.input_id = files.id and parse_jobs.claimable_at is not null)`;

/** No open job reads a parse of the same content: it would go with the file. */
const noNeededText = sql<boolean>`not exists (
  select 1 from parse_jobs join classify_jobs on classify_jobs.input_id = parse_jobs.id
  where parse_jobs.project_id = files.project_id and parse_jobs.content_hash = files.content_hash
    and classify_jobs.claimable_at is not null)`;

/** Keeps away from what an open classify job reads. */
function notNeeded<Query extends SelectQueryBuilder<Tables, 'files' | 'parse_jobs', { id: string }>>(
  query: Query,
  id: 'files.id' | 'parse_jobs.id',
): Query {
  const isInput = sql<boolean>`not exists (select 1 from classify_jobs where classify_jobs.input_id = ${sql.ref(id)} and classify_jobs.claimable_at is not null)`;
  return query.where(isInput) as Query;
}

/** Deletes entries of the log of changes; the newest stays, because it says where the log has got to. */
export async function deleteOldEvents(db: Database, { before, limit }: Omit<Batch, 'projectId'>): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('job_events')
    .where('sequence', 'in', (eb) => eb.selectFrom('job_events').select('sequence').orderBy('sequence').limit(limit))
    .where('created_at', '<', before)
    .where('sequence', '<', (eb) => eb.selectFrom('job_events').select((max) => max.fn.max('sequence').as('last')))
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/** Which of these blobs a file or a parse refers to. */
export async function referencedBlobs(db: Database, keys: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('files')
    .select('blob_key')
    .where('blob_key', 'in', keys)
    .union(db.selectFrom('parse_results').select('blob_key').where('blob_key', 'in', keys))
    .execute();
  return new Set(rows.map((row) => row.blob_key));
}
