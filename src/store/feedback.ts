import type { Feedback } from '../domain/feedback.ts';
import { now } from '../lib/clock.ts';
import { type Database, inTransaction } from './database.ts';
import type { FoundResult } from './parse-results.ts';

/** Where feedback holds: see `feedbackScope`. */
export interface FeedbackScope {
  projectId: string;
  scope: string;
}

export interface NewFeedback extends FeedbackScope {
  jobId: string;
  /** What the job has read. */
  parseJobId: string;
  type: string | null;
}

/** A document somebody has labelled, and where its pages are. */
export interface LabelledDocument {
  type: string | null;
  result: FoundResult;
}

/** Labelled documents of a scope that are looked at. */
const MAX_ROWS = 2_000;

/** Records what the answer of a completed job should have been; what was said of the job before is replaced. */
export async function saveFeedback(
  db: Database,
  { jobId, type, parseJobId, projectId, scope }: NewFeedback,
): Promise<Feedback> {
  const at = now();
  return inTransaction(db, async (transaction) => {
    await transaction
      .insertInto('feedback')
      .values({
        job_id: jobId,
        project_id: projectId,
        scope,
        parse_job_id: parseJobId,
        type,
        created_at: at,
        updated_at: at,
      })
      .onConflict((conflict) => conflict.column('job_id').doUpdateSet({ type, updated_at: at }))
      .execute();
    return (await findFeedback(transaction, projectId, jobId))!;
  });
}

/** What was said of a job of the project, or null. */
export async function findFeedback(db: Database, projectId: string, jobId: string): Promise<Feedback | null> {
  const row = await db
    .selectFrom('feedback')
    .select(['job_id', 'type', 'created_at', 'updated_at'])
    .where('job_id', '=', jobId)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return row ?? null;
}

/** False = nothing was said of the job. */
export async function deleteFeedback(db: Database, projectId: string, jobId: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('feedback')
    .where('job_id', '=', jobId)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** The documents labelled last, newest first; those whose file, parse job or pages were deleted do not count. */
export async function listLabelledDocuments(
  db: Database,
  { projectId, scope }: FeedbackScope,
): Promise<LabelledDocument[]> {
  const rows = await db
    .selectFrom('feedback')
    .innerJoin('parse_jobs', (join) =>
      join
        .onRef('parse_jobs.id', '=', 'feedback.parse_job_id')
        .onRef('parse_jobs.project_id', '=', 'feedback.project_id'),
    )
    .innerJoin('parse_results', (join) =>
      join
        .onRef('parse_results.project_id', '=', 'parse_jobs.project_id')
        .onRef('parse_results.content_hash', '=', 'parse_jobs.content_hash')
        .onRef('parse_results.cache_key', '=', 'parse_jobs.cache_key'),
    )
    .select(['feedback.type', 'parse_results.content_hash', 'parse_results.cache_key', 'parse_results.blob_key'])
    .where('feedback.project_id', '=', projectId)
    .where('feedback.scope', '=', scope)
    .orderBy('feedback.updated_at', 'desc')
    .orderBy('feedback.job_id')
    .limit(MAX_ROWS)
    .execute();
  return rows.map((row) => ({
    type: row.type,
    result: { projectId, contentHash: row.content_hash, cacheKey: row.cache_key, blobKey: row.blob_key },
  }));
}
