import { sql, type Transaction } from 'kysely';
import { fromNow, now } from '../lib/clock.ts';
import { type Database, inTransaction } from './database.ts';
import type { Tables } from './schema.ts';

/** What a result is shared by: the same bytes read in the same way by the same parser, within one project. */
export interface ResultKey {
  projectId: string;
  /** SHA-256 of the bytes, hex. */
  contentHash: string;
  /** Options and parser version. */
  cacheKey: string;
}

/** A result as it was found: read anew, it has the same key and another blob. */
export interface FoundResult extends ResultKey {
  blobKey: string;
}

/** Uses closer together than this count as one, so that reading a result seldom writes. */
const USE_PRECISION_MS = 60_000;
/** Results looked at, and evicted, at a time. */
const EVICTION_BATCH = 50;

/** Where the pages are, or null when there is no such result, or not any more. */
export async function findResult(db: Database, key: ResultKey): Promise<{ blobKey: string } | null> {
  const row = await db
    .selectFrom('parse_results')
    .select(['blob_key', 'used_at'])
    .where('project_id', '=', key.projectId)
    .where('content_hash', '=', key.contentHash)
    .where('cache_key', '=', key.cacheKey)
    .executeTakeFirst();
  if (!row) return null;
  if (row.used_at < fromNow(-USE_PRECISION_MS)) {
    await db
      .updateTable('parse_results')
      .set({ used_at: now() })
      .where('project_id', '=', key.projectId)
      .where('content_hash', '=', key.contentHash)
      .where('cache_key', '=', key.cacheKey)
      .execute();
  }
  return { blobKey: row.blob_key };
}

/**
 * Records pages that have been stored under `blobKey`. Where the same was recorded meanwhile, that result is returned;
 * where the last file with this content was deleted meanwhile, null. In both cases nothing refers to the caller's blob.
 */
export async function recordResult(
  transaction: Transaction<Tables>,
  key: ResultKey,
  stored: { blobKey: string; sizeBytes: number },
): Promise<{ blobKey: string } | null> {
  if ((await findFileOfResult(transaction, key)) === null) return null;
  const earlier = await findResult(transaction, key);
  if (earlier) return earlier;
  await transaction
    .insertInto('parse_results')
    .values({
      project_id: key.projectId,
      content_hash: key.contentHash,
      cache_key: key.cacheKey,
      blob_key: stored.blobKey,
      size_bytes: stored.sizeBytes,
      used_at: now(),
    })
    .execute();
  return { blobKey: stored.blobKey };
}

/** What the engine has made of a result, or null when it has made nothing of it yet, or the result is gone. */
export async function findGist(db: Database, result: FoundResult): Promise<Uint8Array | null> {
  const row = await db
    .selectFrom('parse_results')
    .select('gist')
    .where('project_id', '=', result.projectId)
    .where('content_hash', '=', result.contentHash)
    .where('cache_key', '=', result.cacheKey)
    .where('blob_key', '=', result.blobKey)
    .executeTakeFirst();
  return row?.gist ?? null;
}

/**
 * Keeps what the engine has made of results in their rows, so that it goes when they go; of results that are gone by now,
 * nothing is kept.
 */
export async function keepGists(
  db: Database,
  gists: readonly { result: FoundResult; gist: Uint8Array }[],
): Promise<void> {
  await inTransaction(db, async (transaction) => {
    for (const { result, gist } of gists) {
      await transaction
        .updateTable('parse_results')
        .set({
          gist,
          size_bytes: sql<number>`size_bytes - coalesce(length(gist), 0) + ${gist.length}`,
        })
        .where('project_id', '=', result.projectId)
        .where('content_hash', '=', result.contentHash)
        .where('cache_key', '=', result.cacheKey)
        .where('blob_key', '=', result.blobKey)
        .execute();
    }
  });
}

/** Deletes the row of a result whose blob is gone. */
export async function forgetResult(db: Database, key: ResultKey, blobKey: string): Promise<void> {
  await db
    .deleteFrom('parse_results')
    .where('project_id', '=', key.projectId)
    .where('content_hash', '=', key.contentHash)
    .where('cache_key', '=', key.cacheKey)
    .where('blob_key', '=', blobKey)
    .execute();
}

/** Deletes a result that no parse job has any more; returns the keys of blobs that nothing refers to any more. */
export async function deleteUnusedResult(transaction: Transaction<Tables>, key: ResultKey): Promise<string[]> {
  if ((await findJobOfResult(transaction, key)) !== null) return [];
  const deleted = await transaction
    .deleteFrom('parse_results')
    .where('project_id', '=', key.projectId)
    .where('content_hash', '=', key.contentHash)
    .where('cache_key', '=', key.cacheKey)
    .returning('blob_key')
    .execute();
  return deleted.map((row) => row.blob_key);
}

/** Deletes what was read from a content that no file of the project has any more; returns the keys of its blobs. */
export async function deleteResultsWithoutFile(
  transaction: Transaction<Tables>,
  content: Pick<ResultKey, 'projectId' | 'contentHash'>,
): Promise<string[]> {
  if ((await findFileOfResult(transaction, content)) !== null) return [];
  const deleted = await transaction
    .deleteFrom('parse_results')
    .where('project_id', '=', content.projectId)
    .where('content_hash', '=', content.contentHash)
    .returning('blob_key')
    .execute();
  return deleted.map((row) => row.blob_key);
}

/**
 * Deletes results until all together have at most `maxBytes`: those not used for longest first, never one that an open
 * classify job is about to read.
 *
 * @returns the keys of their blobs.
 */
export async function evictResults(db: Database, maxBytes: number): Promise<string[]> {
  const evicted: string[] = [];
  for (;;) {
    const batch = await db.transaction().execute(async (transaction) => {
      const { total } = await transaction
        .selectFrom('parse_results')
        .select(sql<number>`coalesce(sum(size_bytes), 0)`.as('total'))
        .executeTakeFirstOrThrow();
      let excess = Number(total) - maxBytes;
      if (excess <= 0) return [];
      const oldest = await transaction
        .selectFrom('parse_results')
        .select(['blob_key', 'size_bytes'])
        .where(noOpenJobReads)
        .orderBy('used_at')
        .limit(EVICTION_BATCH)
        .execute();
      const chosen: string[] = [];
      for (const row of oldest) {
        if (excess <= 0) break;
        chosen.push(row.blob_key);
        excess -= Number(row.size_bytes);
      }
      if (chosen.length > 0) await transaction.deleteFrom('parse_results').where('blob_key', 'in', chosen).execute();
      return chosen;
    });
    if (batch.length === 0) return evicted;
    evicted.push(...batch);
  }
}

/** No open classify job is about a parse job that has this result. */
const noOpenJobReads = sql<boolean>`not exists (
  select 1 from parse_jobs
  join classify_jobs on classify_jobs.input_id = parse_jobs.id and classify_jobs.claimable_at is not null
  where parse_jobs.project_id = parse_results.project_id
    and parse_jobs.content_hash = parse_results.content_hash
    and parse_jobs.cache_key = parse_results.cache_key)`;

/** A file of the project with the content that a result was read from: by reading it again the result comes back. */
export async function findFileOfResult(db: Database, key: Omit<ResultKey, 'cacheKey'>): Promise<string | null> {
  const file = await db
    .selectFrom('files')
    .select('id')
    .where('project_id', '=', key.projectId)
    .where('content_hash', '=', key.contentHash)
    .executeTakeFirst();
  return file?.id ?? null;
}

/** A parse job that has this result; null = there is none. */
export async function findJobOfResult(db: Database, key: ResultKey): Promise<string | null> {
  const row = await db
    .selectFrom('parse_jobs')
    .select('id')
    .where('project_id', '=', key.projectId)
    .where('content_hash', '=', key.contentHash)
    .where('cache_key', '=', key.cacheKey)
    .executeTakeFirst();
  return row?.id ?? null;
}
