import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import multipart from '@fastify/multipart';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import type { DiskBlobs } from '../blobs/disk.ts';
import type { Principal } from '../domain/tenancy.ts';
import { AppError } from '../errors.ts';
import type { OutboundPolicy } from '../lib/outbound.ts';
import type { Vault } from '../lib/vault.ts';
import type { Database } from '../store/database.ts';
import type { JobFeed } from '../store/job-feed.ts';
import { createAuthenticate } from './auth.ts';
import { RequestValidationError, refuseUnreadable, sendError } from './error-response.ts';
import { apiDescription } from './openapi.ts';
import { type Limits, RequestRates } from './request-rates.ts';
import { bulkRoutes } from './routes/bulk.ts';
import { classifierRoutes } from './routes/classifier.ts';
import { type ClassifyRouteDeps, classifyRoutes } from './routes/classify.ts';
import { configurationRoutes } from './routes/configurations.ts';
import { detailsRoutes } from './routes/details.ts';
import { downloadRoutes } from './routes/download.ts';
import { eventRoutes } from './routes/events.ts';
import { feedbackRoutes } from './routes/feedback.ts';
import { fileRoutes } from './routes/files.ts';
import { healthRoutes } from './routes/health.ts';
import { legacyFileRoutes } from './routes/legacy-files.ts';
import { parseRoutes } from './routes/parse.ts';
import { openParseRoutes } from './routes/parse-open.ts';
import { projectRoutes } from './routes/projects.ts';
import { rerunRoutes } from './routes/rerun.ts';
import { sessionRoutes } from './routes/session.ts';
import { statsRoutes } from './routes/stats.ts';
import { uploadRoutes } from './routes/upload.ts';
import { webhookConfigRoutes } from './routes/webhook-configs.ts';
import { type DeliveryRouteDeps, deliveryRoutes } from './routes/webhook-deliveries.ts';
import { SignedUrls } from './signed-urls.ts';
import { FileUploads } from './uploads.ts';
import { parseJsonBody, validatorCompiler } from './validation.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends the request; set on the routes of the API. */
    principal: Principal;
  }
}

/** JSON bodies are at most 500 rules of 550 characters; everything larger comes as a file. */
const MAX_JSON_BYTES = 4 * 1024 * 1024;
/** List filters take up to 1,000 ids in the URL. */
const MAX_HEADER_BYTES = 64 * 1024;

export interface HttpDeps
  extends Pick<ClassifyRouteDeps, 'allowUrlInputs' | 'jobCreated' | 'jobCancelled'>,
    Pick<DeliveryRouteDeps, 'deliveryCreated'> {
  db: Database;
  blobs: DiskBlobs;
  /** What webhook settings are encrypted with. */
  vault: Vault;
  logger: FastifyBaseLogger;
  /** Key that download links are signed with. */
  urlSigningKey: Buffer;
  /** Where clients reach the server, if not where they say they do (the Host header). */
  publicUrl: string | null;
  maxUploadBytes: number;
  /** What the server may fetch on a client's behalf. */
  outbound: OutboundPolicy;
  /** Rejects while the server cannot do its work. */
  checkReady(): Promise<void>;
  feed: JobFeed;
  limits: Limits;
  /** Requests that may stay open at a time: those that wait for a job, and those that follow the events. */
  maxWaitingRequests: number;
  maxEventStreams: number;
  version: string;
}

/** The HTTP API: it only reads and writes rows and blobs; the work is done by workers. */
export async function buildApp(deps: HttpDeps): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    loggerInstance: deps.logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: () => randomUUID(),
    bodyLimit: MAX_JSON_BYTES,
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 500 },
    // Requests in flight are finished on close; idle keep-alive connections must not hold it up.
    forceCloseConnections: 'idle',
    // What the framework refuses before any hook runs, so that the hooks' part is done here.
    frameworkErrors: (error, request, reply) => {
      sendError(error, request, reply.header('x-request-id', request.id));
      logRequest(request, reply);
    },
    clientErrorHandler: refuseUnreadable,
  });
  app.setValidatorCompiler(validatorCompiler);
  // Answers are built from typed values; checking each again would double the cost of a request.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler(sendError);
  app.setNotFoundHandler(() => {
    throw new AppError('not_found', 'Not Found');
  });
  readJsonBodies(app);
  logRequests(app);
  const methodsOf = collectMethods(app);

  await app.register(cors, {
    origin: '*',
    methods: METHODS,
    exposedHeaders: ['x-request-id', 'retry-after', 'retry-after-ms', 'x-should-retry'],
  });
  await app.register(multipart, { limits: { fileSize: deps.maxUploadBytes, files: 1, fields: 20, fieldSize: 65_536 } });
  await app.register(apiDescription(deps.version));
  await app.register(healthRoutes(deps));

  const authenticate = createAuthenticate(deps.db, deps.publicUrl);
  const urls = new SignedUrls(deps.urlSigningKey, deps.publicUrl);
  const uploads = new FileUploads(deps);
  await app.register(downloadRoutes({ ...deps, urls }));
  await app.register(uploadRoutes({ uploads, urls }));
  await app.register(openParseRoutes({ ...deps, urls }));
  const rates = new RequestRates(deps.limits);
  await app.register(async (api) => {
    api.addHook('onRequest', (request, _reply, done) => {
      const principal = authenticate(request);
      if (principal instanceof Promise) {
        principal.then((found) => {
          request.principal = found;
          done();
        }, done);
      } else {
        request.principal = principal;
        done();
      }
    });
    api.addHook('onRequest', (request, _reply, done) => {
      const admitted = rates.admit(request.principal);
      if (admitted === null) done();
      else admitted.then(() => done(), done);
    });
    await api.register(classifyRoutes(deps));
    await api.register(bulkRoutes(deps));
    await api.register(rerunRoutes(deps));
    await api.register(detailsRoutes(deps));
    await api.register(feedbackRoutes(deps));
    await api.register(statsRoutes(deps));
    await api.register(eventRoutes(deps));
    await api.register(classifierRoutes(deps));
    await api.register(configurationRoutes(deps));
    await api.register(projectRoutes(deps));
    await api.register(webhookConfigRoutes(deps));
    await api.register(parseRoutes({ ...deps, uploads, urls }));
    await api.register(deliveryRoutes(deps));
    await api.register(fileRoutes({ ...deps, uploads, urls }));
    await api.register(legacyFileRoutes({ ...deps, uploads, urls }));
  });
  await app.register(sessionRoutes({ ...deps, authenticate }));
  answerOtherMethods(app, methodsOf);
  return app;
}

function readJsonBodies(app: FastifyInstance): void {
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser(/^application\/(.+\+)?json/, { parseAs: 'string' }, async (_: unknown, body: string) =>
    parseJsonBody(body),
  );
  // FastAPI reads any other body as one string, which then fits no schema.
  app.addContentTypeParser('*', { parseAs: 'string' }, async (request: FastifyRequest, body: string) => {
    if (body === '' || !request.routeOptions.schema?.body) return undefined;
    throw new RequestValidationError([
      {
        type: 'model_attributes_type',
        loc: ['body'],
        msg: 'Input should be a valid dictionary or object to extract fields from; send JSON with the header Content-Type: application/json',
      },
    ]);
  });
}

/** One line for each answered request: never the query, which may hold a signature, nor anything of the body. */
function logRequests(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    logRequest(request, reply);
    done();
  });
}

function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  request.log.info(
    {
      method: request.method,
      route: request.routeOptions.url ?? null,
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime * 10) / 10,
    },
    'request',
  );
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Notes which methods each path has, from now on. */
function collectMethods(app: FastifyInstance): Map<string, Set<string>> {
  const methodsOf = new Map<string, Set<string>>();
  app.addHook('onRoute', (route) => {
    const methods = methodsOf.get(route.url) ?? new Set();
    for (const method of [route.method].flat()) methods.add(method);
    methodsOf.set(route.url, methods);
  });
  return methodsOf;
}

/** Answers the methods a path does not have with 405 and the ones it has. */
function answerOtherMethods(app: FastifyInstance, methodsOf: ReadonlyMap<string, Set<string>>): void {
  for (const [url, methods] of [...methodsOf]) {
    const allow = [...methods];
    const missing = METHODS.filter((method) => !methods.has(method));
    if (missing.length === 0 || url.includes('*')) continue;
    app.route({
      method: missing,
      url,
      schema: { hide: true },
      handler: async (_request, reply) => {
        reply.header('allow', allow.join(', '));
        throw new AppError('method_not_allowed', 'Method Not Allowed');
      },
    });
  }
}
