import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyPluginAsync, FastifySchema } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ERRORS } from '../errors.ts';

declare module 'fastify' {
  interface FastifySchema {
    /** A body that no schema checks, because it is read as it arrives: the parts of a form, or bytes. */
    form?: z.ZodType;
  }
}

/** OpenAPI 3.1 of all routes at `/openapi.json`, made from the schemas that check the requests, and a page at `/docs`. */
export function apiDescription(version: string): FastifyPluginAsync {
  return fastifyPlugin(async (app) => {
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Pigeonhole',
          version,
          description:
            'Classifies documents by rules in plain language. Compatible with the LlamaCloud Classify v2 API.',
          license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
        },
        tags: [
          'Classify',
          'Classifier (v1)',
          'Parse',
          'Files',
          'Files (legacy)',
          'Configurations',
          'Projects',
          'Webhooks',
          'Session',
          'Health',
        ].map((name) => ({ name })),
        components: {
          securitySchemes: {
            bearer: { type: 'http', scheme: 'bearer', description: 'An API key, `llx-…`.' },
            session: { type: 'apiKey', in: 'cookie', name: 'session', description: 'For browsers: see POST /session.' },
          },
        },
        security: [{ bearer: [] }, { session: [] }],
      },
      transform: (route) => jsonSchemaTransform({ ...route, schema: withRates(withForm(route.schema)) }),
      transformObject: jsonSchemaTransformObject,
    });
    app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      logo: { type: 'image/svg+xml', content: LOGO, href: '/docs', target: '_self' },
      theme: { title: 'Pigeonhole API' },
      uiConfig: { validatorUrl: null },
      // The plugin's own policy has browsers fetch the page's files by https, which this server does not speak.
      staticCSP: CONTENT_SECURITY_POLICY,
    });
  });
}

const CONTENT_SECURITY_POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'self'";

/** Describes what an upload takes as the body of its route. */
function withForm(schema: FastifySchema | undefined): FastifySchema {
  return schema?.form ? { ...schema, body: schema.form } : { ...schema };
}

/** Every operation that needs a key may be refused for coming too often. */
function withRates(schema: FastifySchema): FastifySchema {
  const responses = schema.response;
  if (!responses || typeof responses !== 'object' || !('401' in responses)) return schema;
  return { ...schema, response: { ...responses, ...errors(429) } };
}

const LOGO = Buffer.from(
  `<svg xmlns="http://www.w3.org/2000/svg" width="160" height="40"><text x="0" y="28" font-family="sans-serif" font-size="24" font-weight="bold" fill="#fff">Pigeonhole</text></svg>`,
);

/** Body of every error answer but 422. */
const ErrorBody = z
  .object({
    detail: z.string(),
    request_id: z.string().optional().describe('On 5xx: the id under which the server logged the fault.'),
  })
  .meta({ id: 'Error' });

/** Body of a 422: one entry for each thing that does not fit. */
const ValidationErrorBody = z
  .object({
    detail: z.array(
      z.object({
        type: z.string().describe('For example `missing` or `string_too_short`.'),
        loc: z.array(z.union([z.string(), z.int()])).describe('`body`, `query` or `path`, then the way to the field.'),
        msg: z.string(),
        input: z.unknown().optional(),
        ctx: z.record(z.string(), z.unknown()).optional(),
      }),
    ),
  })
  .meta({ id: 'ValidationError' });

/** Error responses of a route, for its schema. */
export function errors(...statuses: (400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 503)[]) {
  return Object.fromEntries(
    statuses.map((status) => {
      const meanings = Object.entries(ERRORS).filter(([code, e]) => e.status === status && code === code.toLowerCase());
      const description = [...new Set(meanings.map(([, entry]) => entry.meaning))].join(' ');
      return [status, (status === 422 ? ValidationErrorBody : ErrorBody).describe(description)];
    }),
  );
}
