import { randomBytes } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settingsOf } from '../../src/domain/webhook.ts';
import { Vault } from '../../src/lib/vault.ts';
import { openDatabase } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { ensureDefaultTenant } from '../../src/store/tenancy.ts';
import { checkVault } from '../../src/store/vault-check.ts';
import { insertWebhookConfig, listWebhookConfigs } from '../../src/store/webhook-configs.ts';
import { Api, type InvalidRequest, type Refusal } from '../support/api.ts';
import { dispose, startServer, type TestServer, temporaryDirectory } from '../support/server.ts';

const PATH = '/api/v1/beta/webhook-configs';
const SECRET = 'whsec-Zaunwinde';
const CREDENTIAL = 'Bearer Ackerwinde';

interface ConfigBody {
  id: string;
  webhook_url: string;
  has_secret: boolean;
  created_at: string;
  updated_at: string;
}

let server: TestServer;
let api: Api;
beforeAll(async () => {
  server = await startServer({ PIGEONHOLE_WORKERS: '1' });
  api = new Api(server.url);
});
afterAll(() => dispose(server));

const create = <Body = ConfigBody>(json: unknown) => api.call<Body>('POST', PATH, { json });
const update = <Body = ConfigBody>(id: string, json: unknown) => api.call<Body>('PUT', `${PATH}/${id}`, { json });

test('a saved configuration is shown without its secret, wherever it is shown', async () => {
  const sent = {
    webhook_url: 'https://example.com/hook?a=b',
    webhook_events: ['classify.success', 'parse.error'],
    webhook_headers: { authorization: CREDENTIAL },
    webhook_output_format: 'json',
  };
  const created = await create({ ...sent, webhook_signing_secret: SECRET });
  expect(created.status).toBe(201);
  expect(created.body).toEqual({
    ...sent,
    id: expect.stringMatching(/^whc-/),
    tenant_id: expect.any(String),
    tenant_type: 'project',
    has_secret: true,
    created_at: expect.stringMatching(/Z$/),
    updated_at: created.body.created_at,
  });
  const { id } = created.body;
  const got = await api.call('GET', `${PATH}/${id}`);
  const bare = await api.call('GET', `${PATH}/${id.slice('whc-'.length)}`);
  const listed = await api.call<ConfigBody[]>('GET', PATH);
  const changed = await update(id, { webhook_headers: { authorization: CREDENTIAL } });
  expect(got.body).toEqual(created.body);
  expect(bare.body).toEqual(created.body);
  expect(listed.body[0]).toEqual(created.body);
  for (const { text } of [created, got, listed, changed]) expect(text).not.toContain(SECRET);
});

test('of a saved configuration nothing but times and ids can be read in the database, the log or a backup', async () => {
  await create({
    webhook_url: 'https://example.com/Hopfenbuche',
    webhook_headers: { 'x-key': CREDENTIAL },
    webhook_signing_secret: SECRET,
  });
  const database = new DatabaseSync(join(server.dataDir, 'pigeonhole.db'), { readOnly: true });
  const rows = JSON.stringify(database.prepare('select * from webhook_configs').all());
  database.close();
  const files = await Promise.all(
    ['pigeonhole.db', 'pigeonhole.db-wal'].map((name) => readFile(join(server.dataDir, name), 'latin1')),
  );
  const { stdout, stderr } = server.output();
  expect(rows).toContain('sealed');
  for (const word of [SECRET, CREDENTIAL, 'Hopfenbuche']) {
    for (const text of [rows, ...files, stdout, stderr]) expect(text).not.toContain(word);
  }
});

test('the list is a bare array, newest first', async () => {
  const ids: string[] = [];
  for (let at = 0; at < 3; at++) ids.unshift((await create({ webhook_url: `https://example.com/${at}` })).body.id);
  const { status, body } = await api.call<ConfigBody[]>('GET', PATH);
  expect(status).toBe(200);
  expect(body.slice(0, 3).map(({ id }) => id)).toEqual(ids);
});

test('a change leaves alone what it does not name, rotates the secret, and null takes it back', async () => {
  const { body: created } = await create({
    webhook_url: 'https://example.com/1',
    webhook_events: ['classify.success'],
    webhook_signing_secret: SECRET,
  });
  const moved = await update(created.id, { webhook_url: 'https://example.com/2' });
  expect(moved).toMatchObject({
    status: 200,
    body: { webhook_url: 'https://example.com/2', webhook_events: ['classify.success'], has_secret: true },
  });
  expect(moved.body.updated_at > created.updated_at).toBe(true);
  const rotated = await update(created.id, { webhook_signing_secret: 'another' });
  expect(rotated.body).toMatchObject({ has_secret: true });
  const open = await update(created.id, { webhook_signing_secret: null, webhook_events: null });
  expect(open.body).toMatchObject({ has_secret: false, webhook_events: null, webhook_url: 'https://example.com/2' });
  expect((await update(created.id, {})).status).toBe(200);
});

test('a deleted configuration is gone', async () => {
  const { body } = await create({ webhook_url: 'https://example.com/hook' });
  expect(await api.call('DELETE', `${PATH}/${body.id}`)).toMatchObject({ status: 204, text: '' });
  const detail = `Webhook configuration ${body.id} not found`;
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const json = method === 'PUT' ? { json: {} } : {};
    expect(await api.call<Refusal>(method, `${PATH}/${body.id}`, json)).toMatchObject({
      status: 404,
      body: { detail },
    });
  }
});

describe('a configuration that does not fit is refused with the field and the reason', () => {
  const cases: [what: string, change: object, type: string, field: string, message?: RegExp][] = [
    ['no URL', { webhook_url: undefined }, 'missing', 'webhook_url'],
    ['another scheme', { webhook_url: 'ftp://example.com' }, 'value_error', 'webhook_url', /http or https/],
    ['no URL at all', { webhook_url: 'example.com/hook' }, 'value_error', 'webhook_url', /http or https/],
    ['credentials in the URL', { webhook_url: 'https://a:b@example.com' }, 'value_error', 'webhook_url', /headers/],
    ['a long URL', { webhook_url: `https://a/${'x'.repeat(2_048)}` }, 'string_too_long', 'webhook_url'],
    ['no events', { webhook_events: [] }, 'too_short', 'webhook_events'],
    ['an unknown event', { webhook_events: ['classify.done'] }, 'enum', 'webhook_events.0'],
    ['an unknown format', { webhook_output_format: 'xml' }, 'enum', 'webhook_output_format'],
    ['an empty secret', { webhook_signing_secret: '' }, 'string_too_short', 'webhook_signing_secret'],
    ['a number as secret', { webhook_signing_secret: 5 }, 'string_type', 'webhook_signing_secret'],
    ...['Host', 'content-length', 'Transfer-Encoding', 'connection', 'proxy-authorization', 'LC-Signature'].map(
      (name): [string, object, string, string, RegExp] => [
        `the header ${name}`,
        { webhook_headers: { [name]: CREDENTIAL } },
        'value_error',
        'webhook_headers',
        new RegExp(`must not set ${name.toLowerCase()}`),
      ],
    ),
    ['a name that is none', { webhook_headers: { 'a b': 'x' } }, 'value_error', 'webhook_headers', /HTTP allows/],
    ['two lines', { webhook_headers: { a: `x\r\nb: ${SECRET}` } }, 'value_error', 'webhook_headers', /values/],
    ['a header twice', { webhook_headers: { 'x-a': '1', 'X-A': '2' } }, 'value_error', 'webhook_headers', /twice/],
    [
      'many headers',
      { webhook_headers: Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`x-${at}`, 'x'])) },
      'value_error',
      'webhook_headers',
      /at most 20/,
    ],
  ];
  test.each(cases)('%s', async (_, change, type, field, message = /./) => {
    const good = {
      webhook_url: 'https://example.com',
      webhook_signing_secret: SECRET,
      webhook_headers: { a: CREDENTIAL },
    };
    const { status, body, text } = await create<InvalidRequest>({ ...good, ...change });
    expect({ status, text }).toMatchObject({ status: 422 });
    expect(body.detail).toEqual([expect.objectContaining({ type, msg: expect.stringMatching(message) })]);
    expect(body.detail[0]!.loc.join('.')).toBe(`body.${field}`);
    for (const word of [SECRET, CREDENTIAL]) expect(text).not.toContain(word);
  });
});

test('a project has at most 100', async () => {
  let last = await create<Refusal>({ webhook_url: 'https://example.com' });
  while (last.status === 201) last = await create<Refusal>({ webhook_url: 'https://example.com' });
  expect(last).toMatchObject({ status: 409, body: { detail: expect.stringMatching(/has 100 webhook conf/) } });
  const listed = await api.call<ConfigBody[]>('GET', PATH);
  expect(listed.body).toHaveLength(100);
  await api.call('DELETE', `${PATH}/${listed.body[0]!.id}`);
  expect((await create({ webhook_url: 'https://example.com' })).status).toBe(201);
  await api.call('DELETE', `${PATH}/${listed.body[1]!.id}`);
});

describe('the key that secrets are encrypted with', () => {
  const key = () => randomBytes(32).toString('base64');

  test('is made in a file that only its owner reads, and without it the server does not start', async () => {
    const path = join(server.dataDir, 'encryption.key');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const { body } = await create({ webhook_url: 'https://example.com/kept', webhook_signing_secret: SECRET });
    const settings = { PIGEONHOLE_WORKERS: '1', PIGEONHOLE_DATA_DIR: server.dataDir };
    const wrong = await startServer({ ...settings, PIGEONHOLE_ENCRYPTION_KEY: key() }).catch(String);
    expect(wrong).toMatch(/Stored secrets were encrypted with another key than that of PIGEONHOLE_ENCRYPTION_KEY/);
    // The same key may move from the file into the setting.
    const PIGEONHOLE_ENCRYPTION_KEY = await readFile(path, 'utf8').then((text) => text.trim());
    const again = await startServer({ ...settings, PIGEONHOLE_ENCRYPTION_KEY });
    const answer = await new Api(again.url).call('GET', `${PATH}/${body.id}`);
    await again.stop();
    expect(answer.body).toEqual(body);
  }, 60_000);

  test('may be replaced while nothing has been encrypted with it', async () => {
    const dataDir = await temporaryDirectory();
    const db = openDatabase({ dataDir });
    try {
      await migrate(db);
      const { projectId } = await ensureDefaultTenant(db);
      const [first, second] = [key(), key()].map(
        (text) => new Vault({ key: Buffer.from(text, 'base64'), source: 'a test' }),
      ) as [Vault, Vault];
      for (const vault of [first, first, second]) await checkVault(db, vault);
      const url = 'https://example.com/';
      await insertWebhookConfig({ db, vault: second }, projectId, settingsOf({ webhook_url: url }));
      await checkVault(db, second);
      await expect(checkVault(db, first)).rejects.toMatchObject({ code: 'unavailable' });
      await expect(listWebhookConfigs({ db, vault: first }, projectId)).rejects.toThrow(/another key/);
    } finally {
      await db.destroy();
      await rm(dataDir, { recursive: true });
    }
  });

  test('is refused when it is none, without being repeated', async () => {
    const error = await startServer({ PIGEONHOLE_ENCRYPTION_KEY: 'Sumpfdotter' }).catch(String);
    expect(error).toMatch(/PIGEONHOLE_ENCRYPTION_KEY: must be 32 bytes/);
    expect(error).not.toContain('Sumpfdotter');
    const PIGEONHOLE_DATA_DIR = await temporaryDirectory();
    await writeFile(join(PIGEONHOLE_DATA_DIR, 'encryption.key'), 'Sumpfdotter');
    const damaged = await startServer({ PIGEONHOLE_DATA_DIR }).catch(String);
    expect(damaged).toMatch(/encryption\.key does not hold a key/);
    expect(damaged).not.toContain('Sumpfdotter');
    await rm(PIGEONHOLE_DATA_DIR, { recursive: true });
  }, 60_000);
});
