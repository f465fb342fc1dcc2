import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyReply } from 'fastify';
import { expect, test } from 'vitest';
import { Seats } from '../../src/http/seats.ts';

test('a client that has gone before it got a seat does not keep one', async () => {
  const arrived = Promise.withResolvers<ServerResponse>();
  const server = createServer((_request, response) => arrived.resolve(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const gone = new AbortController();
  const request = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { signal: gone.signal });
  const raw = await arrived.promise;
  const closed = once(raw, 'close');
  gone.abort();
  await expect(request).rejects.toThrow();
  await closed;

  const seats = new Seats(1, 'guests');
  for (let turn = 0; turn < 3; turn++) {
    expect(seats.take('project', { raw } as FastifyReply).signal.aborted).toBe(true);
  }
  server.close();
});
