import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { DiskBlobs } from '../../src/blobs/disk.ts';
import type { Engine } from '../../src/classify/engine.ts';
import { loadClassifier } from '../../src/classify/engines/local/load.ts';
import { classifyBy } from '../../src/classify/engines/local/remote.ts';
import { classifyHere, embedRulesHere } from '../../src/classify/engines/local/requests.ts';
import { feedbackScope } from '../../src/domain/feedback.ts';
import type { Rule } from '../../src/domain/rules.ts';
import { newId } from '../../src/lib/ids.ts';
import type { Parser } from '../../src/parse/parser.ts';
import { createParser } from '../../src/parse/pool.ts';
import { type ClaimedClassifyJob, JobQueue, type Success } from '../../src/queue/queue.ts';
import { insertClassifyJob } from '../../src/store/classify-jobs.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { saveFeedback } from '../../src/store/feedback.ts';
import { deleteFile, insertFile } from '../../src/store/files.ts';
import { migrate } from '../../src/store/migrate.ts';
import { ensureDefaultTenant } from '../../src/store/tenancy.ts';
import { Gists } from '../../src/worker/gists.ts';
import { ExampleReader } from '../../src/worker/read-examples.ts';
import { runClassifyJob } from '../../src/worker/run-classify-job.ts';
import { DOCUMENTS, RULES, UNRELATED } from '../classify/documents.ts';
import { CACHE_DIR, temporaryDirectory } from '../support/server.ts';

type Done = Extract<Success, { kind: 'done' }>;

const OTHER_RULES: Rule[] = [
  { type: 'bill', description: 'asks for money for goods that were delivered' },
  { type: 'letter', description: 'somebody writes to a friend' },
];

/** A worker's parts over a data directory, as a process has them from its start to its end. */
interface Service {
  db: Database;
  /** Runs a job about a file or a parse job to its end. */
  run(inputId: string, rules?: Rule[]): Promise<Done & { job: ClaimedClassifyJob['job'] }>;
  /** How often the encoder has read a passage with these words. */
  encoded(words: string): number;
  errors: unknown[];
  stop(): Promise<void>;
}

let dataDir: string;
let parser: Parser;
let service: Service;

beforeAll(() => {
  parser = createParser({ processes: 1, timeoutMs: 60_000, memoryBytes: 700 * 2 ** 20, dataDir: CACHE_DIR });
});
afterAll(() => parser.close());
beforeEach(async () => {
  dataDir = await temporaryDirectory();
  service = await start();
});
afterEach(async () => {
  await service.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function start({ version = 'test-engine-1' } = {}): Promise<Service> {
  const db = openDatabase({ dataDir });
  await migrate(db);
  const { projectId, userId } = await ensureDefaultTenant(db);
  const blobs = new DiskBlobs(join(dataDir, 'blobs'));
  const passages: string[] = [];
  const { classifier, close } = await loadClassifier({
    // Shared by the test files, so that the encoder is converted once.
    cacheDir: join(tmpdir(), 'pigeonhole-test-cache'),
    encoderThreads: 1,
    wrapEncoder: (encoder) => ({
      ...encoder,
      embed: (texts) => {
        passages.push(...texts);
        return encoder.embed(texts);
      },
    }),
  });
  const engine: Engine = {
    version,
    classify: classifyBy(
      {
        classify: (request) => classifyHere(classifier, structuredClone(request)),
        embedRules: (request) => embedRulesHere(classifier, request),
      },
      { version, threads: 1, noneThreshold: undefined },
    ),
    warmUp: async () => {},
    close,
  };
  const errors: unknown[] = [];
  const gists = new Gists({ db, resultStored: () => {}, onError: (error) => errors.push(error) });
  const deps = {
    db,
    blobs,
    parser,
    engine,
    gists,
    examples: new ExampleReader({ db, blobs, gists }),
    outbound: { allowPrivateAddresses: false, timeoutMs: 1_000 },
    maxUploadBytes: 1e6,
    resultStored: () => {},
  };
  const queue = new JobQueue(db, { leaseMs: 60_000, maxAttempts: 1 });
  return {
    db,
    errors,
    encoded: (words) => passages.filter((passage) => passage.includes(words)).length,
    async run(inputId, rules = RULES) {
      await insertClassifyJob(db, {
        id: newId('classifyJob'),
        project_id: projectId,
        user_id: userId,
        document_input_type: inputId.startsWith('pjb-') ? 'parse_job_id' : 'file_id',
        file_input: inputId,
        inputId,
        configuration: { rules, mode: 'FAST', parsing_configuration: null },
        configuration_id: null,
        parse_job_id: null,
        transaction_id: null,
      });
      const claimed = (await queue.claim()) as ClaimedClassifyJob;
      const outcome = (await runClassifyJob(claimed, deps, new AbortController().signal)) as Done;
      expect(await queue.settle(claimed.lease, outcome)).toBe(true);
      return { ...outcome, job: claimed.job };
    },
    async stop() {
      await close();
      await db.destroy();
    },
  };
}

async function restart(options?: { version: string }): Promise<void> {
  await service.stop();
  service = await start(options);
}

async function upload(text: string): Promise<string> {
  const id = newId('file');
  const { projectId } = await ensureDefaultTenant(service.db);
  const blobKey = `files/${id}`;
  await new DiskBlobs(join(dataDir, 'blobs')).put(blobKey, [Buffer.from(text)]);
  await insertFile(service.db, {
    id,
    projectId,
    name: 'document.txt',
    fileType: 'txt',
    externalFileId: null,
    purpose: 'classify',
    sizeBytes: Buffer.byteLength(text),
    contentHash: createHash('sha256').update(text).digest('hex'),
    blobKey,
    createdAt: new Date().toISOString(),
    updatedAt: new Date().toISOString(),
  });
  return id;
}

/** Everything an answer says, without how long it took. */
function said({ result, details }: Done) {
  const { milliseconds: _, ...rest } = details as Record<string, unknown>;
  return { ...result, ...rest };
}

const keptResults = () => service.db.selectFrom('parse_results').select(['gist', 'size_bytes']).execute();

test('a document is encoded once, whatever rules, copy or parse job it is asked about by, and after a restart', async () => {
  const first = await service.run(await upload(DOCUMENTS.invoice));
  expect(service.encoded('Brightwater')).toBe(1);

  await restart();
  const again = await service.run(await upload(DOCUMENTS.invoice));
  expect(said(again)).toEqual(said(first));
  expect(said(await service.run(first.parseJobId))).toEqual(said(first));
  await service.run(first.parseJobId, OTHER_RULES);
  expect(service.encoded('Brightwater')).toBe(0);
});

test('with what was kept, other rules get the answer that they get without it, bit for bit', async () => {
  for (const text of [...Object.values(DOCUMENTS), UNRELATED]) {
    const file = await upload(text);
    const fresh = said(await service.run(file, OTHER_RULES));
    await restart();
    expect(said(await service.run(file, OTHER_RULES))).toEqual(fresh);
    expect(service.encoded(text.slice(0, 12))).toBe(0);
  }
}, 120_000);

test('the examples of a job are not encoded again after a restart', async () => {
  const example = await service.run(await upload(DOCUMENTS.receipt));
  await saveFeedback(service.db, {
    jobId: example.job.id,
    projectId: example.job.project_id,
    scope: feedbackScope(example.job),
    parseJobId: example.parseJobId,
    type: 'contract',
  });
  const file = await upload(DOCUMENTS.receipt.replace('14:32', '15:47'));
  const taught = await service.run(file);
  expect(said(taught)).toMatchObject({ type: 'contract', examples: [{ type: 'contract', count: 1, alike: 1 }] });

  await restart();
  expect(said(await service.run(file))).toEqual(said(taught));
  expect(service.encoded('CORNER CAFE')).toBe(0);

  // An example that nothing is kept of is encoded, once, and kept.
  await service.db.updateTable('parse_results').set({ gist: new Uint8Array() }).execute();
  await restart();
  expect(said(await service.run(file))).toEqual(said(taught));
  expect(service.encoded('CORNER CAFE')).toBe(2);
  await restart();
  await service.run(file);
  expect(service.encoded('CORNER CAFE')).toBe(0);
});

test.each<[string, (gist: Uint8Array) => Uint8Array]>([
  ['cut short', (gist) => gist.subarray(0, gist.length - 1)],
  ['short of a vector', (gist) => gist.subarray(0, gist.length - 2048)],
  ['empty', () => new Uint8Array()],
  ['not a number in places', (gist) => Uint8Array.from(gist, (byte, at) => (at >= 100 && at < 104 ? 0xff : byte))],
  ['changed by a bit', (gist) => Uint8Array.from(gist, (byte, at) => (at === gist.length - 1 ? byte ^ 1 : byte))],
  ['something else', () => Buffer.from(DOCUMENTS.contract)],
])('what is kept of a document and is %s is made anew', async (_, damage) => {
  const file = await upload(DOCUMENTS.invoice);
  const first = await service.run(file);
  const [{ gist: whole } = { gist: null }] = await keptResults();
  await service.db
    .updateTable('parse_results')
    .set({ gist: damage(whole!) })
    .execute();

  await restart();
  expect(said(await service.run(file))).toEqual(said(first));
  expect(service.encoded('Brightwater')).toBe(1);
  expect((await keptResults())[0]!.gist).toEqual(whole);
});

test('what another version of the engine has made is made anew', async () => {
  const file = await upload(DOCUMENTS.invoice);
  await service.run(file);
  await restart({ version: 'test-engine-2' });
  await service.run(file);
  expect(service.encoded('Brightwater')).toBe(1);
});

test('it counts as part of the size of what was read, once, and goes with the last file of that content', async () => {
  const copies = [await upload(DOCUMENTS.invoice), await upload(DOCUMENTS.invoice)];
  const { projectId } = await ensureDefaultTenant(service.db);
  await service.run(copies[0]!);
  const [kept] = await keptResults();
  const pages = Number(kept!.size_bytes) - kept!.gist!.length;
  expect(pages).toBeGreaterThan(DOCUMENTS.invoice.length);

  await restart({ version: 'test-engine-2' });
  await service.run(copies[1]!);
  const [replaced] = await keptResults();
  expect(replaced!.gist).not.toEqual(kept!.gist);
  expect(Number(replaced!.size_bytes)).toBe(pages + replaced!.gist!.length);

  await deleteFile(service.db, projectId, copies[0]!);
  expect(await keptResults()).toHaveLength(1);
  await deleteFile(service.db, projectId, copies[1]!);
  expect(await keptResults()).toEqual([]);
});

test('it holds no text of the document', async () => {
  await service.run(await upload(DOCUMENTS.invoice));
  const text = Buffer.from((await keptResults())[0]!.gist!).toString('latin1');
  for (const word of DOCUMENTS.invoice.match(/\p{L}{4,}/gu)!) expect(text).not.toContain(word);
});

test('a job whose work cannot be kept is completed all the same', async () => {
  const file = await upload(DOCUMENTS.invoice);

  await sql`create trigger full before update of gist on parse_results begin select raise(abort, 'full'); end`.execute(
    service.db,
  );
  expect((await service.run(file)).result.type).toBe('invoice');
  expect(service.errors).toHaveLength(1);
  expect(await keptResults()).toMatchObject([{ gist: null }]);
});
