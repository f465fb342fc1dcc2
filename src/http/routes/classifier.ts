import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { MAX_FILES, parsingOfV1, shownParsingOfV1, V1Job, V1Request, v1StatusOf } from '../../domain/classifier-v1.ts';
import { ClassifyResult } from '../../domain/job.ts';
import { boundedText, DateTime } from '../../domain/text.ts';
import { WebhookConfiguration } from '../../domain/webhook.ts';
import { AppError } from '../../errors.ts';
import { bareId, newId } from '../../lib/ids.ts';
import type { NewClassifyJob } from '../../store/classify-jobs.ts';
import { findJobGroup, insertJobGroup, type JobGroup, jobsOfGroup, listJobGroups } from '../../store/job-groups.ts';
import { scopeOf } from '../auth.ts';
import { errors } from '../openapi.ts';
import { decodePageToken, encodePageToken } from '../pagination.ts';
import { ScopeQuery } from '../query.ts';
import { MAX_WEBHOOKS, resolveWebhooks } from '../webhooks.ts';
import { type ClassifyRouteDeps, openJobsOf, resolveInput } from './classify.ts';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 100;

const CreateClassifierJob = V1Request.extend({
  file_ids: z
    .array(boundedText({ min: 1, max: 200 }))
    .min(1)
    .max(MAX_FILES)
    .describe('UUIDs of files, with or without the prefix `dfl-`.'),
  webhook_configurations: z.array(WebhookConfiguration.strict()).max(MAX_WEBHOOKS).nullish(),
}).meta({
  id: 'ClassifierJobCreate',
  examples: [
    {
      file_ids: ['2d9b8a6e-1c5f-4d0e-9f4f-8f1f5f0c7a01'],
      rules: [{ type: 'invoice', description: 'has an invoice number, line items and a total amount due' }],
      parsing_configuration: { lang: 'en', max_pages: 5 },
    },
  ],
});

const ClassifierJobPage = z
  .object({ items: z.array(V1Job), next_page_token: z.string().nullable(), total_size: z.int().nullable() })
  .meta({ id: 'ClassifierJobPage' });

const ClassifierResults = z
  .object({
    items: z.array(
      z.object({
        id: z.string().describe('The same file is the classify job `clj-<id>` in v2.'),
        classify_job_id: z.string(),
        file_id: z.string().nullable(),
        result: ClassifyResult.nullable().describe('Null: this file could not be classified.'),
        created_at: DateTime,
        updated_at: DateTime,
      }),
    ),
    next_page_token: z.string().nullable(),
    total_size: z.int().nullable(),
  })
  .meta({ id: 'ClassifierResults' });

const JobParams = z.object({ classify_job_id: z.string() });

/** `/api/v1/classifier/jobs`: the classifier of the SDKs before v2, one job for many files. */
export function classifierRoutes({
  db,
  vault,
  limits,
  allowUrlInputs,
  jobCreated,
}: ClassifyRouteDeps): FastifyPluginAsyncZod {
  const requireJob = async (projectId: string, id: string): Promise<JobGroup> => {
    const group = await findJobGroup(db, 'v1', projectId, bareId(id).toLowerCase());
    if (!group) throw new AppError('not_found', 'Classify job not found');
    return group;
  };

  return async (app) => {
    app.post(
      '/api/v1/classifier/jobs',
      {
        schema: {
          operationId: 'createClassifierJob',
          tags: ['Classifier (v1)'],
          summary: 'Classify up to 500 files',
          description: 'Each file becomes a v2 classify job. Superseded by `/api/v2/classify`.',
          deprecated: true,
          querystring: ScopeQuery,
          body: CreateClassifierJob,
          response: { 200: V1Job, ...errors(400, 401, 403, 422, 429) },
        },
      },
      async (request) => {
        const projectId = scopeOf(request.principal, request.query);
        const { userId } = request.principal;
        const { file_ids, webhook_configurations, ...asked } = request.body;
        const shown = { ...asked, parsing_configuration: shownParsingOfV1(asked.parsing_configuration) };
        const webhooks = await resolveWebhooks({ db, vault }, projectId, { webhook_configurations });
        const configuration = {
          rules: shown.rules,
          mode: 'FAST' as const,
          parsing_configuration: parsingOfV1(shown.parsing_configuration),
        };
        const jobs: NewClassifyJob[] = [];
        for (const fileId of file_ids) {
          const { input, document } = await resolveInput({ db, allowUrlInputs }, projectId, { file_id: fileId });
          jobs.push({
            id: newId('classifyJob'),
            project_id: projectId,
            user_id: userId,
            document_input_type: document.type,
            file_input: input,
            inputId: document.id,
            configuration,
            configuration_id: null,
            parse_job_id: null,
            transaction_id: null,
          });
        }
        const { group } = await insertJobGroup(
          db,
          {
            id: bareId(newId('classifyJob')),
            kind: 'v1',
            projectId,
            userId,
            transactionId: null,
            request: shown,
            webhooks,
          },
          jobs,
          openJobsOf(request.principal, limits),
        );
        jobCreated();
        return show(group);
      },
    );

    app.get(
      '/api/v1/classifier/jobs',
      {
        schema: {
          operationId: 'listClassifierJobs',
          tags: ['Classifier (v1)'],
          summary: 'List v1 jobs',
          description: 'Newest first.',
          deprecated: true,
          querystring: ScopeQuery.extend({
            page_size: z.int().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE),
            page_token: z.string().optional(),
          }),
          response: { 200: ClassifierJobPage, ...errors(400, 401, 403, 422) },
        },
      },
      async (request) => {
        const { page_size, page_token } = request.query;
        const { groups, next } = await listJobGroups(
          db,
          { kind: 'v1', projectId: scopeOf(request.principal, request.query) },
          { limit: page_size, after: page_token === undefined ? null : decodePageToken(page_token, 2) },
        );
        return { items: groups.map(show), next_page_token: next && encodePageToken(next), total_size: null };
      },
    );

    app.get(
      '/api/v1/classifier/jobs/:classify_job_id',
      {
        schema: {
          operationId: 'getClassifierJob',
          tags: ['Classifier (v1)'],
          summary: 'Get a v1 job',
          deprecated: true,
          params: JobParams,
          querystring: ScopeQuery,
          response: { 200: V1Job, ...errors(401, 403, 404, 422) },
        },
      },
      async (request) => {
        const projectId = scopeOf(request.principal, request.query);
        return show(await requireJob(projectId, request.params.classify_job_id));
      },
    );

    app.get(
      '/api/v1/classifier/jobs/:classify_job_id/results',
      {
        schema: {
          operationId: 'getClassifierJobResults',
          tags: ['Classifier (v1)'],
          summary: 'Get the results of a v1 job',
          description: 'One item for each file that has ended, in the order of the request, all on one page.',
          deprecated: true,
          params: JobParams,
          querystring: ScopeQuery,
          response: { 200: ClassifierResults, ...errors(401, 403, 404, 422) },
        },
      },
      async (request) => {
        const projectId = scopeOf(request.principal, request.query);
        const group = await requireJob(projectId, request.params.classify_job_id);
        // Clients page through results only once a job has ended; what has ended before is no result of the job yet.
        const jobs = v1StatusOf(group) === 'PENDING' ? [] : await jobsOfGroup(db, group.id);
        return {
          items: jobs.map((job) => ({
            id: bareId(job.id),
            classify_job_id: group.id,
            file_id: bareId(job.file_input),
            result: job.result,
            created_at: job.created_at,
            updated_at: job.updated_at,
          })),
          next_page_token: null,
          total_size: null,
        };
      },
    );
  };
}

function show(group: JobGroup): V1Job {
  return {
    id: group.id,
    project_id: group.projectId,
    user_id: group.userId,
    ...(group.request as Pick<V1Job, keyof V1Request>),
    status: v1StatusOf(group),
    effective_at: group.createdAt,
    job_record_id: null,
    error_message: group.errorMessage,
    created_at: group.createdAt,
    updated_at: group.updatedAt,
  };
}
