import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { JobStatus } from '../../domain/job.ts';
import { DateTime } from '../../domain/text.ts';
import { Bell } from '../../lib/bell.ts';
import type { Database } from '../../store/database.ts';
import { eventRange, type JobEvent, type JobFeed, readEvents } from '../../store/job-feed.ts';
import { scopeOf } from '../auth.ts';
import { errors } from '../openapi.ts';
import { ScopeQuery } from '../query.ts';
import { Seats } from '../seats.ts';

/** Something is sent this often, so that neither side nor a proxy between them takes the connection for dead. */
const HEARTBEAT_MS = 15_000;
/** A client that takes nothing for so long is gone, or too slow: it may come back and go on where it was. */
const STALLED_MS = 45_000;
/** After how long a client that lost the connection should come back. */
const RECONNECT_MS = 2_000;
/** Events read, and held for a client, at a time. */
const MAX_BATCH = 200;

const ClassifyEvent = z
  .object({ job_id: z.string(), project_id: z.string(), status: JobStatus, created_at: DateTime })
  .meta({ id: 'ClassifyEvent' });

const Stream = z.custom<Readable>().meta({
  type: 'string',
  description: 'Server-sent events. The data of each is a `ClassifyEvent` as JSON; its id is where to resume.',
  examples: [
    'id: 42\ndata: {"job_id":"clj-0b4c2f0e-94c1-4f3c-8a53-3d1f6f0a7b11","project_id":"6b1f6e0e-6f9a-4a3e-9d5e-0f6b7f9d2c11","status":"COMPLETED","created_at":"2026-03-05T12:34:58.000000Z"}\n\n',
  ],
});

/** `/api/v2/classify/events`: every change of the project's classify jobs as it happens. */
export function eventRoutes({
  db,
  feed,
  maxEventStreams,
}: {
  db: Database;
  feed: JobFeed;
  maxEventStreams: number;
}): FastifyPluginAsyncZod {
  const seats = new Seats(maxEventStreams, 'event streams');
  return async (app) => {
    app.addHook('preClose', async () => seats.close());
    app.get(
      '/api/v2/classify/events',
      {
        exposeHeadRoute: false,
        schema: {
          operationId: 'streamClassifyEvents',
          tags: ['Classify'],
          summary: 'Follow status changes of the project as server-sent events',
          description:
            'Each event is one status one job has got. Without `Last-Event-ID` the stream begins now; with it, it goes ' +
            'on behind that event. An event named `missed` says that changes in between are not kept any more, so that ' +
            'jobs should be listed. An extension of Pigeonhole.',
          querystring: ScopeQuery,
          headers: z.object({
            'last-event-id': z
              .string()
              .regex(/^\d{0,15}$/, 'Last-Event-ID is the id of an event of this stream')
              .optional()
              .describe('Id of the last event that was received; browsers send it when they reconnect.'),
          }),
          response: {
            200: { description: 'Changes, as they happen.', content: { 'text/event-stream': { schema: Stream } } },
            ...errors(401, 403, 422),
          },
        },
      },
      async (request, reply) => {
        const projectId = scopeOf(request.principal, request.query);
        const { signal } = seats.take(projectId, reply);
        const lastSeen = request.headers['last-event-id'];
        // A connection on which nothing moves for so long, heartbeats included, is closed.
        request.raw.socket.setTimeout(STALLED_MS, () => request.raw.socket.destroy());
        return reply
          .headers({
            'content-type': 'text/event-stream; charset=utf-8',
            'cache-control': 'no-cache, no-transform',
            // Proxies that would collect the answer before they pass it on.
            'x-accel-buffering': 'no',
            connection: 'close',
          })
          .send(Readable.from(follow(projectId, lastSeen ? Number(lastSeen) : null, signal), { highWaterMark: 1 }));
      },
    );
  };

  /**
   * What a client reads, made as it reads: nothing is held for a slow one but the next batch, since it follows the log
   * with a position of its own.
   */
  async function* follow(projectId: string, lastSeen: number | null, signal: AbortSignal): AsyncGenerator<string> {
    const bell = new Bell();
    const unsubscribe = await feed.onProject(projectId, () => bell.ring());
    try {
      const { first, last } = await eventRange(db);
      let position = Math.min(lastSeen ?? last, last);
      yield `retry: ${RECONNECT_MS}\n\n`;
      const missed = lastSeen !== null && (lastSeen > last || (first !== null && lastSeen < first - 1));
      if (missed) yield `event: missed\ndata: {}\n\n`;
      while (!signal.aborted) {
        const events = await readEvents(db, projectId, { after: position, limit: MAX_BATCH });
        if (events.length > 0) {
          yield events.map((event) => format(projectId, event)).join('');
          position = events.at(-1)!.sequence;
        } else if (!(await bell.wait(HEARTBEAT_MS, signal)) && !signal.aborted) {
          yield ': nothing new\n\n';
        }
      }
    } finally {
      unsubscribe();
    }
  }
}

function format(projectId: string, { sequence, jobId, status, createdAt }: JobEvent): string {
  const data: z.infer<typeof ClassifyEvent> = {
    job_id: jobId,
    project_id: projectId,
    status,
    created_at: createdAt,
  };
  return `id: ${sequence}\ndata: ${JSON.stringify(data)}\n\n`;
}
