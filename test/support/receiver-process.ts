/*
 * A receiver of webhooks, as a process of its own. What a path begins with says how it behaves; what it got is sent to
 * the parent before it answers.
 */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedEvent {
  path: string;
  headers: Record<string, string>;
  body: string;
  /** How many requests with this event id came to this path, with this one. */
  attempt: number;
}

const attempts = new Map<string, number>();

const server = createServer(async (request, response) => {
  // Clients that give up are no reason to die.
  response.on('error', () => {});
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const path = request.url!;
  const key = `${path} ${request.headers['x-webhook-event-id']}`;
  const attempt = (attempts.get(key) ?? 0) + 1;
  attempts.set(key, attempt);
  const event = { path, headers: request.headers, body: Buffer.concat(chunks).toString('utf8'), attempt };
  process.send!(event, () => answer(path, attempt, response));
});

function answer(path: string, attempt: number, response: ServerResponse): void {
  const [, what, number] = path.split('/');
  const { socket } = response;
  if (what === 'fails' && attempt <= Number(number)) response.writeHead(500).end('try again');
  else if (what === 'status') response.writeHead(Number(number), { location: '/ok/redirected' }).end();
  else if (what === 'resets') socket?.resetAndDestroy();
  else if (what === 'no-http') socket?.end('HELLO\r\n\r\n');
  else if (what === 'cut') response.writeHead(200, { 'content-length': 1_000 }).write('short', () => socket?.destroy());
  else if (what === 'endless') {
    response.writeHead(200);
    const write = () => {
      while (response.writable && response.write(Buffer.alloc(16_384)));
    };
    response.on('drain', write);
    write();
  } else if (what === 'open') response.writeHead(200).write('to be continued');
  else if (what !== 'stalls') response.writeHead(200).end('thank you');
}

server.listen(Number(process.argv[2] ?? 0), '127.0.0.1');
await once(server, 'listening');
process.send!({ port: (server.address() as AddressInfo).port });
process.on('disconnect', () => process.exit());
