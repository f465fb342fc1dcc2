import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Api } from '../support/api.ts';
import { dispose, startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let api: Api;

beforeAll(async () => {
  // So low that the server answers null to everything.
  server = await startServer({ PIGEONHOLE_NONE_THRESHOLD: '0' });
  api = new Api(server.url);
});
afterAll(() => dispose(server));

test('the threshold of the server decides what is null, and that of a project goes before it', async () => {
  const file = (await api.upload()).id;
  const before = await api.ended((await api.job(file)).id);
  expect(before.result).toMatchObject({ type: null });
  expect(before.result!.reasoning).toContain('Nearest was "invoice"');

  const db = new DatabaseSync(join(server.dataDir, 'pigeonhole.db'));
  db.exec('pragma busy_timeout = 10000');
  db.prepare('update projects set settings = ?').run(JSON.stringify({ none_threshold: 1 }));
  db.close();
  const after = await api.ended((await api.job(file)).id);
  expect(after.result).toMatchObject({ type: 'invoice' });
  const { body } = await api.call<{ none: number; language: object }>('GET', `/api/v2/classify/${after.id}/details`);
  expect(body.none).toBeGreaterThan(0);
  expect(body.language).toMatchObject({ supported: true });
});
