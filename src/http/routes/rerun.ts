import { isDeepStrictEqual } from 'node:util';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ClassifyJob } from '../../domain/job.ts';
import { ClassifyConfiguration } from '../../domain/rules.ts';
import { boundedText } from '../../domain/text.ts';
import { AppError } from '../../errors.ts';
import { newId, normalizeId } from '../../lib/ids.ts';
import {
  findClassifyJob,
  findClassifyJobByTransaction,
  insertClassifyJob,
  type NewClassifyJob,
} from '../../store/classify-jobs.ts';
import { findFile } from '../../store/files.ts';
import { isReadable } from '../../store/parse-jobs.ts';
import { scopeOf } from '../auth.ts';
import { errors } from '../openapi.ts';
import { ScopeQuery } from '../query.ts';
import { rendered } from '../rendered.ts';
import { resolveWebhooks, WebhookFields } from '../webhooks.ts';
import {
  type ClassifyRouteDeps,
  jobNotFound,
  MAX_TRANSACTION_ID_CHARACTERS,
  openJobsOf,
  refuseTwoConfigurations,
  resolveConfiguration,
  resolveInput,
} from './classify.ts';

const RerunClassifyJob = z
  .object({
    configuration: ClassifyConfiguration.nullish().describe('Default: that of the job.'),
    configuration_id: z.string().nullish().describe('`cfg-…` of a saved configuration.'),
    transaction_id: boundedText({ max: MAX_TRANSACTION_ID_CHARACTERS })
      .nullish()
      .describe('Idempotency key within the project, one namespace with that of `POST /api/v2/classify`.'),
    ...WebhookFields,
  })
  .superRefine(refuseTwoConfigurations)
  .meta({
    id: 'ClassifyJobRerun',
    examples: [
      {
        configuration: {
          rules: [{ type: 'credit_note', description: 'reverses an earlier invoice, with a negative total' }],
        },
      },
    ],
  });

/** `/api/v2/classify/{job_id}/rerun`: the same document again, with other rules and without reading it anew. */
export function rerunRoutes({
  db,
  vault,
  limits,
  allowUrlInputs,
  jobCreated,
}: ClassifyRouteDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/api/v2/classify/:job_id/rerun',
      {
        schema: {
          operationId: 'rerunClassifyJob',
          tags: ['Classify'],
          summary: 'Classify the document of a job again',
          description:
            'Creates a new job from the text that was read for an earlier one, with other rules or, without a body, ' +
            'with the same. The document is read anew only when the new configuration has another ' +
            '`parsing_configuration`, or nothing has been read yet. An extension of Pigeonhole.',
          params: z.object({ job_id: z.string() }),
          querystring: ScopeQuery,
          body: RerunClassifyJob.nullish(),
          response: { 200: ClassifyJob, ...errors(400, 401, 403, 404, 422, 429) },
        },
      },
      async (request, reply) => {
        const projectId = scopeOf(request.principal, request.query);
        const body = request.body ?? {};
        const transactionId = body.transaction_id || null;
        if (transactionId !== null) {
          const original = await findClassifyJobByTransaction(db, projectId, transactionId);
          if (original !== null) return rendered(reply, original);
        }
        const found = await findClassifyJob(db, projectId, normalizeId('classifyJob', request.params.job_id));
        if (!found) throw jobNotFound();
        const earlier: ClassifyJob = JSON.parse(found.body);
        const { configuration: wanted, configurationId } =
          body.configuration || body.configuration_id
            ? await resolveConfiguration(db, projectId, body)
            : { configuration: earlier.configuration, configurationId: earlier.configuration_id };
        const parsing = wanted.parsing_configuration ?? earlier.configuration.parsing_configuration;
        const sameReading = isDeepStrictEqual(parsing, earlier.configuration.parsing_configuration);
        const job: NewClassifyJob = {
          id: newId('classifyJob'),
          project_id: projectId,
          user_id: request.principal.userId,
          ...(await documentOf(earlier, sameReading)),
          configuration: { ...wanted, parsing_configuration: parsing },
          configuration_id: configurationId,
          transaction_id: transactionId,
          webhooks: await resolveWebhooks({ db, vault }, projectId, body),
        };
        const { body: created } = await insertClassifyJob(db, job, openJobsOf(request.principal, limits));
        jobCreated();
        return rendered(reply, created);
      },
    );
  };

  /** The text the earlier job has read, else the document it was given. */
  async function documentOf(
    earlier: ClassifyJob,
    sameReading: boolean,
  ): Promise<Pick<NewClassifyJob, 'document_input_type' | 'file_input' | 'inputId' | 'parse_job_id'>> {
    const projectId = earlier.project_id;
    const wasParse = earlier.document_input_type === 'parse_job_id';
    if (earlier.parse_job_id && (sameReading || wasParse)) {
      const id = earlier.parse_job_id;
      if ((await isReadable(db, projectId, id)) === 'yes') {
        return { document_input_type: 'parse_job_id', file_input: id, inputId: id, parse_job_id: id };
      }
    }
    if (earlier.document_input_type === 'url') {
      const { input, document } = await resolveInput({ db, allowUrlInputs }, projectId, earlier);
      return { document_input_type: document.type, file_input: input, inputId: document.id, parse_job_id: null };
    }
    const file = wasParse ? null : await findFile(db, projectId, normalizeId('file', earlier.file_input));
    if (!file) throw new AppError('bad_request', 'The document of this job has been deleted; upload it again.');
    return { document_input_type: 'file_id', file_input: file.id, inputId: file.id, parse_job_id: null };
  }
}
