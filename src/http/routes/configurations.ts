import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Configuration, ConfigurationName, ConfigurationParameters, ProductType } from '../../domain/configuration.ts';
import { AppError } from '../../errors.ts';
import { normalizeId } from '../../lib/ids.ts';
import { checkExamples } from '../../store/configuration-examples.ts';
import {
  deleteConfiguration,
  findConfiguration,
  listConfigurations,
  saveConfiguration,
  updateConfiguration,
} from '../../store/configurations.ts';
import { insertParseJob } from '../../store/parse-jobs.ts';
import { scopeOf } from '../auth.ts';
import { errors } from '../openapi.ts';
import { decodePageToken, encodePageToken } from '../pagination.ts';
import { QueryBoolean, ScopeQuery } from '../query.ts';
import { type ClassifyRouteDeps, openJobsOf } from './classify.ts';

const ConfigurationCreate = z.object({ name: ConfigurationName, parameters: ConfigurationParameters }).meta({
  id: 'ConfigurationCreate',
  examples: [
    {
      name: 'Incoming mail',
      parameters: {
        product_type: 'classify_v2',
        rules: [{ type: 'invoice', description: 'has an invoice number, line items and a total amount due' }],
      },
    },
  ],
});

const ConfigurationUpdate = z
  .object({
    name: ConfigurationName.nullish().describe('Left out or null: unchanged.'),
    parameters: ConfigurationParameters.nullish().describe('Left out or null: unchanged.'),
  })
  .meta({ id: 'ConfigurationUpdate', examples: [{ name: 'Incoming mail, 2026' }] });

const ListQuery = ScopeQuery.extend({
  page_size: z.int().min(1).max(1_000).default(50),
  page_token: z.string().optional().describe('`next_page_token` of the page before.'),
  product_type: z.array(ProductType).optional(),
  name: z.string().optional(),
  latest_only: QueryBoolean.optional().describe('Has no effect: a name has one configuration, which is the latest.'),
});

const ConfigurationPage = z
  .object({
    items: z.array(Configuration),
    next_page_token: z.string().nullable().describe('Null on the last page.'),
    total_size: z.int().nullable().describe('Always null.'),
  })
  .meta({ id: 'ConfigurationPage' });

const Params = z.object({ configuration_id: z.string() });
const TAG = { tags: ['Configurations'], querystring: ScopeQuery };

/** `/api/v1/beta/configurations`: parameters saved under a name, for jobs to refer to. */
export function configurationRoutes({
  db,
  limits,
  jobCreated,
}: Pick<ClassifyRouteDeps, 'db' | 'limits' | 'jobCreated'>): FastifyPluginAsyncZod {
  /** Examples of files that nothing has been read from are read by parse jobs, so that they count soon. */
  async function readExamples(request: FastifyRequest, projectId: string, parameters: ConfigurationParameters) {
    if (parameters.product_type !== 'classify_v2' || !parameters.examples) return;
    const unread = await checkExamples(db, projectId, parameters.examples);
    for (const job of unread) await insertParseJob(db, job, openJobsOf(request.principal, limits));
    if (unread.length > 0) jobCreated();
  }

  return async (app) => {
    app.post(
      '/api/v1/beta/configurations',
      {
        schema: {
          ...TAG,
          operationId: 'createConfiguration',
          summary: 'Save a configuration',
          description: 'Where the project has one of that name for the same product, it gets a new version.',
          body: ConfigurationCreate,
          response: { 201: Configuration, ...errors(400, 401, 403, 422, 429) },
        },
      },
      async (request, reply) => {
        const projectId = scopeOf(request.principal, request.query);
        await readExamples(request, projectId, request.body.parameters);
        return reply.code(201).send(await saveConfiguration(db, { projectId, ...request.body }));
      },
    );

    app.get(
      '/api/v1/beta/configurations',
      {
        schema: {
          ...TAG,
          operationId: 'listConfigurations',
          summary: 'List configurations',
          description: 'Newest first. All filters must hold together.',
          querystring: ListQuery,
          response: { 200: ConfigurationPage, ...errors(400, 401, 403, 422) },
        },
      },
      async (request) => {
        const { query } = request;
        const after = query.page_token === undefined ? null : decodePageToken(query.page_token, 2);
        const { configurations, next } = await listConfigurations(
          db,
          { projectId: scopeOf(request.principal, query), productTypes: query.product_type, name: query.name },
          { limit: query.page_size, after: after && { createdAt: after[0]!, id: after[1]! } },
        );
        return {
          items: configurations,
          next_page_token: next && encodePageToken([next.createdAt, next.id]),
          total_size: null,
        };
      },
    );

    app.get(
      '/api/v1/beta/configurations/:configuration_id',
      {
        schema: {
          ...TAG,
          operationId: 'getConfiguration',
          summary: 'Get a configuration',
          params: Params,
          response: { 200: Configuration, ...errors(401, 403, 404, 422) },
        },
      },
      async (request) => {
        const projectId = scopeOf(request.principal, request.query);
        return found(await findConfiguration(db, projectId, idOf(request.params)));
      },
    );

    app.put(
      '/api/v1/beta/configurations/:configuration_id',
      {
        schema: {
          ...TAG,
          operationId: 'updateConfiguration',
          summary: 'Change a configuration',
          description: 'Makes a new version. Jobs that were created before keep what they were created with.',
          params: Params,
          body: ConfigurationUpdate,
          response: { 200: Configuration, ...errors(400, 401, 403, 404, 409, 422, 429) },
        },
      },
      async (request) => {
        const projectId = scopeOf(request.principal, request.query);
        const { name, parameters } = request.body;
        if (parameters) await readExamples(request, projectId, parameters);
        const changes = { name: name ?? undefined, parameters: parameters ?? undefined };
        return found(await updateConfiguration(db, projectId, idOf(request.params), changes));
      },
    );

    app.delete(
      '/api/v1/beta/configurations/:configuration_id',
      {
        schema: {
          ...TAG,
          operationId: 'deleteConfiguration',
          summary: 'Delete a configuration',
          description: 'With all its versions. Jobs that were created with it keep their copy.',
          params: Params,
          response: { 204: z.null(), ...errors(401, 403, 404, 422) },
        },
      },
      async (request, reply) => {
        const projectId = scopeOf(request.principal, request.query);
        if (!(await deleteConfiguration(db, projectId, idOf(request.params)))) throw notFound();
        return reply.code(204).send(null);
      },
    );
  };
}

const idOf = (params: z.infer<typeof Params>) => normalizeId('configuration', params.configuration_id);
const notFound = () => new AppError('not_found', 'Configuration not found');

function found(configuration: Configuration | null): Configuration {
  if (!configuration) throw notFound();
  return configuration;
}
