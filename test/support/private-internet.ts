/*
 * A network of its own with public addresses, private ones and a name server, none of which leads out of this machine:
 * run by `unshare --map-root-user --net --mount`. A real server with default settings fetches URLs in it; what came of
 * each is written to standard output as JSON.
 */
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Api } from './api.ts';
import { dispose, startServer, temporaryDirectory } from './server.ts';

const PUBLIC = '8.8.8.8';
const PRIVATE = ['127.0.0.1', '10.0.0.1', '169.254.169.254'];

/** What each name resolves to, query by query; the last entry repeats. */
const NAMES: Record<string, string[][]> = {
  'public.test': [[PUBLIC]],
  'inside.test': [['10.0.0.1']],
  'both.test': [[PUBLIC, '127.0.0.1']],
  'changing.test': [[PUBLIC], ['127.0.0.1']],
};

export interface Outcome {
  name: string;
  status: number;
  body: unknown;
}

export interface World {
  /** Whether the private addresses answer at all. */
  reachable: boolean;
  outcomes: Outcome[];
  /** Requests that reached the public server, by path. */
  publicRequests: string[];
  /** Requests that reached a private address: there must be none. */
  privateRequests: string[];
  /** How often each name was looked up. */
  lookups: Record<string, number>;
}

const ip = (...args: string[]) => execFileSync('ip', args);
ip('link', 'set', 'lo', 'up');
for (const address of [PUBLIC, '10.0.0.1', '169.254.169.254']) ip('addr', 'add', `${address}/32`, 'dev', 'lo');
const resolver = join(await temporaryDirectory(), 'resolv.conf');
writeFileSync(resolver, 'nameserver 127.0.0.1\noptions attempts:1\n');
execFileSync('mount', ['--bind', resolver, '/etc/resolv.conf']);

const lookups: Record<string, number> = {};
const names = createSocket('udp4');
names.on('message', (query, from) => names.send(answer(query), from.port, from.address));
names.bind(53, '127.0.0.1');
await once(names, 'listening');

/** A name server in the size of a test: one question, addresses of version 4 only, nothing may be kept. */
function answer(query: Buffer): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const question = query.subarray(12, at + 5);
  const name = labels.join('.').toLowerCase();
  const wantsIpv4 = query.readUInt16BE(at + 1) === 1;
  const turns = NAMES[name];
  let addresses: string[] = [];
  if (turns && wantsIpv4) {
    const turn = lookups[name] ?? 0;
    lookups[name] = turn + 1;
    addresses = turns[Math.min(turn, turns.length - 1)]!;
  }
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(turns ? 0x8580 : 0x8583, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) =>
    Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([header, question, ...records]);
}

const publicRequests: string[] = [];
const publicServer = createServer((request, response) => {
  publicRequests.push(request.url!);
  const target = new URL(request.url!, 'http://public.test').searchParams.get('to');
  if (target) response.writeHead(302, { location: target }).end();
  else response.end('public content');
}).listen(80, PUBLIC);
await once(publicServer, 'listening');

const privateRequests: string[] = [];
for (const address of PRIVATE) {
  const server = createServer((request, response) => {
    privateRequests.push(`${address}${request.url}`);
    response.end('internal content');
  }).listen(80, address);
  await once(server, 'listening');
}

// Whoever does not look can get there.
for (const address of PRIVATE) await (await fetch(`http://${address}/control`)).text();
const reachable = privateRequests.splice(0).length === PRIVATE.length;

const server = await startServer({ PIGEONHOLE_WORKERS: '1' });
const outcomes: Outcome[] = [];
try {
  const api = new Api(server.url);
  const redirect = (target: string) => `http://public.test/go?to=${encodeURIComponent(target)}`;
  const urls: Record<string, string> = {
    'a public name': 'http://public.test/a.txt',
    'a public address': `http://${PUBLIC}/a.txt`,
    'a redirect to a public address': redirect(`http://${PUBLIC}/a.txt`),
    'a private address': 'http://10.0.0.1/',
    'a name with a private address': 'http://inside.test/',
    'a name with a public and a private address': 'http://both.test/',
    'a redirect to loopback': redirect('http://127.0.0.1/secret'),
    'a redirect to the address of cloud metadata': redirect('http://169.254.169.254/latest/meta-data'),
    'a redirect to a name with a private address': redirect('http://inside.test/secret'),
    'a redirect to loopback after another one': redirect(redirect('http://[::ffff:127.0.0.1]/secret')),
    'a name that is public at first': 'http://changing.test/a.txt',
    'a name that has become private': 'http://changing.test/a.txt',
  };
  for (const [name, url] of Object.entries(urls)) {
    const { status, body } = await api.call('PUT', '/api/v1/files/upload_from_url', { json: { url } });
    outcomes.push({ name, status, body });
  }
} finally {
  await dispose(server);
}
const world: World = { reachable, outcomes, publicRequests, privateRequests, lookups };
process.stdout.write(JSON.stringify(world), () => process.exit(0));
