import cookies from '@fastify/cookie';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Principal } from '../../domain/tenancy.ts';
import { AppError } from '../../errors.ts';
import { authenticateKey, createSession, endSession } from '../../store/api-keys.ts';
import type { Database } from '../../store/database.ts';
import { type Authenticate, assertSameOrigin, SESSION_COOKIE, sessionTokenOf } from '../auth.ts';
import { errors } from '../openapi.ts';

const SESSION_LIFETIME_SECONDS = 7 * 24 * 3600;

const Session = z
  .object({ user_id: z.string(), project_id: z.string(), project_name: z.string(), organization_id: z.string() })
  .meta({ id: 'Session' });

/** `/session`: lets a browser work with a cookie instead of holding an API key. */
export function sessionRoutes({
  db,
  publicUrl,
  authenticate,
}: {
  db: Database;
  publicUrl: string | null;
  authenticate: Authenticate;
}): FastifyPluginAsyncZod {
  return async (app) => {
    // Here and not for the whole server: its hooks would run for every request, and no other route sets cookies.
    await app.register(cookies);
    const cookie = (protocol: string) => ({
      path: '/',
      httpOnly: true,
      sameSite: 'strict' as const,
      secure: (publicUrl ?? `${protocol}:`).startsWith('https:'),
    });

    app.post(
      '/session',
      {
        schema: {
          operationId: 'createSession',
          tags: ['Session'],
          summary: 'Start a browser session',
          description: 'Sets the cookie `session` (HttpOnly, SameSite=Strict), good for seven days.',
          security: [],
          body: z
            .object({ api_key: z.string().min(1).max(1_000) })
            .meta({ id: 'SessionCreate', examples: [{ api_key: 'llx-…' }] }),
          response: { 200: Session, ...errors(401, 403, 422) },
        },
      },
      async (request, reply) => {
        const found = await authenticateKey(db, request.body.api_key);
        if (!found) throw new AppError('invalid_api_key', 'Invalid API Key');
        if (found.disabled) throw new AppError('forbidden', `Project ${found.principal.projectId} is disabled.`);
        const token = await createSession(db, found.principal.apiKeyId, SESSION_LIFETIME_SECONDS * 1000);
        reply.setCookie(SESSION_COOKIE, token, { ...cookie(request.protocol), maxAge: SESSION_LIFETIME_SECONDS });
        return show(found.principal);
      },
    );

    app.get(
      '/session',
      {
        schema: {
          operationId: 'getSession',
          tags: ['Session'],
          summary: 'Who am I?',
          response: { 200: Session, ...errors(401, 403) },
        },
      },
      async (request) => show(await authenticate(request)),
    );

    app.delete(
      '/session',
      {
        schema: {
          operationId: 'endSession',
          tags: ['Session'],
          summary: 'End the browser session',
          response: { 204: z.null(), ...errors(403) },
        },
      },
      async (request, reply) => {
        const token = sessionTokenOf(request);
        if (token) {
          assertSameOrigin(request, publicUrl);
          await endSession(db, token);
        }
        return reply.clearCookie(SESSION_COOKIE, cookie(request.protocol)).code(204).send(null);
      },
    );
  };
}

function show(principal: Principal): z.infer<typeof Session> {
  return {
    user_id: principal.userId,
    project_id: principal.projectId,
    project_name: principal.projectName,
    organization_id: principal.organizationId,
  };
}
