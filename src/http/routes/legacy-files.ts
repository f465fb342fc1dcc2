import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { StoredFile } from '../../domain/file.ts';
import { boundedText, DateTime } from '../../domain/text.ts';
import { AppError } from '../../errors.ts';
import { bareId, newId } from '../../lib/ids.ts';
import { fetchUntrusted, nameInUrl, type OutboundPolicy } from '../../lib/outbound.ts';
import { type FileOrder, listFiles } from '../../store/files.ts';
import { scopeOf } from '../auth.ts';
import { errors } from '../openapi.ts';
import { ScopeQuery } from '../query.ts';
import { MAX_URL_LIFETIME_SECONDS, PresignedUrl } from '../signed-urls.ts';
import { type FileRouteDeps, removeFile, requireFile } from './files.ts';

export const LegacyFile = z
  .object({
    id: z.string().describe('A bare UUID; the same file is `dfl-<uuid>` elsewhere.'),
    created_at: DateTime,
    updated_at: DateTime,
    name: z.string(),
    external_file_id: z.string().nullable(),
    file_size: z.int(),
    file_type: z.string().nullable(),
    project_id: z.string(),
    last_modified_at: DateTime.nullable(),
    resource_info: z.unknown().nullable(),
    permission_info: z.unknown().nullable(),
    data_source_id: z.string().nullable(),
  })
  .meta({ id: 'LegacyFile' });

const RequestHeaders = z.record(z.string(), z.string()).refine(areHeaders, {
  error: 'request_headers must be names and values that HTTP allows',
});

const UploadFromUrl = z
  .object({
    url: boundedText({ min: 1, max: 8_192 }),
    name: boundedText({ max: 1_000 }).nullish().describe('Default: the last part of the URL.'),
    proxy_url: z.string().nullish().describe('Not supported.'),
    request_headers: RequestHeaders.nullish(),
    verify_ssl: z.boolean().default(true),
    follow_redirects: z.boolean().default(true),
    resource_info: z.record(z.string(), z.unknown()).nullish(),
  })
  .meta({ id: 'FileUploadFromUrl', examples: [{ url: 'https://example.com/invoices/2041.pdf', name: 'invoice.pdf' }] });

/** Old clients expect all files in one array. Newer ones page through `/api/v1/beta/files`. */
const MAX_LISTED = 10_000;

const LegacyFileList = z.array(LegacyFile);

const AnnounceFile = z
  .object({
    name: boundedText({ min: 1, max: 1_000 }),
    external_file_id: boundedText({ max: 255 }).nullish(),
    file_size: z.int().min(0).nullish().describe('Bytes; if given, exactly as many have to come.'),
    last_modified_at: z.string().nullish().describe('Accepted and not kept, like the fields below.'),
    resource_info: z.record(z.string(), z.unknown()).nullish(),
    permission_info: z.record(z.string(), z.unknown()).nullish(),
    data_source_id: z.string().nullish(),
  })
  .meta({ id: 'FileCreate', examples: [{ name: 'invoice.pdf', external_file_id: 'crm/42', file_size: 48_213 }] });

const FileIdPresignedUrl = PresignedUrl.extend({
  file_id: z.string().describe('The file has this id once its bytes are there.'),
}).meta({ id: 'FileIdPresignedUrl' });

const UrlLifetimeQuery = ScopeQuery.extend({
  expires_at_seconds: z.int().min(1).max(MAX_URL_LIFETIME_SECONDS).optional(),
});

const UploadForm = z.object({ upload_file: z.file().describe('The bytes, with a file name.') });

const FileParams = z.object({ file_id: z.string() });

/** `/api/v1/files`: the files API of clients before SDK 1.0, with bare UUIDs as ids. */
export function legacyFileRoutes(deps: FileRouteDeps & { outbound: OutboundPolicy }): FastifyPluginAsyncZod {
  const { db, uploads, urls, outbound } = deps;
  const list = async (projectId: string) => {
    const { files } = await listFiles(db, { projectId }, { limit: MAX_LISTED, order: NEWEST_FIRST, after: null });
    return files.map(showLegacy);
  };
  return async (app) => {
    app.post(
      '/api/v1/files',
      {
        schema: {
          operationId: 'uploadFileLegacy',
          tags: ['Files (legacy)'],
          summary: 'Upload a file',
          consumes: ['multipart/form-data'],
          form: UploadForm,
          querystring: ScopeQuery.extend({ external_file_id: z.string().optional() }),
          response: { 200: LegacyFile, ...errors(400, 401, 403, 413, 422) },
        },
      },
      async (request) => {
        const projectId = scopeOf(request.principal, request.query);
        const externalFileId = request.query.external_file_id ?? null;
        return showLegacy(
          await uploads.receive(request, projectId, 'upload_file', () => ({ purpose: null, externalFileId })),
        );
      },
    );

    app.get(
      '/api/v1/files',
      {
        schema: {
          operationId: 'listFilesLegacy',
          tags: ['Files (legacy)'],
          summary: 'List files',
          description: `The newest ${MAX_LISTED.toLocaleString('en')}, newest first; \`/api/v1/beta/files\` has pages.`,
          querystring: ScopeQuery,
          response: { 200: LegacyFileList, ...errors(401, 403, 422) },
        },
      },
      async (request) => list(scopeOf(request.principal, request.query)),
    );

    app.put(
      '/api/v1/files',
      {
        schema: {
          operationId: 'createUploadUrlLegacy',
          tags: ['Files (legacy)'],
          summary: 'Get a link to upload a file to',
          description: 'PUT the bytes to `url`, with no key and nothing around them. Until then there is no such file.',
          querystring: UrlLifetimeQuery,
          body: AnnounceFile,
          response: { 200: FileIdPresignedUrl, ...errors(400, 401, 403, 413, 422) },
        },
      },
      async (request) => {
        const { name, external_file_id, file_size } = request.body;
        uploads.assertFits(file_size ?? 0);
        const fileId = newId('file');
        const ticket = {
          fileId,
          projectId: scopeOf(request.principal, request.query),
          name,
          externalFileId: external_file_id || null,
          sizeBytes: file_size ?? null,
        };
        const link = urls.createUpload(request, ticket, request.query.expires_at_seconds);
        return { ...link, file_id: bareId(fileId) };
      },
    );

    app.put(
      '/api/v1/files/sync',
      {
        schema: {
          operationId: 'syncFilesLegacy',
          tags: ['Files (legacy)'],
          summary: 'List files after uploads to links',
          description: 'A file exists as soon as its bytes are there, so there is nothing to bring up to date.',
          querystring: ScopeQuery,
          response: { 200: LegacyFileList, ...errors(401, 403, 422) },
        },
      },
      async (request) => list(scopeOf(request.principal, request.query)),
    );

    app.put(
      '/api/v1/files/upload_from_url',
      {
        schema: {
          operationId: 'uploadFileFromUrlLegacy',
          tags: ['Files (legacy)'],
          summary: 'Fetch a file from a URL',
          description:
            'http and https only; addresses that are not public are refused unless the operator allows them.',
          querystring: ScopeQuery,
          body: UploadFromUrl,
          response: { 200: LegacyFile, ...errors(400, 401, 403, 413, 422) },
        },
      },
      async (request) => {
        const projectId = scopeOf(request.principal, request.query);
        const { body } = request;
        if (body.proxy_url) throw new AppError('bad_request', 'proxy_url is not supported.');
        const name = body.name || nameInUrl(body.url);
        const response = await fetchUntrusted(body.url, outbound, {
          headers: body.request_headers ?? {},
          verifyTls: body.verify_ssl,
          followRedirects: body.follow_redirects,
        });
        try {
          return showLegacy(await uploads.save(response, projectId, { name, purpose: null, externalFileId: null }));
        } catch (error) {
          if (error instanceof AppError) throw error;
          throw new AppError('bad_request', 'The URL could not be fetched: the answer was cut off or took too long.', {
            cause: error,
          });
        } finally {
          response.destroy();
        }
      },
    );

    app.get(
      '/api/v1/files/:file_id',
      {
        schema: {
          operationId: 'getFileLegacy',
          tags: ['Files (legacy)'],
          summary: 'Get a file',
          params: FileParams,
          querystring: ScopeQuery,
          response: { 200: LegacyFile, ...errors(401, 403, 404, 422) },
        },
      },
      async (request) =>
        showLegacy(await requireFile(db, scopeOf(request.principal, request.query), request.params.file_id)),
    );

    app.delete(
      '/api/v1/files/:file_id',
      {
        schema: {
          operationId: 'deleteFileLegacy',
          tags: ['Files (legacy)'],
          summary: 'Delete a file',
          params: FileParams,
          querystring: ScopeQuery,
          response: { 204: z.null(), ...errors(401, 403, 404, 422) },
        },
      },
      async (request, reply) => {
        await removeFile(deps, scopeOf(request.principal, request.query), request.params.file_id);
        return reply.code(204).send(null);
      },
    );

    app.get(
      '/api/v1/files/:file_id/content',
      {
        schema: {
          operationId: 'getFileContentLegacy',
          tags: ['Files (legacy)'],
          summary: 'Get a link to the content of a file',
          params: FileParams,
          querystring: UrlLifetimeQuery,
          response: { 200: PresignedUrl, ...errors(401, 403, 404, 422) },
        },
      },
      async (request) => {
        const file = await requireFile(db, scopeOf(request.principal, request.query), request.params.file_id);
        return urls.create(request, file.id, request.query.expires_at_seconds);
      },
    );
  };
}

const NEWEST_FIRST: FileOrder = [
  { column: 'created_at', direction: 'desc' },
  { column: 'id', direction: 'desc' },
];

export function showLegacy(file: StoredFile): z.infer<typeof LegacyFile> {
  return {
    id: bareId(file.id),
    created_at: file.createdAt,
    updated_at: file.updatedAt,
    name: file.name,
    external_file_id: file.externalFileId,
    file_size: file.sizeBytes,
    file_type: file.fileType,
    project_id: file.projectId,
    last_modified_at: file.updatedAt,
    resource_info: null,
    permission_info: null,
    data_source_id: null,
  };
}

function areHeaders(headers: Record<string, string>): boolean {
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    return true;
  } catch {
    return false;
  }
}
