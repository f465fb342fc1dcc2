import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { DiskBlobs } from '../../blobs/disk.ts';
import type { StoredFile } from '../../domain/file.ts';
import { DateTime } from '../../domain/text.ts';
import { AppError } from '../../errors.ts';
import { normalizeId } from '../../lib/ids.ts';
import type { Database } from '../../store/database.ts';
import { deleteFile, FILE_ORDER_COLUMNS, type FileOrder, findFile, listFiles } from '../../store/files.ts';
import { scopeOf } from '../auth.ts';
import { RequestValidationError } from '../error-response.ts';
import { errors } from '../openapi.ts';
import { decodePageToken, encodePageToken } from '../pagination.ts';
import { QueryList, ScopeQuery } from '../query.ts';
import { MAX_URL_LIFETIME_SECONDS, PresignedUrl, type SignedUrls } from '../signed-urls.ts';
import type { FileUploads } from '../uploads.ts';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1_000;

export interface FileRouteDeps {
  db: Database;
  blobs: DiskBlobs;
  uploads: FileUploads;
  urls: SignedUrls;
}

const FileObject = z
  .object({
    id: z.string().describe('`dfl-` and a UUID.'),
    name: z.string(),
    project_id: z.string(),
    external_file_id: z.string().nullable(),
    file_type: z.string().nullable().describe('Extension of the name, without dot.'),
    last_modified_at: DateTime.nullable(),
    expires_at: DateTime.nullable().describe('Always null: files are kept until they are deleted.'),
    purpose: z.string().nullable(),
    download_url: PresignedUrl.nullable().describe('Only with `expand=download_url`.'),
  })
  .meta({ id: 'File' });
type FileObject = z.infer<typeof FileObject>;

const FilePage = z
  .object({ items: z.array(FileObject), next_page_token: z.string().nullable(), total_size: z.int().nullable() })
  .meta({ id: 'FilePage' });

const Expand = z.array(z.enum(['download_url']));

const ExpandQuery = ScopeQuery.extend({ expand: Expand.optional() });

const OrderBy = z
  .string()
  .describe('`name`, `id` or `created_at`, each with ` asc` or ` desc`; a comma-separated list is accepted.');

const ListQuery = ExpandQuery.extend({
  page_size: z.int().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE),
  page_token: z.string().optional(),
  file_ids: QueryList.optional(),
  file_name: z.string().optional().describe('Exact name.'),
  external_file_id: z.string().optional(),
  order_by: OrderBy.optional(),
});

const QueryFiles = z
  .object({
    filter: z
      .object({
        project_id: z.string().nullish(),
        file_ids: z.array(z.string()).max(MAX_PAGE_SIZE).nullish(),
        file_name: z.string().nullish(),
        external_file_id: z.string().nullish(),
        data_source_id: z.string().nullish().describe('No file of this server comes from a data source.'),
        only_manually_uploaded: z.boolean().nullish().describe('All files of this server are.'),
      })
      .nullish(),
    order_by: OrderBy.nullish(),
    page_size: z.int().min(1).nullish(),
    page_token: z.string().nullish(),
  })
  .meta({ id: 'FilesQuery', examples: [{ filter: { file_name: 'invoice.pdf' }, order_by: 'name', page_size: 20 }] });

const UploadForm = z.object({
  file: z.file().describe('The bytes, with a file name.'),
  purpose: z.string().describe('For example `classify`; kept, and not enforced.'),
  external_file_id: z.string().optional().describe('Id of the file in another system; need not be unique.'),
});

const FileParams = z.object({ file_id: z.string() });

/** `/api/v1/beta/files`: the files API of the current SDKs. */
export function fileRoutes({ db, blobs, uploads, urls }: FileRouteDeps): FastifyPluginAsyncZod {
  const show = (request: FastifyRequest, file: StoredFile, expand: readonly string[] = []): FileObject => ({
    id: file.id,
    name: file.name,
    project_id: file.projectId,
    external_file_id: file.externalFileId,
    file_type: file.fileType,
    last_modified_at: file.updatedAt,
    expires_at: null,
    purpose: file.purpose,
    download_url: expand.includes('download_url') ? urls.create(request, file.id) : null,
  });

  const page = async (
    request: FastifyRequest,
    projectId: string,
    query: {
      ids?: readonly string[] | null | undefined;
      name?: string | null | undefined;
      externalFileId?: string | null | undefined;
      orderBy?: string | null | undefined;
      pageSize: number;
      pageToken?: string | null | undefined;
      expand?: readonly string[] | undefined;
    },
  ) => {
    const order = fileOrder(query.orderBy || 'created_at desc');
    const { files, next } = await listFiles(
      db,
      {
        projectId,
        fileIds: query.ids?.map((id) => normalizeId('file', id)),
        name: query.name ?? undefined,
        externalFileId: query.externalFileId ?? undefined,
      },
      { limit: query.pageSize, order, after: query.pageToken ? decodePageToken(query.pageToken, order.length) : null },
    );
    return {
      items: files.map((file) => show(request, file, query.expand)),
      next_page_token: next && encodePageToken(next),
      total_size: null,
    };
  };

  return async (app) => {
    app.post(
      '/api/v1/beta/files',
      {
        schema: {
          operationId: 'uploadFile',
          tags: ['Files'],
          summary: 'Upload a file',
          description: 'The parts of the form may come in any order.',
          consumes: ['multipart/form-data'],
          form: UploadForm,
          querystring: ScopeQuery,
          response: { 201: FileObject, ...errors(400, 401, 403, 413, 422) },
        },
      },
      async (request, reply) => {
        const projectId = scopeOf(request.principal, request.query);
        const file = await uploads.receive(request, projectId, 'file', describeForm);
        return reply.code(201).send(show(request, file));
      },
    );

    app.put(
      '/api/v1/beta/files',
      {
        schema: {
          operationId: 'upsertFile',
          tags: ['Files'],
          summary: 'Upload a file, or the new content of one',
          description:
            'A file of the project with the same `external_file_id` keeps its id and gets the bytes, the name and the ' +
            'purpose; where there is none, or no `external_file_id` is sent, a new file is made.',
          consumes: ['multipart/form-data'],
          form: UploadForm,
          querystring: ScopeQuery,
          response: { 200: FileObject, ...errors(400, 401, 403, 413, 422) },
        },
      },
      async (request) => {
        const projectId = scopeOf(request.principal, request.query);
        return show(request, await uploads.receive(request, projectId, 'file', describeForm, { replace: true }));
      },
    );

    app.get(
      '/api/v1/beta/files',
      {
        schema: {
          operationId: 'listFiles',
          tags: ['Files'],
          summary: 'List files',
          description: 'Newest first unless `order_by` says otherwise.',
          querystring: ListQuery,
          response: { 200: FilePage, ...errors(400, 401, 403, 422) },
        },
      },
      async (request) => {
        const { query } = request;
        return page(request, scopeOf(request.principal, query), {
          ids: query.file_ids,
          name: query.file_name,
          externalFileId: query.external_file_id,
          orderBy: query.order_by,
          pageSize: query.page_size,
          pageToken: query.page_token,
          expand: query.expand,
        });
      },
    );

    app.post(
      '/api/v1/beta/files/query',
      {
        schema: {
          operationId: 'queryFiles',
          tags: ['Files'],
          summary: 'List files, filter in the body',
          deprecated: true,
          querystring: ExpandQuery,
          body: QueryFiles.nullish(),
          response: { 200: FilePage, ...errors(400, 401, 403, 422) },
        },
      },
      async (request) => {
        const { filter, ...body } = request.body ?? {};
        const projectId = scopeOf(request.principal, {
          ...request.query,
          project_id: filter?.project_id || request.query.project_id,
        });
        if (filter?.data_source_id) return { items: [], next_page_token: null, total_size: null };
        return page(request, projectId, {
          ids: filter?.file_ids,
          name: filter?.file_name,
          externalFileId: filter?.external_file_id,
          orderBy: body.order_by,
          pageSize: Math.min(body.page_size ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE),
          pageToken: body.page_token,
          expand: request.query.expand,
        });
      },
    );

    app.get(
      '/api/v1/beta/files/:file_id',
      {
        schema: {
          operationId: 'getFile',
          tags: ['Files'],
          summary: 'Get a file',
          params: FileParams,
          querystring: ExpandQuery,
          response: { 200: FileObject, ...errors(401, 403, 404, 422) },
        },
      },
      async (request) => {
        const file = await requireFile(db, scopeOf(request.principal, request.query), request.params.file_id);
        return show(request, file, request.query.expand);
      },
    );

    app.delete(
      '/api/v1/beta/files/:file_id',
      {
        schema: {
          operationId: 'deleteFile',
          tags: ['Files'],
          summary: 'Delete a file',
          description: 'Also deletes the text that was read from it. Finished jobs stay.',
          params: FileParams,
          querystring: ScopeQuery,
          response: { 204: z.null(), ...errors(401, 403, 404, 422) },
        },
      },
      async (request, reply) => {
        await removeFile({ db, blobs }, scopeOf(request.principal, request.query), request.params.file_id);
        return reply.code(204).send(null);
      },
    );

    app.get(
      '/api/v1/beta/files/:file_id/content',
      {
        schema: {
          operationId: 'getFileContent',
          tags: ['Files'],
          summary: 'Get a link to the content of a file',
          params: FileParams,
          querystring: ScopeQuery.extend({
            expires_at_seconds: z.int().min(1).max(MAX_URL_LIFETIME_SECONDS).optional(),
          }),
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

/** What the form of an upload says about the file. */
function describeForm(fields: ReadonlyMap<string, string>): { purpose: string; externalFileId: string | null } {
  const purpose = fields.get('purpose');
  if (!purpose) {
    throw new RequestValidationError([
      { type: 'missing', loc: ['body', 'purpose'], msg: 'Field required', input: null },
    ]);
  }
  return { purpose, externalFileId: fields.get('external_file_id') || null };
}

/** @throws AppError `not_found`. */
export async function requireFile(db: Database, projectId: string, id: string): Promise<StoredFile> {
  const file = await findFile(db, projectId, normalizeId('file', id));
  if (!file) throw fileNotFound(id);
  return file;
}

/** Deletes a file and everything only it used. @throws AppError `not_found`. */
export async function removeFile(
  { db, blobs }: { db: Database; blobs: DiskBlobs },
  projectId: string,
  id: string,
): Promise<void> {
  const blobKeys = await deleteFile(db, projectId, normalizeId('file', id));
  if (blobKeys === null) throw fileNotFound(id);
  for (const key of blobKeys) await blobs.remove(key);
}

const fileNotFound = (id: string) => new AppError('not_found', `File ${id} not found`);

/** `name desc, id` → columns and directions, made unique by the id at the end. */
function fileOrder(text: string): FileOrder {
  const order: FileOrder = [];
  for (const part of text.split(',')) {
    const [name = '', direction = 'asc', ...rest] = part.trim().toLowerCase().split(/\s+/);
    const column = FILE_ORDER_COLUMNS.find((candidate) => candidate === name);
    if (!column || !(direction === 'asc' || direction === 'desc') || rest.length > 0) {
      throw new RequestValidationError([
        {
          type: 'value_error',
          loc: ['query', 'order_by'],
          msg: `Value error, order_by takes ${FILE_ORDER_COLUMNS.join(', ')}, each followed by asc or desc`,
          input: text.slice(0, 200),
        },
      ]);
    }
    if (!order.some((known) => known.column === column)) order.push({ column, direction });
  }
  if (!order.some(({ column }) => column === 'id')) order.push({ column: 'id', direction: order[0]!.direction });
  return order;
}
