import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { DiskBlobs } from '../../blobs/disk.ts';
import { AppError } from '../../errors.ts';
import type { Database } from '../../store/database.ts';
import { findFileOfAnyProject } from '../../store/files.ts';
import { errors } from '../openapi.ts';
import type { SignedUrls } from '../signed-urls.ts';

/** A stream, to the type checker; a file, to readers of the API's description. */
const Bytes = z.custom<Readable>().meta({ type: 'string', format: 'binary' });

/** Where signed links lead: the bytes of one file, for whoever holds the link. */
export function downloadRoutes({
  db,
  blobs,
  urls,
}: {
  db: Database;
  blobs: DiskBlobs;
  urls: SignedUrls;
}): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/download/:file_id',
      {
        schema: {
          operationId: 'downloadFile',
          tags: ['Files'],
          summary: 'Download a file by a signed link',
          security: [],
          params: z.object({ file_id: z.string() }),
          querystring: z.object({ expires: z.int(), signature: z.string() }),
          response: {
            200: { description: 'The bytes of the file.', content: { 'application/octet-stream': { schema: Bytes } } },
            ...errors(403, 404, 422),
          },
        },
      },
      async (request, reply) => {
        const { file_id } = request.params;
        if (!urls.verify(file_id, request.query.expires, request.query.signature)) {
          throw new AppError('forbidden', 'The link is not valid or has expired; ask for a new one.');
        }
        const file = await findFileOfAnyProject(db, file_id);
        if (!file) throw new AppError('not_found', `File ${file_id} not found`);
        const bytes = blobs.stream(file.blobKey);
        // Until there is something to send, the answer may still become an error.
        await once(bytes, 'readable');
        return reply
          .headers({
            'content-type': 'application/octet-stream',
            'content-length': file.sizeBytes,
            // The name a client gave may be a path, which is not for this server to choose on the reader's machine.
            'content-disposition': contentDisposition(file.name.replace(/[/\\]/g, '_')),
            // The bytes are a stranger's: no browser shall guess that they are a page of this server.
            'x-content-type-options': 'nosniff',
            'cache-control': 'private, no-store',
          })
          .send(bytes);
      },
    );
  };
}
