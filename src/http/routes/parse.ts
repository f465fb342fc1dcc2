import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { DiskBlobs } from '../../blobs/disk.ts';
import { readPages } from '../../blobs/pages.ts';
import type { ParsedDocument } from '../../domain/document.ts';
import { JOB_STATUSES } from '../../domain/job.ts';
import { ParseJob, type ParseRequest, ParseTier } from '../../domain/parse-job.ts';
import { PageRanges } from '../../domain/rules.ts';
import { boundedText } from '../../domain/text.ts';
import { AppError } from '../../errors.ts';
import { normalizeId } from '../../lib/ids.ts';
import type { Database } from '../../store/database.ts';
import { deleteFile, findFile } from '../../store/files.ts';
import { cancelJob, findJob, type JobFilter, listJobs } from '../../store/job-rows.ts';
import { PageCache } from '../../store/page-cache.ts';
import { deleteParseJob, findParseJob, insertParseJob, type NewParseJob } from '../../store/parse-jobs.ts';
import { findResult } from '../../store/parse-results.ts';
import { scopeOf } from '../auth.ts';
import { RequestValidationError } from '../error-response.ts';
import { errors } from '../openapi.ts';
import { decodePageToken, encodePageToken } from '../pagination.ts';
import {
  DOWNLOADABLE_PARTS,
  downloadableOf,
  EXPANSIONS,
  type Expansion,
  NO_RESULT,
  needsPages,
  ParseResult,
  parseResult,
  partAsFile,
} from '../parse-result.ts';
import { QueryDateTime, QueryList, ScopeQuery } from '../query.ts';
import { rendered } from '../rendered.ts';
import type { SignedUrls } from '../signed-urls.ts';
import type { FileUploads } from '../uploads.ts';
import { parseJsonBody } from '../validation.ts';
import { resolveWebhooks, WebhookFields } from '../webhooks.ts';
import { type ClassifyRouteDeps, openJobsOf, urlInputsDisabled } from './classify.ts';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 100;
const MAX_URL_CHARACTERS = 2_000;

/** What the parse routes need of the rest of the server. */
export interface ParseRouteDeps extends ClassifyRouteDeps {
  blobs: DiskBlobs;
  uploads: FileUploads;
  urls: SignedUrls;
}

/** Options that other tiers have: they must be objects, and change nothing here. */
const IgnoredOptions = z.record(z.string(), z.unknown()).nullish().describe('Accepted, and without effect.');

const ParseOptions = z.strictObject({
  tier: ParseTier,
  version: z
    .string()
    .regex(/^(latest|\d{4}-\d\d-\d\d)$/, "version should be 'latest' or a date such as 2026-06-15")
    .describe('`latest` or a date; all versions read alike.'),
  page_ranges: z
    .object({
      max_pages: z.int().min(1).nullish(),
      target_pages: PageRanges.nullish().describe(
        'Pages and ranges, 1-based: "1,3,5-7". Where given, max_pages is not.',
      ),
    })
    .nullish(),
  processing_options: z
    .looseObject({
      ocr_parameters: z
        .looseObject({
          languages: z
            .array(boundedText({ min: 1, max: 20 }))
            .max(20)
            .nullish()
            .describe('Language of scanned pages; the first one counts. Default: en.'),
        })
        .nullish(),
    })
    .nullish(),
  disable_cache: z.boolean().nullish().describe('Read the document anew, although it was read before.'),
  client_name: boundedText({ max: 200 }).nullish(),
  user_metadata: z
    .record(boundedText({ min: 1, max: 100 }), boundedText({ max: 500 }))
    .refine((tags) => Object.keys(tags).length <= 50, 'at most 50 entries are kept')
    .nullish(),
  configuration_id: boundedText({ max: 200 }).nullish(),
  ...WebhookFields,
  http_proxy: z.string().nullish().describe('Not supported together with source_url.'),
  agentic_options: IgnoredOptions,
  crop_box: IgnoredOptions,
  fast_options: IgnoredOptions,
  input_options: IgnoredOptions,
  output_options: IgnoredOptions,
  processing_control: IgnoredOptions,
});
type ParseOptions = z.infer<typeof ParseOptions>;

const CreateParseJob = ParseOptions.extend({
  file_id: boundedText({ max: 200 }).nullish().describe('`dfl-…` of a file.'),
  source_url: z
    .string()
    .regex(/^https?:/i, 'source_url should begin with http: or https:')
    .check(z.maxLength(MAX_URL_CHARACTERS))
    .nullish()
    .describe('Where the document is fetched from, if the operator enables that.'),
})
  .superRefine((body, context) => {
    if (Boolean(body.file_id) === Boolean(body.source_url)) {
      context.addIssue({ code: 'custom', message: 'exactly one of file_id and source_url is required', input: body });
    }
  })
  .meta({
    id: 'ParseJobCreate',
    examples: [
      {
        file_id: 'dfl-0b4c2f0e-94c1-4f3c-8a53-3d1f6f0a7b11',
        tier: 'fast',
        version: 'latest',
        page_ranges: { target_pages: '1-3' },
      },
    ],
  });

const UploadForm = z.object({
  file: z.file().describe('The bytes, with a file name.'),
  configuration: z.string().describe('The body of `POST /api/v2/parse` as JSON, without file_id and source_url.'),
});

const ContentMetadata = z.object({
  size_bytes: z.int(),
  exists: z.literal(true),
  presigned_url: z.string().describe('Where the part can be downloaded for an hour.'),
});

const ExpandedParseJob = ParseResult.extend({
  job: ParseJob,
  raw_parameters: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('As they were sent, without what may be a credential.'),
  result_content_metadata: z.partialRecord(z.enum(DOWNLOADABLE_PARTS), ContentMetadata).nullable(),
  images_content_metadata: z.null(),
  forms: z.null(),
}).meta({ id: 'ExpandedParseJob' });
type ExpandedParseJob = z.infer<typeof ExpandedParseJob>;

const ParseJobPage = z
  .object({
    items: z.array(ParseJob),
    next_page_token: z.string().nullable().describe('Null on the last page.'),
    total_size: z.int().nullable().describe('Always null: counting would cost more than listing.'),
  })
  .meta({ id: 'ParseJobPage' });

const ListQuery = ScopeQuery.extend({
  page_size: z.int().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE),
  page_token: z.string().optional().describe('`next_page_token` of the page before.'),
  status: z.enum(JOB_STATUSES).optional(),
  job_ids: QueryList.optional().describe('Only these jobs; ids that are not there are left out.'),
  created_at_on_or_after: QueryDateTime.optional(),
  created_at_on_or_before: QueryDateTime.optional(),
});

const JobParams = z.object({ job_id: z.string() });

/** `/api/v2/parse`: read documents into text, Markdown and items. */
export function parseRoutes(deps: ParseRouteDeps): FastifyPluginAsyncZod {
  const { db, blobs, limits, uploads, urls, jobCreated, jobCancelled } = deps;
  const pages = new PageCache(db);

  const create = async (request: FastifyRequest, job: NewParseJob): Promise<string> => {
    const { body } = await insertParseJob(db, job, openJobsOf(request.principal, limits));
    jobCreated();
    return body;
  };

  const expanded = async (request: FastifyRequest, projectId: string, id: string, expand: readonly Expansion[]) => {
    const found = await findJob(db, 'parse', projectId, id);
    if (!found) throw jobNotFound();
    const answer: ExpandedParseJob = {
      job: JSON.parse(found.body),
      ...NO_RESULT,
      raw_parameters: null,
      result_content_metadata: null,
      images_content_metadata: null,
      forms: null,
    };
    if (expand.includes('raw_parameters')) {
      answer.raw_parameters = (await findParseJob(db, projectId, id))?.request.parameters ?? null;
    }
    // A client that waits asks for the text all along.
    if (found.status !== 'COMPLETED' || !needsPages(expand)) return answer;
    const document = await documentOf({ db, blobs }, projectId, id);
    if (!document) throw resultNotFound();
    const links = expand.map(downloadableOf).filter((part) => part !== null);
    return {
      ...answer,
      ...parseResult(document, expand),
      result_content_metadata:
        links.length === 0
          ? null
          : Object.fromEntries(
              links.map((part) => [
                part,
                {
                  size_bytes: partAsFile(document, part).bytes.length,
                  exists: true as const,
                  presigned_url: urls.create(request, `parse/${id}/${part}`).url,
                },
              ]),
            ),
    };
  };

  return async (app) => {
    app.post(
      '/api/v2/parse',
      {
        schema: {
          operationId: 'createParseJob',
          tags: ['Parse'],
          summary: 'Create a parse job',
          description: 'Reads a file into text. The same content is read once for the same options.',
          querystring: ScopeQuery,
          body: CreateParseJob,
          response: { 200: ParseJob, ...errors(400, 401, 403, 404, 422, 429) },
        },
      },
      async (request, reply) => {
        const projectId = scopeOf(request.principal, request.query);
        const { file_id, source_url, ...options } = request.body;
        refuseUnusable(options);
        const webhooks = await resolveWebhooks(deps, projectId, options);
        const input = source_url ? urlInput(source_url, options, deps) : await fileInput(db, projectId, file_id!);
        return rendered(reply, await create(request, { ...newJob(projectId, input, options, request.body), webhooks }));
      },
    );

    app.post(
      '/api/v2/parse/upload',
      {
        schema: {
          operationId: 'uploadAndParse',
          tags: ['Parse'],
          summary: 'Upload a file and parse it',
          description: 'The file is kept like any other that was uploaded.',
          consumes: ['multipart/form-data'],
          form: UploadForm,
          querystring: ScopeQuery,
          response: { 200: ParseJob, ...errors(400, 401, 403, 404, 413, 422, 429) },
        },
      },
      async (request, reply) => {
        const projectId = scopeOf(request.principal, request.query);
        let options: ParseOptions;
        const file = await uploads.receive(request, projectId, 'file', (fields) => {
          options = configurationOf(fields.get('configuration'));
          refuseUnusable(options);
          return { purpose: 'parse', externalFileId: null };
        });
        try {
          const webhooks = await resolveWebhooks(deps, projectId, options!);
          const input = { inputId: file.id, name: file.name };
          return rendered(reply, await create(request, { ...newJob(projectId, input, options!, options!), webhooks }));
        } catch (error) {
          for (const key of (await deleteFile(db, projectId, file.id)) ?? []) await blobs.remove(key);
          throw error;
        }
      },
    );

    app.get(
      '/api/v2/parse',
      {
        schema: {
          operationId: 'listParseJobs',
          tags: ['Parse'],
          summary: 'List parse jobs',
          description:
            'Newest first. All filters must hold together. Jobs that classify jobs have made are among them.',
          querystring: ListQuery,
          response: { 200: ParseJobPage, ...errors(400, 401, 403, 422) },
        },
      },
      async (request, reply) => {
        const { query } = request;
        const after = query.page_token === undefined ? null : decodePageToken(query.page_token, 2);
        const filter: JobFilter = {
          projectId: scopeOf(request.principal, query),
          status: query.status,
          jobIds: query.job_ids?.map((id) => normalizeId('parseJob', id)),
          createdOnOrAfter: query.created_at_on_or_after,
          createdOnOrBefore: query.created_at_on_or_before,
        };
        const limit = query.page_size;
        const page = await pages.get(JSON.stringify([filter, limit, after]), async () => {
          const position = after && { createdAt: after[0]!, id: after[1]! };
          const { bodies, next } = await listJobs(db, 'parse', filter, { limit, after: position });
          const token = next === null ? 'null' : `"${encodePageToken([next.createdAt, next.id])}"`;
          return `{"items":[${bodies.join(',')}],"next_page_token":${token},"total_size":null}`;
        });
        return rendered(reply, page);
      },
    );

    app.get(
      '/api/v2/parse/:job_id',
      {
        schema: {
          operationId: 'getParseJob',
          tags: ['Parse'],
          summary: 'Get a parse job and what it has read',
          description:
            'What `expand` names is null until the job is COMPLETED. A result that is not kept any more answers 404; ' +
            'a new parse job of the same file reads it again.',
          params: JobParams,
          querystring: ScopeQuery.extend({
            expand: z.array(z.enum(EXPANSIONS)).optional(),
            image_filenames: z.string().optional().describe('Accepted, and without effect: no images are extracted.'),
          }),
          response: { 200: ExpandedParseJob, ...errors(401, 403, 404, 422) },
        },
      },
      async (request) => {
        const projectId = scopeOf(request.principal, request.query);
        const id = normalizeId('parseJob', request.params.job_id);
        return expanded(request, projectId, id, request.query.expand ?? []);
      },
    );

    app.post(
      '/api/v2/parse/:job_id/cancel',
      {
        schema: {
          operationId: 'cancelParseJob',
          tags: ['Parse'],
          summary: 'Cancel a parse job',
          description: 'Classify jobs that wait for it fail. A job that has ended answers 409.',
          params: JobParams,
          querystring: ScopeQuery,
          response: { 200: ParseJob, ...errors(401, 403, 404, 409, 422) },
        },
      },
      async (request, reply) => {
        const projectId = scopeOf(request.principal, request.query);
        const id = normalizeId('parseJob', request.params.job_id);
        const outcome = await cancelJob(db, 'parse', projectId, id);
        if (outcome === null) throw jobNotFound();
        if (!outcome.cancelled) {
          throw new AppError('conflict', `Parse job ${id} is ${outcome.status} and cannot be cancelled.`);
        }
        jobCancelled(id);
        return rendered(reply, outcome.body);
      },
    );

    app.delete(
      '/api/v2/parse/:job_id',
      {
        schema: {
          operationId: 'deleteParseJob',
          tags: ['Parse'],
          summary: 'Delete a parse job that has ended',
          description: 'And what it has read, unless another parse job has read the same. The file stays.',
          params: JobParams,
          querystring: ScopeQuery,
          response: {
            200: z.object({ id: z.string(), project_id: z.string() }).meta({ id: 'DeletedParseJob' }),
            ...errors(401, 403, 404, 409, 422),
          },
        },
      },
      async (request) => {
        const projectId = scopeOf(request.principal, request.query);
        const id = normalizeId('parseJob', request.params.job_id);
        const blobKeys = await deleteParseJob(db, projectId, id);
        if (blobKeys === null) throw jobNotFound();
        for (const key of blobKeys) await blobs.remove(key);
        return { id, project_id: projectId };
      },
    );
  };
}

/** The pages of a parse job that has read some; null = they are not there, or not any more. */
export async function documentOf(
  { db, blobs }: { db: Database; blobs: DiskBlobs },
  projectId: string,
  id: string,
): Promise<ParsedDocument | null> {
  const job = await findParseJob(db, projectId, id);
  const result = job?.resultKey && (await findResult(db, job.resultKey));
  return result ? readPages(blobs, result.blobKey) : null;
}

export const resultNotFound = () =>
  new AppError('not_found', 'Result not found. Check job status to see if it has completed.');

const jobNotFound = () => new AppError('not_found', 'Parse job not found');

function refuseUnusable(options: ParseOptions): void {
  if (options.configuration_id) {
    throw new AppError('not_found', `Parse configuration ${options.configuration_id} not found`);
  }
}

async function fileInput(db: Database, projectId: string, id: string): Promise<{ inputId: string; name: string }> {
  const file = await findFile(db, projectId, normalizeId('file', id));
  if (!file) throw new AppError('bad_request', `File ID ${id} is not in Project ID ${projectId}`);
  return { inputId: file.id, name: file.name };
}

function urlInput(
  url: string,
  options: ParseOptions,
  { allowUrlInputs }: Pick<ParseRouteDeps, 'allowUrlInputs'>,
): { inputId: string; name: null } {
  if (!allowUrlInputs) throw urlInputsDisabled('source_url');
  if (options.http_proxy) throw new AppError('bad_request', 'http_proxy is not supported.');
  return { inputId: url, name: null };
}

function newJob(
  projectId: string,
  input: { inputId: string; name: string | null },
  options: ParseOptions,
  sent: Record<string, unknown>,
): NewParseJob {
  // Webhooks carry secrets and proxies passwords.
  const { webhook_configurations, http_proxy, ...parameters } = sent;
  const targetPages = options.page_ranges?.target_pages ?? null;
  const request: ParseRequest = {
    options: {
      lang: options.processing_options?.ocr_parameters?.languages?.[0] ?? 'en',
      targetPages,
      maxPages: targetPages === null ? (options.page_ranges?.max_pages ?? null) : null,
    },
    disableCache: options.disable_cache ?? false,
    parameters,
  };
  return { project_id: projectId, tier: options.tier, user_metadata: options.user_metadata ?? null, request, ...input };
}

/** The options of an upload, which come as a text field of the form. */
function configurationOf(field: string | undefined): ParseOptions {
  if (!field) {
    throw new RequestValidationError([
      { type: 'missing', loc: ['body', 'configuration'], msg: 'Field required', input: null },
    ]);
  }
  const parsed = ParseOptions.safeParse(parseJsonBody(field), { reportInput: true });
  if (parsed.success) return parsed.data;
  throw RequestValidationError.fromIssues(
    'body',
    parsed.error.issues.map((issue) => ({ ...issue, path: ['configuration', ...issue.path] })),
  );
}
