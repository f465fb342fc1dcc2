import type { DiskBlobs } from '../blobs/disk.ts';
import type { Engine } from '../classify/engine.ts';
import { ParsedDocument, type ReadOptions } from '../domain/document.ts';
import { AppError } from '../errors.ts';
import { newId } from '../lib/ids.ts';
import type { Parser } from '../parse/parser.ts';
import type { ClaimedJob, Outcome } from '../queue/queue.ts';
import type { Database } from '../store/database.ts';
import { findFile } from '../store/files.ts';
import { findParse, findParseByContent, recordParse } from '../store/parse-jobs.ts';

export interface JobDeps {
  db: Database;
  blobs: DiskBlobs;
  parser: Parser;
  engine: Engine;
}

/** The pages of a document and the parse job that read them. */
interface ReadDocument {
  parseJobId: string;
  document: ParsedDocument;
}

/** A classify job from its claim to its result: read the document, then ask the engine which rule it fits. */
export async function runJob(
  claimed: ClaimedJob,
  deps: JobDeps,
  signal: AbortSignal,
): Promise<Extract<Outcome, { kind: 'done' }>> {
  const began = performance.now();
  const { parseJobId, document } = await readInput(claimed, deps, signal);
  const read = performance.now();
  const { scores, evidence, ...result } = await deps.engine.classify(document.pages, claimed.job.configuration.rules, {
    signal,
  });
  const milliseconds = { read: Math.round(read - began), classify: Math.round(performance.now() - read) };
  return {
    kind: 'done',
    parseJobId,
    result,
    details: { engine: deps.engine.version, scores, evidence, milliseconds },
  };
}

async function readInput(claimed: ClaimedJob, deps: JobDeps, signal: AbortSignal): Promise<ReadDocument> {
  const { job, inputId } = claimed;
  if (job.document_input_type !== 'parse_job_id') return readFileOnce(claimed, deps, signal);
  const parse = await findParse(deps.db, job.project_id, inputId);
  if (!parse) throw new AppError('FILE_NOT_FOUND', 'The parse job was deleted before this job could use it.');
  return { parseJobId: parse.id, document: await loadPages(deps.blobs, parse.blobKey) };
}

/** The pages of a file: those of an earlier parse of the same bytes with the same options, or freshly read. */
async function readFileOnce({ job, inputId }: ClaimedJob, deps: JobDeps, signal: AbortSignal): Promise<ReadDocument> {
  const { db, blobs, parser } = deps;
  const file = await findFile(db, job.project_id, inputId);
  if (!file) throw fileDeleted();

  const parsing = job.configuration.parsing_configuration;
  const options: ReadOptions = {
    lang: parsing?.lang ?? 'en',
    maxPages: parsing?.max_pages ?? null,
    targetPages: parsing?.target_pages ?? null,
  };
  const identity = {
    projectId: job.project_id,
    contentHash: file.contentHash,
    cacheKey: JSON.stringify([parser.version, options.lang, options.maxPages, options.targetPages]),
  };
  const earlier = await findParseByContent(db, identity);
  if (earlier) return { parseJobId: earlier.id, document: await loadPages(blobs, earlier.blobKey) };

  const document = await parser.parse({ path: blobs.path(file.blobKey), name: file.name }, { ...options, signal });
  const blobKey = `parses/${newId('parseJob')}`;
  await blobs.put(blobKey, [Buffer.from(JSON.stringify(document))]);
  const parse = await recordParse(db, identity, {
    userId: job.user_id,
    fileId: file.id,
    blobKey,
    pageCount: document.pages.length,
  });
  if (parse?.blobKey !== blobKey) await blobs.remove(blobKey);
  if (!parse) throw fileDeleted();
  return { parseJobId: parse.id, document };
}

const fileDeleted = () => new AppError('FILE_NOT_FOUND', 'The file was deleted before it was read.');

async function loadPages(blobs: DiskBlobs, blobKey: string): Promise<ParsedDocument> {
  return ParsedDocument.parse(JSON.parse((await blobs.read(blobKey)).toString('utf8')));
}
