import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClassifyJob } from '../../src/domain/job.ts';
import { Api, holdReaders, INVOICE, type InvalidRequest, type Refusal } from '../support/api.ts';
import { dispose, eventually, runCli, startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let api: Api;
let stranger: Api;

beforeAll(async () => {
  server = await startServer({ PIGEONHOLE_WORKERS: '1' });
  api = new Api(server.url);
  const { stdout } = await runCli(['keys', 'create', '--project', 'stranger'], { PIGEONHOLE_DATA_DIR: server.dataDir });
  stranger = new Api(server.url, stdout.trim());
});
afterAll(() => dispose(server));

/** A delivery note fits the first two equally badly, so that only a person can say which is meant. */
const TEAMS = [
  { type: 'harbour', description: 'papers that the team at the harbour looks after' },
  { type: 'mountain', description: 'papers that the team in the mountains looks after' },
  { type: 'invoice', description: 'has an invoice number, line items and a total amount due' },
];

const deliveryNote = (number: number, goods: string, town: string) => `Delivery note ${number}
Kestrel Timber Merchants, 4 Sawmill Road, ${town}
Delivered by truck: ${goods}, packed on ${number % 7} pallets, planed and dried.
The driver handed over the timber in good condition. Please count the planks and check them for damage
before you sign. Received by the site manager, signature and date below. Goods returned need a slip.
`;
const MEETING = `Minutes of the meeting of the choir
Present: twelve singers and the conductor. We talked about the summer concert and chose four songs.
Anna looks for a church with a good organ, and Paul asks the baker for bread. The next rehearsal is on Tuesday evening.
`;

interface Saved {
  job_id: string;
  type: string | null;
  created_at: string;
  updated_at: string;
}

const say = <Body = Saved>(jobId: string, type: unknown, as = api) =>
  as.call<Body>('POST', `/api/v2/classify/${jobId}/feedback`, { json: { type } });
const said = <Body = Saved>(jobId: string) => api.call<Body>('GET', `/api/v2/classify/${jobId}/feedback`);
const takeBack = (jobId: string) => api.call('DELETE', `/api/v2/classify/${jobId}/feedback`);

async function classify(text: string, fields: object = { configuration: { rules: TEAMS } }, as = api) {
  return as.ended((await as.job((await as.upload(text)).id, fields)).id);
}

const other = ({ result }: ClassifyJob) => (result!.type === 'harbour' ? 'mountain' : 'harbour');

/** A saved configuration of the teams; nothing that another test says holds for it. */
async function savedTeams(): Promise<{ configuration_id: string; configuration: null }> {
  const json = { name: `teams ${Math.random()}`, parameters: { product_type: 'classify_v2', rules: TEAMS } };
  const { body } = await api.call<{ id: string }>('POST', '/api/v1/beta/configurations', { json });
  return { configuration_id: body.id, configuration: null };
}

describe('a correction', () => {
  test('changes the next answer for documents like it, in its configuration alone, until it is taken back', async () => {
    const configuration = await savedTeams();
    const elsewhere = await savedTeams();
    const next = deliveryNote(5518, 'oak planks', 'Aldwick');
    const [first, before, invoice] = await Promise.all([
      classify(deliveryNote(4711, 'larch planks', 'Belvoir'), configuration),
      classify(next, configuration),
      classify(INVOICE, configuration),
    ]);
    expect(invoice.result!.type).toBe('invoice');
    const right = other(before);
    expect((await say(first.id, right)).status).toBe(200);

    const after = await classify(next, configuration);
    expect(after.result!.type).toBe(right);
    expect(after.result!.reasoning).toContain(`It is like a document you labelled "${right}".`);
    const { body: details } = await api.call('GET', `/api/v2/classify/${after.id}/details`);
    expect(details).toMatchObject({ examples: [{ type: right, count: 1, alike: 1 }] });
    expect((await classify(next, configuration)).result).toEqual(after.result);
    expect((await classify(next, elsewhere)).result).toEqual(before.result);
    expect((await classify(next, undefined, stranger)).result).toEqual(before.result);
    expect((await classify(INVOICE, configuration)).result!.type).toBe('invoice');

    expect((await takeBack(first.id)).status).toBe(204);
    expect((await classify(next, configuration)).result).toEqual(before.result);
  });

  test('of rules that came with a request holds for the same rules in any order, not for others', async () => {
    const note = deliveryNote(6001, 'beech boards', 'Cromer');
    const before = await classify(note);
    const right = other(before);
    await say(before.id, right);
    const reversed = await classify(note, { configuration: { rules: TEAMS.toReversed() } });
    expect(reversed.result!.type).toBe(right);
    const [harbour, ...others] = TEAMS;
    const reworded = { ...harbour!, description: `${harbour!.description}, summer and winter` };
    const { body: details } = await api.call(
      'GET',
      `/api/v2/classify/${(await classify(note, { configuration: { rules: [reworded, ...others] } })).id}/details`,
    );
    expect(details).toMatchObject({ examples: [] });
    await takeBack(before.id);
  });

  test('to null makes documents like it fit no rule', async () => {
    const configuration = await savedTeams();
    const job = await classify(INVOICE, configuration);
    expect(job.result!.type).toBe('invoice');
    await say(job.id, null);
    const after = await classify(INVOICE.replace('2041', '2042'), configuration);
    expect(after.result!.type).toBeNull();
    expect(after.result!.reasoning).toContain('It is like a document you labelled as fitting no rule.');
  });

  test.each(['file', 'parse'])('goes with its %s', async (kind) => {
    const configuration = await savedTeams();
    const job = await classify(deliveryNote(7000, 'pine beams', 'Dover'), configuration);
    const note = deliveryNote(7001, 'ash beams', 'Eye');
    const before = await classify(note, configuration);
    await say(job.id, other(before));
    expect((await classify(note, configuration)).result!.type).toBe(other(before));
    const path = kind === 'file' ? `/api/v1/beta/files/${job.file_input}` : `/api/v2/parse/${job.parse_job_id}`;
    expect([200, 204]).toContain((await api.call('DELETE', path)).status);
    expect((await classify(note, configuration)).result).toEqual(before.result);
  });
});

describe('feedback of a job', () => {
  test('is one: what is said last counts, and it can be read', async () => {
    const job = await classify(MEETING);
    const { body: first } = await say(job.id, 'harbour');
    expect(first).toMatchObject({ job_id: job.id, type: 'harbour', created_at: first.updated_at });
    const { body: second } = await say(job.id.slice(4), null);
    expect(second).toMatchObject({ job_id: job.id, type: null, created_at: first.created_at });
    expect((await said(job.id)).body).toEqual(second);
    expect((await takeBack(job.id)).status).toBe(204);
    expect(await said<Refusal>(job.id)).toMatchObject({ status: 404, body: { detail: 'Feedback not found' } });
    expect((await takeBack(job.id)).status).toBe(404);
  });

  test('has to be a type of its rules or null', async () => {
    const job = await classify(MEETING);
    for (const type of ['contract', '', 7, undefined, { type: 'harbour' }]) {
      const { status, body } = await say<InvalidRequest>(job.id, type);
      expect(status).toBe(422);
      expect(body.detail[0]!.loc).toEqual(['body', 'type']);
    }
    expect((await said(job.id)).status).toBe(404);
  });

  test('is refused while there is no answer, and for jobs that the project does not have', async () => {
    const release = await holdReaders(server.process.pid!);
    try {
      const file = await api.upload(deliveryNote(8000, 'cork', 'Filey'));
      const job = await api.job(file.id, { configuration: { rules: TEAMS } });
      expect(await say<Refusal>(job.id, 'harbour')).toMatchObject({
        status: 409,
        body: { detail: expect.stringContaining('only completed jobs have feedback') },
      });
      release();
      await api.ended(job.id);
      expect((await say(job.id, 'harbour', stranger)).status).toBe(404);
      expect((await say('clj-00000000-0000-4000-8000-000000000000', 'harbour')).status).toBe(404);
    } finally {
      release();
    }
  });
});

describe('examples of a saved configuration', () => {
  const save = <Body = { id: string }>(examples: unknown, as = api) =>
    as.call<Body>('POST', '/api/v1/beta/configurations', {
      json: { name: `examples ${Math.random()}`, parameters: { product_type: 'classify_v2', rules: TEAMS, examples } },
    });

  test('are read if nothing has read them, and jobs learn from them until they are taken out', async () => {
    const note = deliveryNote(9000, 'elm boards', 'Goole');
    const before = await classify(note);
    const parsed = await classify(deliveryNote(9001, 'elm boards', 'Hull'));
    const unread = await api.upload(deliveryNote(9002, 'elm boards', 'Ilkley'));
    const { status, body } = await save([
      { file_id: unread.id, type: other(before) },
      { parse_job_id: parsed.parse_job_id, type: other(before) },
    ]);
    expect(status).toBe(201);
    const configuration = { configuration_id: body.id, configuration: null };
    const after = await eventually('both are read', async () => {
      const job = await classify(note, configuration);
      return job.result!.reasoning.includes(`It is like 2 documents you labelled "${other(before)}".`) ? job : null;
    });
    expect(after.result!.type).toBe(other(before));

    const json = { parameters: { product_type: 'classify_v2', rules: TEAMS, examples: [] } };
    await api.call('PUT', `/api/v1/beta/configurations/${body.id}`, { json });
    expect((await classify(note, configuration)).result).toEqual(before.result);
  });

  test('have to be documents of the project, with types of the rules', async () => {
    const file_id = (await api.upload()).id;
    for (const example of [
      { file_id, type: 'contract' },
      { type: 'harbour' },
      { file_id, parse_job_id: 'pjb-1', type: null },
      { file_id },
    ]) {
      expect((await save([example])).status, JSON.stringify(example)).toBe(422);
    }
    expect((await save(Array(201).fill({ file_id, type: null }))).status).toBe(422);
    expect(await save<Refusal>([{ file_id, type: null }], stranger)).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/^File ID dfl-\S+ is not in Project ID /) },
    });
    expect((await save([{ parse_job_id: 'pjb-x', type: null }])).status).toBe(400);
  });
});
