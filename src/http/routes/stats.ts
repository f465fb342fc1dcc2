import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { JOB_STATUSES } from '../../domain/job.ts';
import type { Database } from '../../store/database.ts';
import { readJobCounts } from '../../store/job-counts.ts';
import { scopeOf } from '../auth.ts';
import { errors } from '../openapi.ts';
import { ScopeQuery } from '../query.ts';

/** Types are free text, so a project may have any number of them. */
const MAX_TYPES = 1_000;

const Count = z.int().min(0);

const ClassifyStats = z
  .object({
    project_id: z.string(),
    total: Count.describe('Jobs there are.'),
    open: Count.describe('Jobs that have not ended.'),
    by_status: z.object(Object.fromEntries(JOB_STATUSES.map((status) => [status, Count]))),
    by_type: z
      .array(z.object({ type: z.string().nullable().describe('Null: no rule fits.'), jobs: Count }))
      .describe(`Completed jobs by the type they found, most frequent first; at most ${MAX_TYPES}.`),
    has_more_types: z.boolean(),
  })
  .meta({
    id: 'ClassifyStats',
    examples: [
      {
        project_id: '6b1f6e0e-6f9a-4a3e-9d5e-0f6b7f9d2c11',
        total: 1204,
        open: 3,
        by_status: { PENDING: 2, RUNNING: 1, COMPLETED: 1190, FAILED: 10, CANCELLED: 1 },
        by_type: [
          { type: 'invoice', jobs: 1001 },
          { type: null, jobs: 189 },
        ],
        has_more_types: false,
      },
    ],
  });

/** `/api/v2/classify/stats`: how many jobs of the project there are, from counts that change with the jobs. */
export function statsRoutes({ db }: { db: Database }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/v2/classify/stats',
      {
        schema: {
          operationId: 'getClassifyStats',
          tags: ['Classify'],
          summary: 'Count the jobs of the project',
          description: 'Exact, and as cheap with a million jobs as with one. An extension of Pigeonhole.',
          querystring: ScopeQuery,
          response: { 200: ClassifyStats, ...errors(401, 403, 422) },
        },
      },
      async (request) => {
        const projectId = scopeOf(request.principal, request.query);
        const { byStatus, byType, moreTypes } = await readJobCounts(db, projectId, { maxTypes: MAX_TYPES });
        return {
          project_id: projectId,
          total: Object.values(byStatus).reduce((sum, jobs) => sum + jobs),
          open: byStatus.PENDING + byStatus.RUNNING,
          by_status: byStatus,
          by_type: byType,
          has_more_types: moreTypes,
        };
      },
    );
  };
}
