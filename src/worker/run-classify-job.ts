import type { Engine } from '../classify/engine.ts';
import { AppError, ERRORS, type ErrorCode } from '../errors.ts';
import type { ClaimedClassifyJob, Success } from '../queue/queue.ts';
import { findParseJob } from '../store/parse-jobs.ts';
import { readProjectSettings } from '../store/tenancy.ts';
import type { Gists } from './gists.ts';
import { inputFile } from './input-file.ts';
import { type ReadDeps, type Reading, readAgain, readOnce } from './read-document.ts';
import type { ExampleReader } from './read-examples.ts';

/** The pages of a document and the parse job that read them. */
type ReadInput = Reading & { parseJobId: string };

/** A classify job from its claim to its result: read the document, then ask the engine which rule it fits. */
export async function runClassifyJob(
  claimed: ClaimedClassifyJob,
  deps: ReadDeps & { engine: Engine; examples: ExampleReader; gists: Gists },
  signal: AbortSignal,
): Promise<Success> {
  const began = performance.now();
  const { parseJobId, document, result } = await readInput(claimed, deps, signal);
  const read = performance.now();
  const { none_threshold } = await readProjectSettings(deps.db, claimed.job.project_id);
  const examples = await deps.examples.read(claimed.job);
  const answer = await deps.engine.classify(document.pages, claimed.job.configuration.rules, {
    signal,
    noneThreshold: none_threshold ?? undefined,
    gist: await deps.gists.find(result),
    examples,
    onGists: (made) => deps.gists.keep(result, examples, made),
  });
  const { type, confidence, reasoning, ...findings } = answer;
  const milliseconds = { read: Math.round(read - began), classify: Math.round(performance.now() - read) };
  return {
    kind: 'done',
    parseJobId,
    result: { type, confidence, reasoning },
    details: { engine: deps.engine.version, ...findings, milliseconds },
  };
}

async function readInput(claimed: ClaimedClassifyJob, deps: ReadDeps, signal: AbortSignal): Promise<ReadInput> {
  const { job, inputId } = claimed;
  if (job.document_input_type === 'parse_job_id') return readParseJob(job.project_id, inputId, deps, signal);
  const file = await inputFile(claimed, deps, signal);
  const parsing = job.configuration.parsing_configuration;
  const options = {
    lang: parsing?.lang ?? 'en',
    maxPages: parsing?.max_pages ?? null,
    targetPages: parsing?.target_pages ?? null,
  };
  return readOnce(file, options, deps, signal);
}

/** The pages a parse job has read; they are read again where they were evicted and a file has the same content. */
async function readParseJob(
  projectId: string,
  parseJobId: string,
  deps: ReadDeps,
  signal: AbortSignal,
): Promise<ReadInput> {
  const parse = await findParseJob(deps.db, projectId, parseJobId);
  if (!parse) throw new AppError('FILE_NOT_FOUND', 'The parse job was deleted before this job could use it.');
  if (parse.status === 'CANCELLED') throw new AppError('PARSE_JOB_CANCELLED', 'The parse job was cancelled.');
  if (parse.status === 'FAILED') throw asFailureOf(parse.errorMessage ?? '');
  if (parse.resultKey === null) throw new AppError('INTERNAL_ERROR', 'The parse job has not ended yet.');
  return { parseJobId, ...(await readAgain(parse, parse.resultKey, deps, signal)) };
}

/** `CODE: sentence` of a parse job, as the error of the classify job that waited for it. */
function asFailureOf(errorMessage: string): AppError {
  const [, code = '', sentence = ''] = /^([A-Z_]+): (.*)$/s.exec(errorMessage) ?? [];
  const known = code in ERRORS ? (code as ErrorCode) : 'INTERNAL_ERROR';
  return new AppError(known, `The parse job failed: ${sentence}`, { retryable: false });
}
