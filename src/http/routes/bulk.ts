import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { JobStatus } from '../../domain/job.ts';
import { boundedText, DateTime } from '../../domain/text.ts';
import { AppError } from '../../errors.ts';
import { newId, normalizeId } from '../../lib/ids.ts';
import type { NewClassifyJob } from '../../store/classify-jobs.ts';
import {
  findJobGroup,
  findJobGroupByTransaction,
  insertJobGroup,
  type JobGroup,
  jobsOfGroup,
} from '../../store/job-groups.ts';
import { scopeOf } from '../auth.ts';
import { errors } from '../openapi.ts';
import { ScopeQuery } from '../query.ts';
import { resolveWebhooks, WebhookFields } from '../webhooks.ts';
import {
  type ClassifyRouteDeps,
  ConfigurationFields,
  MAX_TRANSACTION_ID_CHARACTERS,
  openJobsOf,
  projectOfUnchecked,
  requireOneConfiguration,
  resolveConfiguration,
  resolveInput,
  transactionIdOf,
} from './classify.ts';

const MAX_INPUTS = 1_000;

const CreateBulk = z
  .object({
    file_inputs: z
      .array(boundedText({ min: 1, max: 200 }))
      .min(1)
      .max(MAX_INPUTS)
      .describe('`dfl-…` of files and `pjb-…` of parse jobs; one job is created for each.'),
    ...ConfigurationFields,
    transaction_id: boundedText({ max: MAX_TRANSACTION_ID_CHARACTERS })
      .nullish()
      .describe('Idempotency key of the whole request: sent again, it answers with the jobs it first created.'),
    ...WebhookFields,
  })
  .superRefine(requireOneConfiguration)
  .meta({
    id: 'ClassifyBulkCreate',
    examples: [
      {
        file_inputs: ['dfl-2d9b8a6e-1c5f-4d0e-9f4f-8f1f5f0c7a01', 'dfl-7c1e4b52-62f0-4f39-a2d6-1f4f0b9d3e02'],
        configuration: {
          rules: [{ type: 'invoice', description: 'has an invoice number, line items and a total amount due' }],
        },
        transaction_id: 'import of 5 March',
      },
    ],
  });

const ClassifyBulk = z
  .object({
    id: z.string().describe('`blk-` and a UUID.'),
    project_id: z.string(),
    transaction_id: z.string().nullable(),
    total: z.int(),
    open: z.int().describe('Jobs that have not ended.'),
    completed: z.int(),
    failed: z.int(),
    cancelled: z.int(),
    jobs: z
      .array(z.object({ id: z.string(), file_input: z.string(), status: JobStatus }))
      .describe('In the order of `file_inputs`. Each is a job like any other.'),
    created_at: DateTime,
    updated_at: DateTime,
  })
  .meta({ id: 'ClassifyBulk' });

/** `/api/v2/classify/bulk`: many documents with one configuration in one request. */
export function bulkRoutes({
  db,
  vault,
  limits,
  allowUrlInputs,
  jobCreated,
}: ClassifyRouteDeps): FastifyPluginAsyncZod {
  const show = async (group: JobGroup): Promise<z.infer<typeof ClassifyBulk>> => {
    const jobs = await jobsOfGroup(db, group.id);
    const count = (...statuses: JobStatus[]) => jobs.filter(({ status }) => statuses.includes(status)).length;
    return {
      id: group.id,
      project_id: group.projectId,
      transaction_id: group.transactionId,
      total: jobs.length,
      open: count('PENDING', 'RUNNING'),
      completed: count('COMPLETED'),
      failed: count('FAILED'),
      cancelled: count('CANCELLED'),
      jobs: jobs.map(({ id, file_input, status }) => ({ id, file_input, status })),
      created_at: group.createdAt,
      updated_at: group.updatedAt,
    };
  };

  return async (app) => {
    app.post(
      '/api/v2/classify/bulk',
      {
        // As with single jobs: a key that was used before is answered before the rest of the body matters.
        attachValidation: true,
        schema: {
          operationId: 'createClassifyBulk',
          tags: ['Classify'],
          summary: 'Create many classify jobs',
          description:
            `Up to ${MAX_INPUTS} documents with one configuration: all jobs are created, or none. ` +
            'An extension of Pigeonhole.',
          querystring: ScopeQuery,
          body: CreateBulk,
          response: { 200: ClassifyBulk, ...errors(400, 401, 403, 404, 422, 429) },
        },
      },
      async (request) => {
        const projectId = projectOfUnchecked(request);
        const transactionId = transactionIdOf(request.body);
        if (transactionId !== null) {
          const original = await findJobGroupByTransaction(db, projectId, transactionId);
          if (original !== null) return show(original);
        }
        if (request.validationError) throw request.validationError;

        const { configuration, configurationId } = await resolveConfiguration(db, projectId, request.body);
        const webhooks = await resolveWebhooks({ db, vault }, projectId, request.body);
        const jobs: NewClassifyJob[] = [];
        for (const fileInput of request.body.file_inputs) {
          const { input, document } = await resolveInput({ db, allowUrlInputs }, projectId, { file_input: fileInput });
          jobs.push({
            id: newId('classifyJob'),
            project_id: projectId,
            user_id: request.principal.userId,
            document_input_type: document.type,
            file_input: input,
            inputId: document.id,
            configuration,
            configuration_id: configurationId,
            parse_job_id: document.type === 'parse_job_id' ? document.id : null,
            transaction_id: null,
            webhooks,
          });
        }
        const { group, created } = await insertJobGroup(
          db,
          {
            id: newId('bulk'),
            kind: 'bulk',
            projectId,
            userId: request.principal.userId,
            transactionId,
            request: {},
          },
          jobs,
          openJobsOf(request.principal, limits),
        );
        if (created) jobCreated();
        return show(group);
      },
    );

    app.get(
      '/api/v2/classify/bulk/:bulk_id',
      {
        schema: {
          operationId: 'getClassifyBulk',
          tags: ['Classify'],
          summary: 'See how far a bulk request is',
          params: z.object({ bulk_id: z.string() }),
          querystring: ScopeQuery,
          response: { 200: ClassifyBulk, ...errors(401, 403, 404, 422) },
        },
      },
      async (request) => {
        const projectId = scopeOf(request.principal, request.query);
        const group = await findJobGroup(db, 'bulk', projectId, normalizeId('bulk', request.params.bulk_id));
        if (!group) throw new AppError('not_found', 'Classify bulk request not found');
        return show(group);
      },
    );
  };
}
