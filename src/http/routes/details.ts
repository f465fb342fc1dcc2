import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ClassifyJob } from '../../domain/job.ts';
import { AppError } from '../../errors.ts';
import { normalizeId } from '../../lib/ids.ts';
import { findJobDetails } from '../../store/classify-jobs.ts';
import type { Database } from '../../store/database.ts';
import { scopeOf } from '../auth.ts';
import { errors } from '../openapi.ts';
import { ScopeQuery } from '../query.ts';
import { jobNotFound } from './classify.ts';

const Score = z.object({ type: z.string(), score: z.number().min(0).max(1) });

/** What a worker has written about a result; an engine may tell more than this. */
const StoredDetails = z.looseObject({
  engine: z.string(),
  scores: z.array(Score),
  evidence: z.array(
    z.looseObject({ page: z.int().min(1), quote: z.string(), start: z.int().min(0), end: z.int().min(0) }),
  ),
  milliseconds: z.looseObject({ read: z.number(), classify: z.number() }),
});

const ClassifyDetails = z
  .looseObject({
    job_id: z.string(),
    type: z.string().nullable(),
    confidence: z.number().min(0).max(1),
    engine: z.string().describe('Algorithm and data that gave the answer: the same engine gives the same answer.'),
    scores: z.array(Score).describe('Of every rule, in the order of the rules.'),
    runner_up: Score.nullable().describe('The best of the rules that were not chosen.'),
    evidence: z
      .array(
        z.looseObject({
          page: z.int().min(1),
          quote: z.string(),
          start: z.int().describe("Where the quote begins in the page's text, in UTF-16 code units."),
          end: z.int().describe('Where it ends, exclusive.'),
        }),
      )
      .describe('Passages that speak for the answer, best first.'),
    milliseconds: z
      .looseObject({ waiting: z.int(), read: z.int(), classify: z.int(), total: z.int() })
      .describe('From the creation of the job to its end; what is neither reading nor classifying is waiting.'),
  })
  .meta({
    id: 'ClassifyDetails',
    examples: [
      {
        job_id: 'clj-0b4c2f0e-94c1-4f3c-8a53-3d1f6f0a7b11',
        type: 'invoice',
        confidence: 0.97,
        engine: 'local-1',
        scores: [
          { type: 'invoice', score: 0.97 },
          { type: 'contract', score: 0.02 },
        ],
        runner_up: { type: 'contract', score: 0.02 },
        evidence: [{ page: 1, quote: 'INVOICE No. 2041', start: 0, end: 16 }],
        milliseconds: { waiting: 4, read: 31, classify: 9, total: 44 },
      },
    ],
  });

/** `/api/v2/classify/{job_id}/details`: how an answer came about. */
export function detailsRoutes({ db }: { db: Database }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/v2/classify/:job_id/details',
      {
        schema: {
          operationId: 'getClassifyDetails',
          tags: ['Classify'],
          summary: 'Get the scores, evidence and timings of a completed job',
          description: 'A job that has no result answers 404. An extension of Pigeonhole.',
          params: z.object({ job_id: z.string() }),
          querystring: ScopeQuery,
          response: { 200: ClassifyDetails, ...errors(401, 403, 404, 422) },
        },
      },
      async (request) => {
        const projectId = scopeOf(request.principal, request.query);
        const found = await findJobDetails(db, projectId, normalizeId('classifyJob', request.params.job_id));
        if (!found) throw jobNotFound();
        const job = ClassifyJob.parse(JSON.parse(found.body));
        if (found.details === null || job.result === null) {
          throw new AppError('not_found', 'Details not found. Check job status to see if it has completed.');
        }
        const details = StoredDetails.parse(JSON.parse(found.details));
        const others = details.scores.filter(({ type }) => type !== job.result!.type);
        const total = Math.max(0, Date.parse(job.updated_at) - Date.parse(job.created_at));
        const { read, classify } = details.milliseconds;
        return {
          ...details,
          job_id: job.id,
          type: job.result.type,
          confidence: job.result.confidence,
          runner_up: others.toSorted((a, b) => b.score - a.score)[0] ?? null,
          milliseconds: { ...details.milliseconds, waiting: Math.max(0, total - read - classify), total },
        };
      },
    );
  };
}
