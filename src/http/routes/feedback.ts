import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Feedback, feedbackScope, NewFeedback } from '../../domain/feedback.ts';
import { ClassifyJob } from '../../domain/job.ts';
import { AppError } from '../../errors.ts';
import { normalizeId } from '../../lib/ids.ts';
import { findClassifyJob } from '../../store/classify-jobs.ts';
import type { Database } from '../../store/database.ts';
import { deleteFeedback, findFeedback, saveFeedback } from '../../store/feedback.ts';
import { scopeOf } from '../auth.ts';
import { RequestValidationError } from '../error-response.ts';
import { errors } from '../openapi.ts';
import { ScopeQuery } from '../query.ts';
import { jobNotFound } from './classify.ts';

const PATH = '/api/v2/classify/:job_id/feedback';
const JobParams = z.object({ job_id: z.string() });

/** `/api/v2/classify/{job_id}/feedback`: what the answer of a job should have been; later jobs learn from it. */
export function feedbackRoutes({ db }: { db: Database }): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      PATH,
      {
        schema: {
          operationId: 'saveClassifyFeedback',
          tags: ['Classify'],
          summary: 'Say what the answer of a completed job should have been',
          description:
            'From the next job on, the document is an example of its type, or of what fits no rule, for all jobs of the ' +
            'project with the same saved configuration, or with the same rules where they came with the request. What ' +
            'was said of the job before is replaced; confirming a right answer helps as well. A job that has not ' +
            'completed answers 409. An extension of Pigeonhole.',
          params: JobParams,
          querystring: ScopeQuery,
          body: NewFeedback,
          response: { 200: Feedback, ...errors(400, 401, 403, 404, 409, 422) },
        },
      },
      async (request) => {
        const projectId = scopeOf(request.principal, request.query);
        const job = await jobOf(projectId, request.params.job_id);
        const { type } = request.body;
        const types = job.configuration.rules.map((rule) => rule.type);
        if (type !== null && !types.includes(type)) {
          const msg = 'Value error, type should be null or the type of one of the rules of the job';
          throw new RequestValidationError([{ type: 'value_error', loc: ['body', 'type'], msg, input: type }]);
        }
        if (job.status !== 'COMPLETED' || job.parse_job_id === null) {
          throw new AppError('conflict', `Classify job ${job.id} is ${job.status}; only completed jobs have feedback.`);
        }
        return saveFeedback(db, {
          projectId,
          jobId: job.id,
          scope: feedbackScope(job),
          parseJobId: job.parse_job_id,
          type,
        });
      },
    );

    app.get(
      PATH,
      {
        schema: {
          operationId: 'getClassifyFeedback',
          tags: ['Classify'],
          summary: 'Get what was said of a job',
          description: 'A job that nothing was said of answers 404. An extension of Pigeonhole.',
          params: JobParams,
          querystring: ScopeQuery,
          response: { 200: Feedback, ...errors(401, 403, 404, 422) },
        },
      },
      async (request) => {
        const projectId = scopeOf(request.principal, request.query);
        const found = await findFeedback(db, projectId, normalizeId('classifyJob', request.params.job_id));
        if (!found) throw feedbackNotFound();
        return found;
      },
    );

    app.delete(
      PATH,
      {
        schema: {
          operationId: 'deleteClassifyFeedback',
          tags: ['Classify'],
          summary: 'Take back what was said of a job',
          description: 'From the next job on, nothing is learned from it. An extension of Pigeonhole.',
          params: JobParams,
          querystring: ScopeQuery,
          response: { 204: z.null(), ...errors(401, 403, 404, 422) },
        },
      },
      async (request, reply) => {
        const projectId = scopeOf(request.principal, request.query);
        const deleted = await deleteFeedback(db, projectId, normalizeId('classifyJob', request.params.job_id));
        if (!deleted) throw feedbackNotFound();
        return reply.code(204).send(null);
      },
    );
  };

  async function jobOf(projectId: string, id: string): Promise<ClassifyJob> {
    const found = await findClassifyJob(db, projectId, normalizeId('classifyJob', id));
    if (!found) throw jobNotFound();
    return ClassifyJob.parse(JSON.parse(found.body));
  }
}

const feedbackNotFound = () => new AppError('not_found', 'Feedback not found');
