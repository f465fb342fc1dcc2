import { hash } from 'node:crypto';
import { fastifyCookie } from '@fastify/cookie';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../domain/tenancy.ts';
import { AppError } from '../errors.ts';
import { isUuid } from '../lib/ids.ts';
import { type Authenticated, authenticateKey, authenticateSession } from '../store/api-keys.ts';
import type { Database } from '../store/database.ts';
import { RequestValidationError } from './error-response.ts';

export const SESSION_COOKIE = 'session';

/** For how long a revoked key may still work in another process than the one that revoked it. */
const CACHE_MS = 5_000;
const MAX_CACHED = 10_000;

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Answers at once for a key it has seen within the last seconds. */
export type Authenticate = (request: FastifyRequest) => Principal | Promise<Principal>;

/**
 * Finds out who sends a request: by `Authorization: Bearer`, else by the session cookie.
 *
 * @throws AppError `not_authenticated`, `invalid_api_key`; `forbidden` when the project is disabled or a request by
 *   cookie that changes something does not come from a page of this server.
 */
export function createAuthenticate(db: Database, publicUrl: string | null): Authenticate {
  const cache = new Map<string, { found: Authenticated; until: number }>();

  return (request) => {
    const bearer = bearerOf(request.headers.authorization);
    if (bearer === null) return bySession(request);
    // Keyed by hash, so that neither memory nor the time of a look-up says anything about a key.
    const key = hash('sha256', bearer, 'base64');
    const known = cache.get(key);
    if (known && known.until > performance.now()) return enabledPrincipal(known.found);
    return byKey(bearer, key);
  };

  async function byKey(bearer: string, cacheKey: string): Promise<Principal> {
    const found = await authenticateKey(db, bearer);
    cache.delete(cacheKey);
    if (!found) throw new AppError('invalid_api_key', 'Invalid API Key');
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(cacheKey, { found, until: performance.now() + CACHE_MS });
    return enabledPrincipal(found);
  }

  async function bySession(request: FastifyRequest): Promise<Principal> {
    const token = sessionTokenOf(request);
    if (!token) throw new AppError('not_authenticated', 'Not authenticated');
    const found = await authenticateSession(db, token);
    if (!found) throw new AppError('not_authenticated', 'Not authenticated');
    if (!SAFE_METHODS.has(request.method)) assertSameOrigin(request, publicUrl);
    return enabledPrincipal(found);
  }
}

function enabledPrincipal({ principal, disabled }: Authenticated): Principal {
  if (disabled) throw new AppError('forbidden', `Project ${principal.projectId} is disabled.`);
  return principal;
}

/** The value of the session cookie; undefined = none was sent. */
export function sessionTokenOf(request: FastifyRequest): string | undefined {
  const { cookie } = request.headers;
  return cookie === undefined ? undefined : fastifyCookie.parse(cookie)[SESSION_COOKIE];
}

function bearerOf(header: string | undefined): string | null {
  const match = header === undefined ? null : /^bearer +(\S+) *$/i.exec(header);
  return match ? match[1]! : null;
}

/**
 * Keeps other sites' pages from using a visitor's session. Every current browser says where a request that is not a
 * plain read comes from; one that says nothing is refused.
 */
export function assertSameOrigin(request: FastifyRequest, publicUrl: string | null): void {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  // A proxy may have put its own name for this server into the Host header.
  const ownHosts = [host, publicUrl === null ? undefined : new URL(publicUrl).host];
  const from = origin === undefined ? null : hostOf(origin);
  const sameOrigin = origin === undefined ? site === 'same-origin' : from !== null && ownHosts.includes(from);
  if (!sameOrigin)
    throw new AppError('forbidden', 'Requests with a session cookie must come from a page of this server.');
}

function hostOf(origin: string): string | null {
  return URL.parse(origin)?.host || null;
}

/**
 * The project a request is about: the key's own, unless the query names another one, which is refused.
 *
 * @throws RequestValidationError for ids of the wrong form; AppError `forbidden` for those of others.
 */
export function scopeOf(
  principal: Principal,
  query: { project_id?: string | undefined; organization_id?: string | undefined },
): string {
  const { project_id: project, organization_id: organization } = query;
  if (
    project !== undefined &&
    project !== principal.projectName &&
    uuidOf('project_id', project) !== principal.projectId
  ) {
    throw new AppError('forbidden', `This API key has no access to project ${project}.`);
  }
  if (organization !== undefined && uuidOf('organization_id', organization) !== principal.organizationId) {
    throw new AppError('forbidden', `This API key has no access to organization ${organization}.`);
  }
  return principal.projectId;
}

function uuidOf(parameter: string, text: string): string {
  const bare = text.replace(/^(prj|org)-/, '');
  if (isUuid(bare)) return bare.toLowerCase();
  throw new RequestValidationError([
    { type: 'uuid_parsing', loc: ['query', parameter], msg: 'Input should be a valid UUID', input: text },
  ]);
}
