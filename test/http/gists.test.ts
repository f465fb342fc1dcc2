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
  const invoiceBefore = await scoresOf(invoice.id);
  const contractBefore = await scoresOf(contract.id);
  expect(kept()).toHaveLength(2);

  // Did it read the passages again, it would not fall for those of another document.
  database((db) =>
    db.exec(`update parse_results set gist = (select gist from parse_results order by rowid desc limit 1)
      where rowid = (select min(rowid) from parse_results)`),
  );
  await restart();
  expect(await scoresOf(contract.id)).toEqual(contractBefore);
  expect((await scoresOf(invoice.id)).scores).not.toEqual(invoiceBefore.scores);

  for (const { id } of [invoice, contract]) await api.call('DELETE', `/api/v1/beta/files/${id}`);
  expect(kept()).toEqual([]);
  // Two starts of a server: seconds each on a busy machine.
}, 90_000);
