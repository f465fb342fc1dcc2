import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ClassifyJob, JOB_STATUSES } from '../../domain/job.ts';
import { ClassifyConfiguration } from '../../domain/rules.ts';
import type { Principal } from '../../domain/tenancy.ts';
import { boundedText } from '../../domain/text.ts';
import { AppError } from '../../errors.ts';
import { Bell } from '../../lib/bell.ts';
import { newId, normalizeId } from '../../lib/ids.ts';
import type { Vault } from '../../lib/vault.ts';
import {
  cancelClassifyJob,
  findClassifyJobByTransaction,
  insertClassifyJob,
  listClassifyJobs,
  type NewClassifyJob,
} from '../../store/classify-jobs.ts';
import { findConfiguration } from '../../store/configurations.ts';
import type { Database } from '../../store/database.ts';
import { findFile } from '../../store/files.ts';
import { FinishedJobs } from '../../store/finished-jobs.ts';
import type { JobFeed } from '../../store/job-feed.ts';
import type { JobFilter } from '../../store/job-rows.ts';
import { PageCache } from '../../store/page-cache.ts';
import { isReadable } from '../../store/parse-jobs.ts';
import { scopeOf } from '../auth.ts';
import { errors } from '../openapi.ts';
import { decodePageToken, encodePageToken } from '../pagination.ts';
import { QueryDateTime, QueryList, ScopeQuery } from '../query.ts';
import { rendered } from '../rendered.ts';
import type { Limits } from '../request-rates.ts';
import { Seats } from '../seats.ts';
import { validQuery } from '../validation.ts';
import { resolveWebhooks, WebhookFields } from '../webhooks.ts';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 100;
/** SDKs give up on a request after 60 seconds. */
const MAX_WAIT_SECONDS = 60;
export const MAX_TRANSACTION_ID_CHARACTERS = 255;

/** What the classify routes need of the rest of the server. */
export interface ClassifyRouteDeps {
  db: Database;
  /** What webhook settings are encrypted with. */
  vault: Vault;
  feed: JobFeed;
  /** Requests that may wait for a job at a time. */
  maxWaitingRequests: number;
  /** What holds for projects that have no settings of their own. */
  limits: Pick<Limits, 'maxOpenJobs'>;
  /** Whether documents may be named by URLs, which a worker then fetches. */
  allowUrlInputs: boolean;
  /** Called after a job has been written: someone should claim it. */
  jobCreated(): void;
  /** Called after a job has been cancelled: whoever runs it should stop. */
  jobCancelled(jobId: string): void;
}

/** What a document is to be classified by: given with the request, or saved before. */
export const ConfigurationFields = {
  configuration: ClassifyConfiguration.nullish().describe('Required unless configuration_id is given.'),
  configuration_id: z.string().nullish().describe('`cfg-…` of a saved configuration.'),
};
type ConfigurationFields = z.infer<z.ZodObject<typeof ConfigurationFields>>;

/** Adds what is wrong with the choice between the two: exactly one of them is needed. */
export function requireOneConfiguration(body: ConfigurationFields, context: z.RefinementCtx): void {
  if (!body.configuration && !body.configuration_id) {
    context.addIssue({ code: 'custom', message: 'configuration or configuration_id is required', input: body });
  }
  refuseTwoConfigurations(body, context);
}

/** Adds that there are two, if there are; none is for the route to understand. */
export function refuseTwoConfigurations(body: ConfigurationFields, context: z.RefinementCtx): void {
  if (!body.configuration || !body.configuration_id) return;
  const message = 'configuration and configuration_id cannot be used together';
  context.addIssue({ code: 'custom', message, input: body });
}

const CreateClassifyJob = z
  .object({
    file_input: boundedText({ max: 2_000 })
      .nullish()
      .describe('`dfl-…` of a file, `pjb-…` of a parse job, or a URL if the operator enables that.'),
    file_id: boundedText({ max: 200 }).nullish().meta({ deprecated: true }),
    parse_job_id: boundedText({ max: 200 }).nullish().meta({ deprecated: true }),
    ...ConfigurationFields,
    transaction_id: boundedText({ max: MAX_TRANSACTION_ID_CHARACTERS })
      .nullish()
      .describe('Idempotency key within the project: sent again, it answers with the job it first created.'),
    ...WebhookFields,
  })
  .superRefine((body, context) => {
    const inputs = [body.file_input, body.file_id, body.parse_job_id].filter((input) => input);
    if (inputs.length !== 1) {
      const message = 'exactly one of file_input, file_id and parse_job_id is required';
      context.addIssue({ code: 'custom', message, input: body });
    }
    requireOneConfiguration(body, context);
  })
  .meta({
    id: 'ClassifyJobCreate',
    examples: [
      {
        file_input: 'dfl-2d9b8a6e-1c5f-4d0e-9f4f-8f1f5f0c7a01',
        configuration: {
          rules: [
            { type: 'invoice', description: 'has an invoice number, line items and a total amount due' },
            { type: 'contract', description: 'an agreement between parties with terms and signatures' },
          ],
          parsing_configuration: { lang: 'en', max_pages: 10 },
        },
        transaction_id: 'order 4711',
      },
    ],
  });
type CreateClassifyJob = z.infer<typeof CreateClassifyJob>;

const ListQuery = ScopeQuery.extend({
  page_size: z.int().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE),
  page_token: z.string().optional().describe('`next_page_token` of the page before.'),
  status: z.enum(JOB_STATUSES).optional(),
  configuration_id: z.string().optional(),
  job_ids: QueryList.optional().describe('Only these jobs; ids that are not there are left out.'),
  created_at_on_or_after: QueryDateTime.optional(),
  created_at_on_or_before: QueryDateTime.optional(),
});

const ClassifyJobPage = z
  .object({
    items: z.array(ClassifyJob),
    next_page_token: z.string().nullable().describe('Null on the last page.'),
    total_size: z.int().nullable().describe('Always null: counting would cost more than listing.'),
  })
  .meta({ id: 'ClassifyJobPage' });

const JobParams = z.object({ job_id: z.string() });

/** `/api/v2/classify`: create, list, get and cancel classify jobs. */
export function classifyRoutes({
  db,
  vault,
  feed,
  limits,
  maxWaitingRequests,
  allowUrlInputs,
  jobCreated,
  jobCancelled,
}: ClassifyRouteDeps): FastifyPluginAsyncZod {
  const pages = new PageCache(db);
  const finished = new FinishedJobs(db);
  const seats = new Seats(maxWaitingRequests, 'waiting requests');

  /** The job as it is when it has ended, at the deadline, or at the signal; null = it is gone. */
  async function waitForEnd(
    projectId: string,
    id: string,
    { deadline, signal }: { deadline: number; signal: AbortSignal },
  ): Promise<string | null> {
    const bell = new Bell();
    const unsubscribe = await feed.onJob(id, () => bell.ring());
    try {
      for (;;) {
        const found = await finished.read(projectId, id);
        if (found === null || found.ended) return found?.body ?? null;
        if (!(await bell.wait(deadline - performance.now(), signal))) return found.body;
      }
    } finally {
      unsubscribe();
    }
  }

  return async (app) => {
    app.addHook('preClose', async () => seats.close());
    app.post(
      '/api/v2/classify',
      {
        // An idempotency key that was used before is answered before anything else about the body matters.
        attachValidation: true,
        schema: {
          operationId: 'createClassifyJob',
          tags: ['Classify'],
          summary: 'Create a classify job',
          querystring: ScopeQuery,
          body: CreateClassifyJob,
          response: { 200: ClassifyJob, ...errors(400, 401, 403, 404, 422, 429) },
        },
      },
      async (request, reply) => {
        const projectId = projectOfUnchecked(request);
        const transactionId = transactionIdOf(request.body);
        if (transactionId !== null) {
          const original = await findClassifyJobByTransaction(db, projectId, transactionId);
          if (original !== null) return rendered(reply, original);
        }
        if (request.validationError) throw request.validationError;

        const { input, document } = await resolveInput({ db, allowUrlInputs }, projectId, request.body);
        const { configuration, configurationId } = await resolveConfiguration(db, projectId, request.body);
        const webhooks = await resolveWebhooks({ db, vault }, projectId, request.body);
        const job: NewClassifyJob = {
          id: newId('classifyJob'),
          project_id: projectId,
          user_id: request.principal.userId,
          document_input_type: document.type,
          file_input: input,
          inputId: document.id,
          configuration,
          configuration_id: configurationId,
          parse_job_id: document.type === 'parse_job_id' ? document.id : null,
          transaction_id: transactionId,
          webhooks,
        };
        const { body, created } = await insertClassifyJob(db, job, openJobsOf(request.principal, limits));
        if (created) jobCreated();
        return rendered(reply, body);
      },
    );

    app.get(
      '/api/v2/classify',
      {
        schema: {
          operationId: 'listClassifyJobs',
          tags: ['Classify'],
          summary: 'List classify jobs',
          description: 'Newest first. All filters must hold together.',
          querystring: ListQuery,
          response: { 200: ClassifyJobPage, ...errors(400, 401, 403, 422) },
        },
      },
      async (request, reply) => {
        const { query } = request;
        const projectId = scopeOf(request.principal, query);
        const after = query.page_token === undefined ? null : decodePageToken(query.page_token, 2);
        const filter: JobFilter = {
          projectId,
          status: query.status,
          configurationId: query.configuration_id && normalizeId('configuration', query.configuration_id),
          jobIds: query.job_ids?.map((id) => normalizeId('classifyJob', id)),
          createdOnOrAfter: query.created_at_on_or_after,
          createdOnOrBefore: query.created_at_on_or_before,
        };
        const limit = query.page_size;
        const page = await pages.get(JSON.stringify([filter, limit, after]), () =>
          renderPage(db, filter, { limit, after: after && { createdAt: after[0]!, id: after[1]! } }),
        );
        return rendered(reply, page);
      },
    );

    app.get(
      '/api/v2/classify/:job_id',
      {
        schema: {
          operationId: 'getClassifyJob',
          tags: ['Classify'],
          summary: 'Get a classify job',
          description: 'With `wait_seconds`, an extension of Pigeonhole, the answer comes when the job has ended.',
          params: JobParams,
          querystring: ScopeQuery.extend({
            wait_seconds: z
              .int()
              .min(0)
              .max(MAX_WAIT_SECONDS)
              .default(0)
              .describe('How long to wait for the end of the job; then it is answered as it is.'),
          }),
          response: { 200: ClassifyJob, ...errors(401, 403, 404, 422) },
        },
      },
      async (request, reply) => {
        const projectId = scopeOf(request.principal, request.query);
        const id = normalizeId('classifyJob', request.params.job_id);
        const known = finished.recall(projectId, id);
        if (known !== undefined) return rendered(reply, known);
        const found = await finished.read(projectId, id);
        if (found === null) throw jobNotFound();
        const { wait_seconds } = request.query;
        if (found.ended || wait_seconds === 0) return rendered(reply, found.body);
        const { signal } = seats.take(projectId, reply);
        const deadline = performance.now() + wait_seconds * 1000;
        return rendered(reply, (await waitForEnd(projectId, id, { deadline, signal })) ?? found.body);
      },
    );

    app.post(
      '/api/v2/classify/:job_id/cancel',
      {
        schema: {
          operationId: 'cancelClassifyJob',
          tags: ['Classify'],
          summary: 'Cancel a classify job',
          description: 'A job that has ended answers 409.',
          params: JobParams,
          querystring: ScopeQuery,
          response: { 200: ClassifyJob, ...errors(401, 403, 404, 409, 422) },
        },
      },
      async (request, reply) => {
        const projectId = scopeOf(request.principal, request.query);
        const id = normalizeId('classifyJob', request.params.job_id);
        const outcome = await cancelClassifyJob(db, projectId, id);
        if (outcome === null) throw jobNotFound();
        if (!outcome.cancelled) {
          throw new AppError('conflict', `Classify job ${id} is ${outcome.status} and cannot be cancelled.`);
        }
        jobCancelled(id);
        return rendered(reply, outcome.body);
      },
    );
  };
}

async function renderPage(db: Database, ...list: [JobFilter, Parameters<typeof listClassifyJobs>[2]]) {
  const { bodies, next } = await listClassifyJobs(db, ...list);
  const token = next === null ? 'null' : `"${encodePageToken([next.createdAt, next.id])}"`;
  return `{"items":[${bodies.join(',')}],"next_page_token":${token},"total_size":null}`;
}

/** The project of a request whose body may not be valid, so that the framework may not have looked at its query. */
export function projectOfUnchecked(request: FastifyRequest): string {
  if (request.validationError?.validationContext === 'querystring') throw request.validationError;
  const query = request.validationError ? validQuery(ScopeQuery, request.query) : request.query;
  return scopeOf(request.principal, query as z.infer<typeof ScopeQuery>);
}

/** How many jobs the project of a request may have open. */
export function openJobsOf(principal: Principal, limits: Pick<Limits, 'maxOpenJobs'>): { maxOpenJobs: number | null } {
  return { maxOpenJobs: principal.settings.max_open_jobs ?? limits.maxOpenJobs };
}

export const jobNotFound = () => new AppError('not_found', 'Classify job not found');

/** The idempotency key of a body that may not have been found valid; null = none that could have been used. */
export function transactionIdOf(body: unknown): string | null {
  const id = body && typeof body === 'object' ? (body as Record<string, unknown>).transaction_id : null;
  return typeof id === 'string' && id !== '' && id.length <= 2 * MAX_TRANSACTION_ID_CHARACTERS ? id : null;
}

/** The document of a classify job: as it was sent, its kind, and what a worker finds it by. */
interface ResolvedInput {
  input: string;
  document: { type: ClassifyJob['document_input_type']; id: string };
}

/** Finds the document a job is about in the project; the kind is told by the id's prefix, a bare UUID may be either. */
export async function resolveInput(
  { db, allowUrlInputs }: Pick<ClassifyRouteDeps, 'db' | 'allowUrlInputs'>,
  projectId: string,
  body: Pick<CreateClassifyJob, 'file_input' | 'file_id' | 'parse_job_id'>,
): Promise<ResolvedInput> {
  const input = (body.file_input || body.file_id || body.parse_job_id)!;
  if (body.file_input && /^https?:\/\//i.test(input)) {
    if (!allowUrlInputs) throw urlInputsDisabled('file_input');
    return { input, document: { type: 'url', id: input } };
  }
  const mayBe = (prefix: string) => input.startsWith(prefix) || !/^(dfl|pjb)-/.test(input);
  if (!body.parse_job_id && mayBe('dfl-')) {
    const file = await findFile(db, projectId, normalizeId('file', input));
    if (file) return { input, document: { type: 'file_id', id: file.id } };
  }
  if (!body.file_id && mayBe('pjb-')) {
    const id = normalizeId('parseJob', input);
    const readable = await isReadable(db, projectId, id);
    if (readable === 'yes') return { input, document: { type: 'parse_job_id', id } };
    if (readable === 'gone') {
      throw new AppError(
        'bad_request',
        `What parse job ${id} has read is not kept any more, and its file was deleted.`,
      );
    }
    if (readable === 'ended') {
      throw new AppError('bad_request', `Parse job ${id} has failed or was cancelled: there is nothing to classify.`);
    }
  }
  const what = body.parse_job_id || input.startsWith('pjb-') ? 'Parse Job ID' : 'File ID';
  throw new AppError('bad_request', `${what} ${input} is not in Project ID ${projectId}`);
}

/** A document that would have to be fetched, where the operator has not enabled that. */
export const urlInputsDisabled = (field: string) =>
  new AppError('bad_request', `${field}: fetching documents from URLs is not enabled on this server; upload the file.`);

/** Rules and options a job is created with, and the saved configuration they come from. */
export interface ResolvedConfiguration {
  configuration: ClassifyConfiguration;
  /** Null = they came with the request. */
  configurationId: string | null;
}

/**
 * What a request wants to classify by. A saved configuration is read once, so a job has one version of it, whole.
 *
 * @throws AppError `not_found`; `bad_request` when it is for another product or is not valid any more.
 */
export async function resolveConfiguration(
  db: Database,
  projectId: string,
  body: Pick<CreateClassifyJob, 'configuration' | 'configuration_id'>,
): Promise<ResolvedConfiguration> {
  if (body.configuration) return { configuration: body.configuration, configurationId: null };
  const id = normalizeId('configuration', body.configuration_id!);
  const saved = await findConfiguration(db, projectId, id);
  if (!saved) throw new AppError('not_found', `Classify configuration ${body.configuration_id} not found`);
  const unusable = (why: string) =>
    new AppError('bad_request', `Invalid classify configuration parameters for ${id}: ${why}`);
  if (saved.product_type !== 'classify_v2')
    throw unusable(`its product type is ${saved.product_type}, not classify_v2`);
  const parsed = ClassifyConfiguration.safeParse(saved.parameters);
  if (!parsed.success) throw unusable(z.prettifyError(parsed.error));
  return { configuration: parsed.data, configurationId: id };
}
