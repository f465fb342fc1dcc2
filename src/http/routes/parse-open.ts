import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { DiskBlobs } from '../../blobs/disk.ts';
import { PARSE_TIERS } from '../../domain/parse-job.ts';
import { AppError } from '../../errors.ts';
import type { Database } from '../../store/database.ts';
import { projectOfParseJob } from '../../store/parse-jobs.ts';
import { errors } from '../openapi.ts';
import { DOWNLOADABLE_PARTS, partAsFile } from '../parse-result.ts';
import type { SignedUrls } from '../signed-urls.ts';
import { documentOf, resultNotFound } from './parse.ts';

/** The versions that the tier which reads without a model has had elsewhere. All of them read alike here. */
const VERSIONS = ['2026-06-15', '2025-12-11'];

const ofEachTier = <Value>(value: Value) =>
  Object.fromEntries(PARSE_TIERS.map((tier) => [tier, value])) as Record<(typeof PARSE_TIERS)[number], Value>;

const Versions = z
  .object({ ...ofEachTier(z.array(z.string())), latest: z.object(ofEachTier(z.string())) })
  .meta({ id: 'ParseVersions' });

const Part = z.custom<Buffer>().meta({ type: 'string' });

/** What of the parse API needs no key: its versions, and signed links to what was read. */
export function openParseRoutes(deps: { db: Database; blobs: DiskBlobs; urls: SignedUrls }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/v2/parse/versions',
      {
        schema: {
          operationId: 'listParseVersions',
          tags: ['Parse'],
          summary: 'List the versions of the parse API',
          security: [],
          response: { 200: Versions },
        },
      },
      async () => ({ ...ofEachTier(VERSIONS), latest: ofEachTier(VERSIONS[0]!) }),
    );

    app.get(
      '/download/parse/:job_id/:part',
      {
        schema: {
          operationId: 'downloadParsePart',
          tags: ['Parse'],
          summary: 'Download what was read, by a signed link',
          security: [],
          params: z.object({ job_id: z.string(), part: z.enum(DOWNLOADABLE_PARTS) }),
          querystring: z.object({ expires: z.int(), signature: z.string() }),
          response: {
            200: {
              description: 'The text, its Markdown, or the part as JSON.',
              content: {
                'text/plain': { schema: Part },
                'text/markdown': { schema: Part },
                'application/json': { schema: z.custom<Buffer>().meta({ type: 'object' }) },
              },
            },
            ...errors(403, 404, 422),
          },
        },
      },
      async (request, reply) => {
        const { job_id, part } = request.params;
        if (!deps.urls.verify(`parse/${job_id}/${part}`, request.query.expires, request.query.signature)) {
          throw new AppError('forbidden', 'The link is not valid or has expired; ask for a new one.');
        }
        const projectId = await projectOfParseJob(deps.db, job_id);
        const document = projectId && (await documentOf(deps, projectId, job_id));
        if (!document) throw resultNotFound();
        const { contentType, bytes } = partAsFile(document, part);
        return reply
          .headers({
            'content-type': contentType,
            'content-disposition': 'attachment',
            'x-content-type-options': 'nosniff',
            'cache-control': 'private, no-store',
          })
          .send(bytes);
      },
    );
  };
}
