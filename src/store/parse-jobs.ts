import { now } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import type { Database } from './database.ts';

/** One reading of a file whose pages are in blob storage. */
export interface StoredParse {
  id: string;
  projectId: string;
  blobKey: string;
}

/** What a parse is reused by: the same bytes read in the same way by the same parser, within one project. */
export interface ParseIdentity {
  projectId: string;
  contentHash: string;
  cacheKey: string;
}

export async function findParse(db: Database, projectId: string, id: string): Promise<StoredParse | null> {
  const row = await db
    .selectFrom('parse_jobs')
    .select(['id', 'project_id', 'blob_key'])
    .where('id', '=', id)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return row ? { id: row.id, projectId: row.project_id, blobKey: row.blob_key } : null;
}

export async function findParseByContent(db: Database, identity: ParseIdentity): Promise<StoredParse | null> {
  const row = await db
    .selectFrom('parse_jobs')
    .select(['id', 'project_id', 'blob_key'])
    .where('project_id', '=', identity.projectId)
    .where('content_hash', '=', identity.contentHash)
    .where('cache_key', '=', identity.cacheKey)
    .executeTakeFirst();
  return row ? { id: row.id, projectId: row.project_id, blobKey: row.blob_key } : null;
}

/**
 * Records a parse whose pages have been stored under `blobKey`. Where the same content was recorded meanwhile, that
 * parse is returned instead; where the last file with this content was deleted meanwhile, null. In both cases nothing
 * refers to the caller's blob.
 */
export async function recordParse(
  db: Database,
  identity: ParseIdentity,
  parse: { userId: string; fileId: string; blobKey: string; pageCount: number },
): Promise<StoredParse | null> {
  return db.transaction().execute(async (transaction) => {
    const file = await transaction
      .selectFrom('files')
      .select('id')
      .where('project_id', '=', identity.projectId)
      .where('content_hash', '=', identity.contentHash)
      .executeTakeFirst();
    if (!file) return null;
    const earlier = await findParseByContent(transaction, identity);
    if (earlier) return earlier;
    const at = now();
    const id = newId('parseJob');
    await transaction
      .insertInto('parse_jobs')
      .values({
        id,
        project_id: identity.projectId,
        user_id: parse.userId,
        file_id: parse.fileId,
        status: 'COMPLETED',
        content_hash: identity.contentHash,
        cache_key: identity.cacheKey,
        blob_key: parse.blobKey,
        page_count: parse.pageCount,
        created_at: at,
        updated_at: at,
      })
      .execute();
    return { id, projectId: identity.projectId, blobKey: parse.blobKey };
  });
}
