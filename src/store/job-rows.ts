import { CompiledQuery } from 'kysely';
import { isTerminal, type JobStatus } from '../domain/job.ts';
import { now, type Timestamp } from '../lib/clock.ts';
import type { Database } from './database.ts';
import { type ChangedJob, type JobKind, recordChange } from './job-changes.ts';
import { after as keysetAfter } from './keyset.ts';

/*
 * What jobs of all kinds have in common as rows: they are found, listed and cancelled alike. Kysely is told that each is
 * a row of `classify_jobs`; only columns that all the tables have are used here.
 */
export const JOB_TABLES = {
  classify: 'classify_jobs',
  parse: 'parse_jobs' as 'classify_jobs',
} as const satisfies Record<JobKind, string>;

/** Which jobs of a project to list; a filter that is undefined does not apply, all others must hold together. */
export interface JobFilter {
  projectId: string;
  status?: JobStatus | undefined;
  /** Of classify jobs. */
  configurationId?: string | undefined;
  jobIds?: readonly string[] | undefined;
  createdOnOrAfter?: Timestamp | undefined;
  createdOnOrBefore?: Timestamp | undefined;
}

/** Where in the order (newest first) a page ended. */
export interface JobPosition {
  createdAt: Timestamp;
  id: string;
}

/** Jobs rendered as JSON objects, and where the next page begins: null = this was the last one. */
export interface RenderedPage {
  bodies: string[];
  next: JobPosition | null;
}

/** The rendered job and its status, or null when the project has none with that id. */
export async function findJob(
  db: Database,
  kind: JobKind,
  projectId: string,
  id: string,
): Promise<{ body: string; status: JobStatus } | null> {
  const { rows } = await db.executeQuery(CompiledQuery.raw(findSql(db, kind), [id, projectId]));
  return (rows[0] as { body: string; status: JobStatus } | undefined) ?? null;
}

// The most frequent query by far, so it is built once: building it anew costs as much as running it.
const findSqlOf = new WeakMap<Database, Map<JobKind, string>>();
function findSql(db: Database, kind: JobKind): string {
  const known = findSqlOf.get(db) ?? new Map<JobKind, string>();
  findSqlOf.set(db, known);
  let text = known.get(kind);
  if (text === undefined) {
    const query = db
      .selectFrom(JOB_TABLES[kind])
      .select(['body', 'status'])
      .where('id', '=', '')
      .where('project_id', '=', '');
    text = query.compile().sql;
    known.set(kind, text);
  }
  return text;
}

/**
 * Lists jobs, newest first. The cost depends on `limit` alone, not on how many jobs there are. A job that exists when a
 * walk over the pages begins, and keeps fitting the filter, is on exactly one page.
 */
export async function listJobs(
  db: Database,
  kind: JobKind,
  filter: JobFilter,
  { limit, after }: { limit: number; after: JobPosition | null },
): Promise<RenderedPage> {
  let query = db
    .selectFrom(JOB_TABLES[kind])
    .select('body')
    .where('project_id', '=', filter.projectId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    // One row more than asked tells whether there is a next page, so that no token ever leads to an empty one.
    .limit(limit + 1);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (filter.configurationId !== undefined) query = query.where('configuration_id', '=', filter.configurationId);
  if (filter.jobIds !== undefined) query = query.where('id', 'in', filter.jobIds);
  if (filter.createdOnOrAfter !== undefined) query = query.where('created_at', '>=', filter.createdOnOrAfter);
  if (filter.createdOnOrBefore !== undefined) query = query.where('created_at', '<=', filter.createdOnOrBefore);
  if (after !== null) query = query.where((eb) => keysetAfter(eb, NEWEST_FIRST, [after.createdAt, after.id]));

  const bodies = (await query.execute()).map((row) => row.body);
  if (bodies.length <= limit) return { bodies, next: null };
  bodies.pop();
  // Reading the position from one body is cheaper than fetching two more columns of every row.
  const last: { created_at: Timestamp; id: string } = JSON.parse(bodies.at(-1)!);
  return { bodies, next: { createdAt: last.created_at, id: last.id } };
}

const NEWEST_FIRST = [
  { column: 'created_at', direction: 'desc' },
  { column: 'id', direction: 'desc' },
] as const;

/**
 * Cancels a job that has not ended. A worker that runs it loses its lease at once.
 *
 * @returns the rendered job and whether this call cancelled it (false: it had ended before); null = no such job.
 */
export async function cancelJob(
  db: Database,
  kind: JobKind,
  projectId: string,
  id: string,
): Promise<{ body: string; status: JobStatus; cancelled: boolean } | null> {
  return db.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom(JOB_TABLES[kind])
      .select('body')
      .where('id', '=', id)
      .where('project_id', '=', projectId)
      .executeTakeFirst();
    if (!row) return null;
    const job: ChangedJob = JSON.parse(row.body);
    if (isTerminal(job.status)) return { body: row.body, status: job.status, cancelled: false };
    const cancelled: ChangedJob = { ...job, status: 'CANCELLED', updated_at: now() };
    const body = JSON.stringify(cancelled);
    await transaction
      .updateTable(JOB_TABLES[kind])
      .set({ status: cancelled.status, body, claimable_at: null })
      .where('id', '=', id)
      .execute();
    await recordChange(transaction, { kind, job: cancelled, before: job.status });
    return { body, status: cancelled.status, cancelled: true };
  });
}
