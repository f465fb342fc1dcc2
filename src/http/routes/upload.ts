import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { errors } from '../openapi.ts';
import type { SignedUrls } from '../signed-urls.ts';
import type { FileUploads } from '../uploads.ts';
import { LegacyFile, showLegacy } from './legacy-files.ts';

/** Where signed upload links lead: the bytes of one file, from whoever holds the link. */
export function uploadRoutes({ uploads, urls }: { uploads: FileUploads; urls: SignedUrls }): FastifyPluginAsyncZod {
  return async (app) => {
    // Whatever the client calls them, these are bytes, and they go to storage as they come.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    app.put(
      '/upload',
      {
        bodyLimit: Number.MAX_SAFE_INTEGER,
        schema: {
          operationId: 'uploadToLink',
          tags: ['Files (legacy)'],
          summary: 'Upload a file to a signed link',
          description: 'The body is the file. The same bytes may be sent again; others answer 409.',
          security: [],
          consumes: ['application/octet-stream'],
          form: z.file().describe('The bytes.'),
          querystring: z.object({ ticket: z.string(), expires: z.int(), signature: z.string() }),
          response: { 200: LegacyFile, ...errors(400, 403, 409, 413, 422) },
        },
      },
      async (request) => {
        const { ticket, expires, signature } = request.query;
        const announced = urls.readUpload(ticket, expires, signature);
        if (!announced) throw new AppError('forbidden', 'The link is not valid or has expired; ask for a new one.');
        const bytes = request.body instanceof Readable ? request.body : Readable.from([]);
        return showLegacy(await uploads.saveAnnounced(bytes, { ...announced, purpose: null }));
      },
    );
  };
}
