import type { ConfigurationExample } from '../domain/configuration.ts';
import { AppError } from '../errors.ts';
import { normalizeId } from '../lib/ids.ts';
import { findConfiguration } from './configurations.ts';
import type { Database } from './database.ts';
import type { LabelledDocument } from './feedback.ts';
import { findFile } from './files.ts';
import { findParseJob, type NewParseJob } from './parse-jobs.ts';

/**
 * Checks that the project has the documents of examples.
 *
 * @returns parse jobs to create for files that nothing has been read from yet.
 * @throws AppError `bad_request` for a document the project does not have.
 */
export async function checkExamples(
  db: Database,
  projectId: string,
  examples: readonly ConfigurationExample[],
): Promise<NewParseJob[]> {
  const unread = new Map<string, NewParseJob>();
  for (const { file_id, parse_job_id } of examples) {
    if (parse_job_id) {
      if (!(await findParseJob(db, projectId, normalizeId('parseJob', parse_job_id)))) {
        throw new AppError('bad_request', `Parse Job ID ${parse_job_id} is not in Project ID ${projectId}`);
      }
      continue;
    }
    const file = await findFile(db, projectId, normalizeId('file', file_id!));
    if (!file) throw new AppError('bad_request', `File ID ${file_id} is not in Project ID ${projectId}`);
    const read = await db
      .selectFrom('parse_results')
      .select('blob_key')
      .where('project_id', '=', projectId)
      .where('content_hash', '=', file.contentHash)
      .executeTakeFirst();
    if (read) continue;
    unread.set(file.contentHash, {
      project_id: projectId,
      name: file.name,
      tier: 'fast',
      user_metadata: null,
      inputId: file.id,
      request: {
        options: { lang: 'en', maxPages: null, targetPages: null },
        disableCache: false,
        parameters: null,
      },
    });
  }
  return [...unread.values()];
}

/** The examples of a saved configuration as it is now, the last one first; those that have not been read do not count. */
export async function listConfigurationExamples(
  db: Database,
  projectId: string,
  configurationId: string,
): Promise<LabelledDocument[]> {
  const saved = await findConfiguration(db, projectId, configurationId);
  if (saved?.parameters.product_type !== 'classify_v2' || !saved.parameters.examples?.length) return [];
  const examples = saved.parameters.examples.map(({ type, file_id, parse_job_id }) => ({
    type,
    id: file_id ? normalizeId('file', file_id) : normalizeId('parseJob', parse_job_id!),
  }));
  const ids = examples.map(({ id }) => id);
  const rows = await db
    .selectFrom('files')
    .innerJoin('parse_results', (join) =>
      join
        .onRef('parse_results.project_id', '=', 'files.project_id')
        .onRef('parse_results.content_hash', '=', 'files.content_hash'),
    )
    .select(['files.id', 'parse_results.content_hash', 'parse_results.cache_key', 'parse_results.blob_key'])
    .where('files.project_id', '=', projectId)
    .where('files.id', 'in', ids)
    .union(
      db
        .selectFrom('parse_jobs')
        .innerJoin('parse_results', (join) =>
          join
            .onRef('parse_results.project_id', '=', 'parse_jobs.project_id')
            .onRef('parse_results.content_hash', '=', 'parse_jobs.content_hash')
            .onRef('parse_results.cache_key', '=', 'parse_jobs.cache_key'),
        )
        .select(['parse_jobs.id', 'parse_results.content_hash', 'parse_results.cache_key', 'parse_results.blob_key'])
        .where('parse_jobs.project_id', '=', projectId)
        .where('parse_jobs.id', 'in', ids),
    )
    // A file may have been read in several ways: always the same one counts.
    .orderBy('cache_key', 'desc')
    .execute();
  const readings = new Map(rows.map((row) => [row.id, row]));
  return examples.toReversed().flatMap(({ id, type }) => {
    const reading = readings.get(id);
    if (!reading) return [];
    const { content_hash: contentHash, cache_key: cacheKey, blob_key: blobKey } = reading;
    return [{ type, result: { projectId, contentHash, cacheKey, blobKey } }];
  });
}
