import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DOCUMENTS } from '../classify/documents.ts';
import { Api } from '../support/api.ts';
import { dispose, startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let api: Api;

beforeAll(async () => {
  server = await startServer({ PIGEONHOLE_WORKERS: '1' });
  api = new Api(server.url);
});
afterAll(() => dispose(server));

async function restart(): Promise<void> {
  await server.stop();
  server = await startServer({ PIGEONHOLE_WORKERS: '1', PIGEONHOLE_DATA_DIR: server.dataDir });
  api = new Api(server.url);
}

/** Looks into the server's database, or changes it. */
function database<Result>(use: (db: DatabaseSync) => Result): Result {
  const db = new DatabaseSync(join(server.dataDir, 'pigeonhole.db'));
  try {
    return use(db);
  } finally {
    db.close();
  }
}

const kept = () =>
  database((db) => db.prepare('select content_hash, gist from parse_results where gist is not null').all());

async function scoresOf(fileId: string) {
  const job = await api.ended((await api.job(fileId)).id);
  const { body } = await api.call<{ scores: object[] }>('GET', `/api/v2/classify/${job.id}/details`);
  return { result: job.result, scores: body.scores };
}

test('the threads of a server that was restarted go on from what is kept, until the file is deleted', async () => {
  const [invoice, contract] = await Promise.all([api.upload(DOCUMENTS.invoice), api.upload(DOCUMENTS.contract)]);
  const first = await scoresOf(invoice.id);
  await scoresOf(contract.id);
  expect(kept()).toHaveLength(2);
  await restart();
  expect(await scoresOf(invoice.id)).toEqual(first);

  // Had it read the passages again, it would not notice that it is given those of another document.
  database((db) =>
    db.exec('update parse_results set gist = (select gist from parse_results o where o.rowid != parse_results.rowid)'),
  );
  await restart();
  expect((await scoresOf(invoice.id)).scores).not.toEqual(first.scores);

  for (const { id } of [invoice, contract]) await api.call('DELETE', `/api/v1/beta/files/${id}`);
  expect(kept()).toEqual([]);
});
