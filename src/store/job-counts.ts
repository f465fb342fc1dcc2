import { sql, type Transaction } from 'kysely';
import { JOB_STATUSES, type JobStatus } from '../domain/job.ts';
import type { Database } from './database.ts';
import type { Tables } from './schema.ts';

/** A change of how many jobs there are: `by` more (negative: fewer) of that kind and status. */
export interface CountChange {
  projectId: string;
  kind: Tables['job_counts']['kind'];
  status: JobStatus;
  /** The type a completed classify job found; null = no rule fits. Undefined for all other jobs. */
  type?: string | null | undefined;
  by: number;
}

/** Jobs of a project, counted. */
export interface JobCounts {
  byStatus: Record<JobStatus, number>;
  /** Completed jobs by the type they found, most frequent first; null = no rule fits. */
  byType: { type: string | null; jobs: number }[];
  /** Whether there are more types than `byType` holds. */
  moreTypes: boolean;
}

const NO_TYPE = '';

/** Adds changes up and applies them, in the transaction that makes them true. */
export async function applyCounts(transaction: Transaction<Tables>, changes: readonly CountChange[]): Promise<void> {
  const statuses = new Map<string, Tables['job_counts']>();
  const types = new Map<string, Tables['type_counts']>();
  for (const { projectId, kind, status, type, by } of changes) {
    const row = { project_id: projectId, kind, status, jobs: 0 };
    add(statuses, `${projectId} ${kind} ${status}`, row, by);
    if (type === undefined) continue;
    add(types, `${projectId} ${type}`, { project_id: projectId, type: type ?? NO_TYPE, jobs: 0 }, by);
  }
  for (const row of statuses.values()) {
    if (row.jobs === 0) continue;
    await transaction
      .insertInto('job_counts')
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(['project_id', 'kind', 'status'])
          .doUpdateSet((eb) => ({ jobs: eb('job_counts.jobs', '+', eb.ref('excluded.jobs')) })),
      )
      .execute();
  }
  for (const row of types.values()) {
    await transaction
      .insertInto('type_counts')
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(['project_id', 'type'])
          .doUpdateSet((eb) => ({ jobs: eb('type_counts.jobs', '+', eb.ref('excluded.jobs')) })),
      )
      .execute();
    // Types are free text: those that no job has any more must not pile up.
    if (row.jobs >= 0) continue;
    await transaction
      .deleteFrom('type_counts')
      .where('project_id', '=', row.project_id)
      .where('type', '=', row.type)
      .where('jobs', '<=', 0)
      .execute();
  }
}

function add<Row extends { jobs: number }>(sums: Map<string, Row>, key: string, empty: Row, by: number): void {
  const row = sums.get(key) ?? empty;
  row.jobs += by;
  sums.set(key, row);
}

/** Counts the classify jobs of a project without looking at them; the cost depends on `maxTypes` alone. */
export async function readJobCounts(
  db: Database,
  projectId: string,
  { maxTypes }: { maxTypes: number },
): Promise<JobCounts> {
  const statuses = await db
    .selectFrom('job_counts')
    .select(['status', 'jobs'])
    .where('project_id', '=', projectId)
    .where('kind', '=', 'classify')
    .execute();
  const types = await db
    .selectFrom('type_counts')
    .select(['type', 'jobs'])
    .where('project_id', '=', projectId)
    .orderBy('jobs', 'desc')
    .orderBy('type')
    .limit(maxTypes + 1)
    .execute();
  const jobs = new Map(statuses.map((row) => [row.status, row.jobs]));
  return {
    byStatus: Object.fromEntries(
      JOB_STATUSES.map((status) => [status, jobs.get(status) ?? 0]),
    ) as JobCounts['byStatus'],
    byType: types.slice(0, maxTypes).map((row) => ({ type: row.type === NO_TYPE ? null : row.type, jobs: row.jobs })),
    moreTypes: types.length > maxTypes,
  };
}

/** How many jobs of a project, of all kinds, have not ended. */
export async function countOpenJobs(db: Database, projectId: string): Promise<number> {
  const row = await db
    .selectFrom('job_counts')
    .select(sql<number>`coalesce(sum(jobs), 0)`.as('open'))
    .where('project_id', '=', projectId)
    .where('status', 'in', ['PENDING', 'RUNNING'])
    .executeTakeFirstOrThrow();
  return Number(row.open);
}
