import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { errors } from '../openapi.ts';

const Health = z.object({ status: z.literal('ok') });

/** `/health`: the process answers. `/ready`: it can also do its work. Neither needs a key. */
export function healthRoutes({ checkReady }: { checkReady(): Promise<void> }): FastifyPluginAsyncZod {
  return async (app) => {
    const schema = { tags: ['Health'], security: [] };
    app.get(
      '/health',
      { schema: { ...schema, operationId: 'health', summary: 'Is the server alive?', response: { 200: Health } } },
      async () => ({ status: 'ok' as const }),
    );
    app.get(
      '/ready',
      {
        schema: {
          ...schema,
          operationId: 'ready',
          summary: 'Can the server take work?',
          response: { 200: Health, ...errors(503) },
        },
      },
      async (request) => {
        try {
          await checkReady();
        } catch (error) {
          request.log.warn({ err: error }, 'not ready');
          throw new AppError('unavailable', 'The server is not ready.', { cause: error });
        }
        return { status: 'ok' as const };
      },
    );
  };
}
