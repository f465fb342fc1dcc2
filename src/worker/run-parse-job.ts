import { AppError } from '../errors.ts';
import type { ClaimedParseJob, Success } from '../queue/queue.ts';
import { findParseJob } from '../store/parse-jobs.ts';
import { inputFile } from './input-file.ts';
import { ensureResult, type ReadDeps } from './read-document.ts';

/** A parse job from its claim to its result, which is that of an earlier reading where there is one. */
export async function runParseJob(claimed: ClaimedParseJob, deps: ReadDeps, signal: AbortSignal): Promise<Success> {
  const { job } = claimed;
  const parse = await findParseJob(deps.db, job.project_id, job.id);
  if (!parse) throw new AppError('FILE_NOT_FOUND', 'The parse job was deleted.');
  const file = await inputFile(claimed, deps, signal);
  const privateTo = parse.request.disableCache ? job.id : null;
  const resultKey = await ensureResult(file, parse.request.options, { privateTo }, deps, signal);
  return { kind: 'parsed', name: file.name, resultKey };
}
