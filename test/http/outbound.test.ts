import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, Api, blobs, INVOICE, type InvalidRequest, type Refusal } from '../support/api.ts';
import type { World } from '../support/private-internet.ts';
import {
  dispose,
  environment,
  PROJECT_DIR,
  startServer,
  type TestServer,
  temporaryDirectory,
} from '../support/server.ts';

const LIMIT = 100_000;
const TIMEOUT_MS = 1_500;
const HAS_IPV6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));

interface Fetched {
  id: string;
  name: string;
  file_size: number;
  file_type: string | null;
}

/** A server of someone else's, on every address of this machine, that remembers who asked for what. */
interface Receiver {
  port: number;
  url: string;
  requests: { path: string; headers: IncomingMessage['headers'] }[];
  /** Connections, also those without a request. */
  connections: () => number;
  server: Server;
}

async function startReceiver(): Promise<Receiver> {
  const requests: Receiver['requests'] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    requests.push({ path: request.url!, headers: request.headers });
    respond(request.url!, response);
  });
  server.on('connection', () => {
    connections++;
  });
  server.listen(0, HAS_IPV6 ? '::' : '0.0.0.0');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}`, requests, connections: () => connections, server };
}

function respond(path: string, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(path, 'http://receiver');
  const [, what, count] = pathname.split('/');
  const begin = 'the beginning of a document';
  if (what === 'redirect') {
    const left = Number(count);
    response.writeHead(302, { location: left > 1 ? `/redirect/${left - 1}` : '/invoice.txt' }).end('moved');
  } else if (what === 'to') {
    response.writeHead(307, { location: searchParams.get('url')! }).end();
  } else if (what === 'nowhere') {
    response.writeHead(302).end();
  } else if (what === 'status') {
    response.writeHead(Number(count)).end();
  } else if (what === 'bytes') {
    response.writeHead(200, { 'content-length': count }).end(Buffer.alloc(Number(count), 65));
  } else if (what === 'endless') {
    const write = () => {
      while (response.writable && response.write(Buffer.alloc(16_384)));
    };
    response.on('drain', write);
    write();
  } else if (what === 'stalls') {
    response.write(begin);
  } else if (what === 'cut') {
    response.writeHead(200, { 'content-length': 1_000 }).write(begin);
    setTimeout(() => response.destroy(), 50);
  } else if (what !== 'silent') {
    response.end(INVOICE);
  }
}

const put = <Body = Fetched>(api: Api, json: object): Promise<Answer<Body>> =>
  api.call<Body>('PUT', '/api/v1/files/upload_from_url', { json });

let receiver: Receiver;
/** Another origin. */
let second: Receiver;
let strict: TestServer;
let open: TestServer;
let api: Api;

beforeAll(async () => {
  receiver = await startReceiver();
  second = await startReceiver();
  strict = await startServer({ PIGEONHOLE_WORKERS: '1' });
  open = await startServer({
    PIGEONHOLE_WORKERS: '1',
    PIGEONHOLE_ALLOW_PRIVATE_URLS: 'true',
    PIGEONHOLE_FETCH_TIMEOUT_MS: String(TIMEOUT_MS),
    PIGEONHOLE_MAX_UPLOAD_BYTES: String(LIMIT),
  });
  api = new Api(open.url);
});
beforeEach(() => {
  receiver.requests.length = 0;
  second.requests.length = 0;
});
afterAll(async () => {
  for (const { server } of [receiver, second]) {
    server.closeAllConnections();
    server.close();
  }
  await Promise.all([dispose(strict), dispose(open)]);
});

/** Ways to write an address of this machine. */
const LOCAL_HOSTS = [
  '127.0.0.1',
  'localhost',
  'LOCALHOST',
  '0.0.0.0',
  '0',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '0x7f.1',
  '127.1',
  '%31%32%37.0.0.1',
  '127。0。0。1',
  ...(HAS_IPV6 ? ['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:7f00:0001]'] : []),
];

describe('by default', () => {
  // The machine's own name leads to loopback or to an address of its network.
  test.each([...LOCAL_HOSTS, hostname()])('a URL that leads to this machine is refused: %s', async (host) => {
    const before = receiver.connections();
    const { status, body } = await put<Refusal>(new Api(strict.url), {
      url: `http://${host}:${receiver.port}/invoice.txt`,
    });
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        detail:
          'The URL could not be fetched: there was no answer, or its address is not a public one, which this server refuses.',
      },
    });
    expect(receiver.connections()).toBe(before);
  });

  test.each([
    ...['10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '224.0.0.1', '255.255.255.255'],
    ...['[fe80::1]', '[fc00::1]', '[fd00:ec2::254]', '[::ffff:10.0.0.1]', '[64:ff9b::a00:1]', '[2002:a00:1::]'],
  ])('a URL that leads into a private network is refused without waiting for anything: %s', async (host) => {
    const began = performance.now();
    const { status, body } = await put<Refusal>(new Api(strict.url), { url: `http://${host}/` });
    expect(status).toBe(400);
    expect(body.detail).toContain('its address is not a public one');
    expect(performance.now() - began).toBeLessThan(1_500);
  });

  test('nothing was kept', async () => {
    expect(await blobs(strict.dataDir)).toEqual([]);
  });
});

test('private addresses are reached where the operator allows it, in every way they are written', async () => {
  for (const host of LOCAL_HOSTS) {
    const { status, body } = await put(api, { url: `http://${host}:${receiver.port}/invoice.txt` });
    expect({ host, status, name: body.name }).toEqual({ host, status: 200, name: 'invoice.txt' });
  }
  expect(receiver.requests).toHaveLength(LOCAL_HOSTS.length);
});

const namespaces =
  spawnSync('unshare', ['--map-root-user', '--net', '--mount', 'ip', 'link']).status === 0 ||
  'needs Linux with user namespaces and iproute2';

describe.skipIf(namespaces !== true)('in a network with public and private addresses', () => {
  let world: World;
  beforeAll(async () => {
    const script = join(PROJECT_DIR, 'test/support/private-internet.ts');
    const output = execFileSync('unshare', ['--map-root-user', '--net', '--mount', process.execPath, script], {
      env: environment({}),
      encoding: 'utf8',
    });
    world = JSON.parse(output);
  });
  const outcome = (name: string) => world.outcomes.find((each) => each.name === name);

  test('what is public is fetched, also through a redirect', () => {
    for (const name of ['a public name', 'a public address', 'a redirect to a public address']) {
      expect(outcome(name)).toMatchObject({ name, status: 200, body: { file_size: 'public content'.length } });
    }
  });

  test('redirects into private networks are followed to the last public server and no further', () => {
    const names = [
      'a redirect to loopback',
      'a redirect to the address of cloud metadata',
      'a redirect to a name with a private address',
      'a redirect to loopback after another one',
    ];
    for (const name of names) {
      expect(outcome(name)).toMatchObject({
        name,
        status: 400,
        body: { detail: expect.stringContaining('not a public one') },
      });
    }
    expect(world.publicRequests.filter((path) => path.startsWith('/go'))).toHaveLength(1 + names.length + 1);
  });

  test('names with a private address are refused, whatever other addresses they have', () => {
    for (const name of [
      'a private address',
      'a name with a private address',
      'a name with a public and a private address',
    ]) {
      expect(outcome(name)).toMatchObject({ name, status: 400 });
    }
  });

  test('the address that was checked is the one connected to, when a name changes its address', () => {
    expect(outcome('a name that is public at first')).toMatchObject({ status: 200, body: { file_size: 14 } });
    expect(outcome('a name that has become private')).toMatchObject({ status: 400 });
    expect(world.lookups['changing.test']).toBe(2);
  });

  test('no private address has seen a request', () => {
    expect(world.reachable).toBe(true);
    expect(world.privateRequests).toEqual([]);
  });
});

describe('a URL', () => {
  test('is fetched with the headers that were given, and kept as a file like any other', async () => {
    const { status, body } = await put(api, {
      url: `${receiver.url}/a/b/My%20%C3%9Cbersicht.TXT?token=secret#part`,
      request_headers: { authorization: 'Bearer of-the-receiver', 'x-own': 'yes' },
      colour: 'ignored',
    });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        name: 'My Übersicht.TXT',
        file_type: 'txt',
        file_size: INVOICE.length,
      },
    });
    expect(receiver.requests).toHaveLength(1);
    expect(receiver.requests[0]!.headers).toMatchObject({
      authorization: 'Bearer of-the-receiver',
      'x-own': 'yes',
      'user-agent': 'pigeonhole',
      host: `127.0.0.1:${receiver.port}`,
    });
    // The caller's own key is for this server alone.
    expect(JSON.stringify(receiver.requests[0]!.headers)).not.toContain('llx-');
    const link = await api.call<{ url: string }>('GET', `/api/v1/files/${body.id}/content`);
    expect((await api.call('GET', link.body.url, { key: null })).text).toBe(INVOICE);
    expect((await api.call('GET', `/api/v1/beta/files/dfl-${body.id}`)).status).toBe(200);
  });

  test('names the file by its last part, unless a name is given', async () => {
    const cases: [string, string | null | undefined, string][] = [
      ['/invoice.pdf', undefined, 'invoice.pdf'],
      ['/invoice.pdf', 'bill.pdf', 'bill.pdf'],
      ['/invoice.pdf', '', 'invoice.pdf'],
      ['/invoice.pdf', null, 'invoice.pdf'],
      ['/', undefined, 'download'],
      ['', undefined, 'download'],
      ['/%ff%fe', undefined, '%ff%fe'],
    ];
    for (const [path, name, expected] of cases) {
      const { status, body } = await put(api, { url: receiver.url + path, name });
      expect({ path, status, name: body.name }).toEqual({ path, status: 200, name: expected });
    }
  });

  test('that is given a name like a path never is one when it is downloaded', async () => {
    for (const name of ['../../etc/passwd', '..\\..\\system32', 'a/b\r\nX-Evil: 1']) {
      const { status, body } = await put(api, { url: `${receiver.url}/x`, name });
      expect(status).toBe(200);
      const link = await api.call<{ url: string }>('GET', `/api/v1/files/${body.id}/content`);
      const { status: downloaded, headers, text } = await api.call('GET', link.body.url, { key: null });
      expect({ name, downloaded, text }).toEqual({ name, downloaded: 200, text: INVOICE });
      expect(headers.get('x-evil')).toBeNull();
      expect(headers.get('content-disposition')).not.toMatch(/filename="?[^"]*\.\.[/\\]/);
    }
  });

  test('must be http or https', async () => {
    for (const url of [
      ...['ftp://127.0.0.1/x', 'file:///etc/passwd', 'data:text/plain,x', 'javascript:1', 'gopher://127.0.0.1:70/_x'],
      ...['unix:/var/run/docker.sock', 'not a url', '//127.0.0.1/x', 'http://', 'http://a b/'],
    ]) {
      const { status, body } = await put<Refusal>(api, { url });
      expect({ url, status, body }).toEqual({
        url,
        status: 400,
        body: { detail: 'The URL could not be fetched: only http and https URLs are.' },
      });
    }
  });

  test('is required, and what goes with it must fit', async () => {
    const cases: [object, string, string][] = [
      [{}, 'missing', 'url'],
      [{ url: '' }, 'string_too_short', 'url'],
      [{ url: 5 }, 'string_type', 'url'],
      [{ url: `http://a/${'x'.repeat(8_192)}` }, 'string_too_long', 'url'],
      [{ url: 'http://a', name: 'x'.repeat(1_001) }, 'string_too_long', 'name'],
      [{ url: 'http://a', request_headers: 'x' }, 'dict_type', 'request_headers'],
      [{ url: 'http://a', verify_ssl: 'maybe' }, 'bool_type', 'verify_ssl'],
    ];
    for (const [json, type, field] of cases) {
      const { status, body } = await put<InvalidRequest>(api, json);
      expect({ status, detail: body.detail }).toMatchObject({ status: 422, detail: [{ type, loc: ['body', field] }] });
    }
    expect(await put<Refusal>(api, { url: receiver.url, proxy_url: 'http://proxy' })).toMatchObject({
      status: 400,
      body: { detail: 'proxy_url is not supported.' },
    });
    const nulls = { name: null, proxy_url: null, request_headers: null, resource_info: null };
    expect((await put(api, { url: receiver.url, ...nulls })).status).toBe(200);
  });

  test('may not be asked for with headers that HTTP does not allow', async () => {
    for (const request_headers of [{ 'bad name': 'x' }, { '': 'x' }, { x: 'a\r\nb: c' }, { x: '☃' }]) {
      const { status, body } = await put<InvalidRequest>(api, { url: receiver.url, request_headers });
      expect({ status, detail: body.detail }).toMatchObject({
        status: 422,
        detail: [{ type: 'value_error', loc: ['body', 'request_headers'] }],
      });
    }
    const framing = { 'content-length': '5', 'transfer-encoding': 'chunked' };
    expect((await put(api, { url: receiver.url, request_headers: framing })).status).toBeLessThan(500);
    expect(receiver.requests.length).toBeLessThanOrEqual(1);
  });
});

describe('redirects', () => {
  test('are followed five times and not six', async () => {
    const five = await put(api, { url: `${receiver.url}/redirect/5` });
    expect({ status: five.status, size: five.body.file_size }).toEqual({ status: 200, size: INVOICE.length });
    expect(receiver.requests).toHaveLength(6);
    expect(await put<Refusal>(api, { url: `${receiver.url}/redirect/6` })).toMatchObject({
      status: 400,
      body: { detail: 'The URL could not be fetched: it redirects more than 5 times.' },
    });
  });

  test('are not followed when the caller says so', async () => {
    expect(await put<Refusal>(api, { url: `${receiver.url}/redirect/1`, follow_redirects: false })).toMatchObject({
      status: 400,
      body: { detail: 'The URL could not be fetched: it answered with status 302.' },
    });
    expect(receiver.requests).toHaveLength(1);
  });

  test('keep the given headers on the same origin and drop them for another one, for good', async () => {
    const request_headers = { authorization: 'Bearer of-the-receiver', cookie: 'a=b', 'x-api-key': 'secret' };
    await put(api, { url: `${receiver.url}/redirect/1`, request_headers });
    expect(receiver.requests.map(({ headers }) => headers.authorization)).toEqual(
      Array(2).fill('Bearer of-the-receiver'),
    );

    receiver.requests.length = 0;
    const back = `${second.url}/to?url=${encodeURIComponent(`${receiver.url}/invoice.txt`)}`;
    const { status } = await put(api, { url: `${receiver.url}/to?url=${encodeURIComponent(back)}`, request_headers });
    expect(status).toBe(200);
    const seen = [receiver.requests[0], second.requests[0], receiver.requests[1]].map((request) => request!.headers);
    expect(seen[0]).toMatchObject(request_headers);
    for (const headers of seen.slice(1)) {
      for (const name of Object.keys(request_headers)) expect(headers).not.toHaveProperty(name);
    }
  });

  test('lead to http and https only, and must say where', async () => {
    for (const url of ['file:///etc/passwd', 'ftp://127.0.0.1/', 'http://']) {
      expect(await put<Refusal>(api, { url: `${receiver.url}/to?url=${encodeURIComponent(url)}` })).toMatchObject({
        status: 400,
        body: { detail: 'The URL could not be fetched: only http and https URLs are.' },
      });
    }
    expect((await put<Refusal>(api, { url: `${receiver.url}/nowhere` })).body.detail).toContain('status 302');
  });
});

describe('an answer', () => {
  async function expectNothingKept(action: () => Promise<void>) {
    const before = await blobs(open.dataDir);
    await action();
    expect(await blobs(open.dataDir)).toEqual(before);
  }

  test('with a status that is no success is refused', async () => {
    await expectNothingKept(async () => {
      for (const status of [304, 400, 401, 404, 500, 503]) {
        expect(await put<Refusal>(api, { url: `${receiver.url}/status/${status}` })).toMatchObject({
          status: 400,
          body: { detail: `The URL could not be fetched: it answered with status ${status}.` },
        });
      }
      expect(await put<Refusal>(api, { url: `${receiver.url}/status/204` })).toMatchObject({
        status: 400,
        body: { detail: 'Uploaded file is empty.' },
      });
    });
  });

  test('over the size limit is refused, with and without a length, and its server is let go', async () => {
    await expectNothingKept(async () => {
      for (const path of [`/bytes/${LIMIT + 1}`, '/endless']) {
        expect(await put<Refusal>(api, { url: receiver.url + path })).toMatchObject({
          status: 413,
          body: { detail: `The file is larger than ${LIMIT} bytes.` },
        });
      }
    });
    expect((await put(api, { url: `${receiver.url}/bytes/${LIMIT}` })).body.file_size).toBe(LIMIT);
  });

  test('that never comes or never ends is given up in time', async () => {
    await expectNothingKept(async () => {
      for (const path of ['/silent', '/stalls']) {
        const began = performance.now();
        const { status, body } = await put<Refusal>(api, { url: receiver.url + path });
        expect({ path, status }).toEqual({ path, status: 400 });
        expect(body.detail).toContain('The URL could not be fetched');
        const took = performance.now() - began;
        expect(took).toBeGreaterThan(TIMEOUT_MS - 200);
        expect(took).toBeLessThan(TIMEOUT_MS + 2_000);
      }
    });
  });

  test('that is cut off is refused', async () => {
    await expectNothingKept(async () => {
      expect(await put<Refusal>(api, { url: `${receiver.url}/cut` })).toMatchObject({
        status: 400,
        body: { detail: 'The URL could not be fetched: the answer was cut off or took too long.' },
      });
    });
  });

  test('of a server that is not there is refused', async () => {
    const { server, port } = await startReceiver();
    server.close();
    expect((await put<Refusal>(api, { url: `http://127.0.0.1:${port}/` })).status).toBe(400);
    expect((await put<Refusal>(api, { url: 'http://no-such-host.invalid/' })).status).toBe(400);
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

test.skipIf(!hasOpenssl)('a certificate that nobody trusts is refused unless the caller says otherwise', async () => {
  const directory = await temporaryDirectory();
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-days', '1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  });
  const secure = createSecureServer({ key: await readFile(key), cert: await readFile(cert) }, (_, response) => {
    response.end(INVOICE);
  });
  secure.listen(0, '127.0.0.1');
  await once(secure, 'listening');
  try {
    const url = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/invoice.txt`;
    expect((await put(api, { url })).status).toBe(400);
    expect((await put(api, { url, verify_ssl: false })).status).toBe(200);
  } finally {
    secure.closeAllConnections();
    secure.close();
  }
});
