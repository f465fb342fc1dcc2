import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClassifyJob } from '../../src/domain/job.ts';
import type { WebhookDelivery } from '../../src/domain/webhook-delivery.ts';
import {
  Api,
  bodyFor,
  holdReaders,
  INVOICE,
  type InvalidRequest,
  type Page,
  type Refusal,
  RULES,
} from '../support/api.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import type { ReceivedEvent } from '../support/receiver-process.ts';
import { dispose, eventually, runCli, startServer, type TestServer } from '../support/server.ts';

const TIMEOUT_MS = 1_000;
const SECRET = 'whsec-Zaunwinde';
const CREDENTIAL = 'Bearer Ackerwinde';

let server: TestServer;
let api: Api;
let receiver: Receiver;
let file: string;

beforeAll(async () => {
  receiver = await startReceiver();
  server = await startServer({
    PIGEONHOLE_WORKERS: '1',
    PIGEONHOLE_ALLOW_PRIVATE_WEBHOOKS: 'true',
    PIGEONHOLE_WEBHOOK_TIMEOUT_MS: String(TIMEOUT_MS),
    PIGEONHOLE_WEBHOOK_RETRY_WAITS_MS: '100,200',
    PIGEONHOLE_REPORT_RUNNING_AFTER_MS: '0',
  });
  api = new Api(server.url);
  file = (await api.upload()).id;
});
afterAll(async () => {
  await dispose(server);
  await receiver.kill();
});

const hook = (path: string, fields: object = {}) => ({
  webhook_url: receiver.url + path,
  webhook_output_format: 'json',
  ...fields,
});
const DONE = { webhook_events: ['classify.success', 'classify.error', 'classify.cancelled'] };
const jobWith = (...hooks: object[]) => api.job(file, { webhook_configurations: hooks });
const typesOf = (events: readonly ReceivedEvent[]) => events.map(({ headers }) => headers['x-webhook-event-type']);

async function deliveriesOf(jobId: string): Promise<WebhookDelivery[]> {
  const path = `/api/v2/classify/${jobId}/webhook-deliveries`;
  const { status, body, text } = await api.call<Page<WebhookDelivery>>('GET', path);
  if (status !== 200) throw new Error(text);
  return body.items;
}

/** The deliveries of a job once none of them is under way. */
const settled = (jobId: string, count = 1) =>
  eventually(`${count} deliveries of ${jobId} are settled`, async () => {
    const deliveries = await deliveriesOf(jobId);
    const ended = deliveries.filter(({ status }) => status !== 'pending');
    return ended.length >= count && ended.length === deliveries.length ? deliveries : null;
  });

describe('the events of a job', () => {
  test('are sent one for each status, with the id, type and status in body and headers', async () => {
    const path = '/ok/all';
    const job = await jobWith(hook(path, { webhook_headers: { authorization: CREDENTIAL } }));
    await api.ended(job.id);
    const events = await receiver.on(path, 3);
    expect(typesOf(events).sort()).toEqual(['classify.pending', 'classify.running', 'classify.success']);
    for (const { headers, body } of events) {
      const event = JSON.parse(body);
      const statuses: Record<string, string> = { pending: 'PENDING', running: 'RUNNING', success: 'COMPLETED' };
      const status = statuses[event.event_type.split('.')[1]];
      expect(event).toEqual({
        event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        event_type: headers['x-webhook-event-type'],
        timestamp: expect.any(Number),
        data: { id: job.id, job_id: job.id, status, project_id: job.project_id },
      });
      expect(Math.abs(event.timestamp - Date.now() / 1000)).toBeLessThan(60);
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        'user-agent': 'llamaindex-webhook-service/1.0',
        'x-webhook-event-id': event.event_id,
        authorization: CREDENTIAL,
      });
      expect(headers).not.toHaveProperty('lc-signature');
    }
    expect(new Set(events.map(({ headers }) => headers['x-webhook-event-id'])).size).toBe(3);
  });

  test.each(['string', 'json', undefined])('are signed over the exact bytes in the format %s', async (format) => {
    const path = `/ok/signed/${format}`;
    const job = await jobWith(
      hook(path, { ...DONE, webhook_output_format: format, webhook_signing_secret: `${SECRET} ☂` }),
    );
    const [event] = await receiver.on(path);
    const expected = createHmac('sha256', `${SECRET} ☂`).update(event!.body).digest('hex');
    expect(event!.headers['lc-signature']).toBe(`sha256=${expected}`);
    const parsed = JSON.parse(event!.body);
    expect(typeof parsed).toBe(format === 'json' ? 'object' : 'string');
    expect((format === 'json' ? parsed : JSON.parse(parsed)).data.id).toBe(job.id);
  });

  test('go to every endpoint, each as it was said, with the same event id', async () => {
    await jobWith(
      hook('/ok/first', DONE),
      hook('/ok/second', DONE),
      hook('/ok/pending', { webhook_events: ['parse.success', 'classify.pending'] }),
    );
    const [first] = await receiver.on('/ok/first');
    const [second] = await receiver.on('/ok/second');
    const [pending] = await receiver.on('/ok/pending');
    expect(second!.headers['x-webhook-event-id']).toBe(first!.headers['x-webhook-event-id']);
    expect(second!.body).toBe(first!.body);
    expect(typesOf([first!, pending!])).toEqual(['classify.success', 'classify.pending']);
  });

  test('tell of failure and of cancellation', async () => {
    const broken = await api.upload('%PDF-1.7 broken', 'broken.pdf');
    await api.job(broken.id, { webhook_configurations: [hook('/ok/broken', DONE)] });
    expect(typesOf(await receiver.on('/ok/broken'))).toEqual(['classify.error']);

    const release = await holdReaders(server.process.pid!);
    try {
      const other = await api.upload(`${INVOICE} cancelled`);
      const { id } = await api.job(other.id, { webhook_configurations: [hook('/ok/cancelled', DONE)] });
      await api.call('POST', `/api/v2/classify/${id}/cancel`);
      const [event] = await receiver.on('/ok/cancelled');
      expect(JSON.parse(event!.body)).toMatchObject({
        event_type: 'classify.cancelled',
        data: { status: 'CANCELLED' },
      });
    } finally {
      release();
    }
  });

  test('go where saved configurations say at the creation of the job, whatever becomes of them', async () => {
    const CONFIGS = '/api/v1/beta/webhook-configs';
    const saved = await api.call<{ id: string }>('POST', CONFIGS, {
      json: hook('/fails/1/saved', { webhook_signing_secret: SECRET, ...DONE }),
    });
    const job = await api.job(file, { webhook_configuration_ids: [saved.body.id, saved.body.id.slice(4)] });
    await api.call('PUT', `${CONFIGS}/${saved.body.id}`, { json: { webhook_url: `${receiver.url}/ok/moved` } });
    await api.call('DELETE', `${CONFIGS}/${saved.body.id}`);
    const [first] = await receiver.on('/fails/1/saved', 2);
    expect(first!.headers['lc-signature']).toMatch(/^sha256=[0-9a-f]{64}$/);
    const [delivery] = await settled(job.id);
    expect(delivery).toMatchObject({ webhook_configuration_id: saved.body.id, status: 'delivered' });
    expect(receiver.events.filter(({ path }) => path === '/ok/moved')).toEqual([]);
  });

  test('a repeated transaction_id does not send them again', async () => {
    const fields = { transaction_id: 'tx webhook', webhook_configurations: [hook('/ok/once', DONE)] };
    const jobs = await Promise.all([api.job(file, fields), api.job(file, fields)]);
    const again = await api.job(file, fields);
    expect(new Set([...jobs, again].map(({ id }) => id)).size).toBe(1);
    await settled(again.id);
    expect(receiver.events.filter(({ path }) => path === '/ok/once')).toHaveLength(1);
  });

  test('of bulk requests are those of each job, of reruns those of the new one', async () => {
    const bulk = { file_inputs: [file, file], configuration: { rules: RULES } };
    const created = await api.call<{ jobs: { id: string }[] }>('POST', '/api/v2/classify/bulk', {
      json: { ...bulk, webhook_configurations: [hook('/ok/bulk', DONE)] },
    });
    const events = await receiver.on('/ok/bulk', 2);
    const ids = events.map(({ body }) => JSON.parse(body).data.id);
    expect(ids.sort()).toEqual(created.body.jobs.map(({ id }) => id).sort());
    const rerun = await api.call<ClassifyJob>('POST', `/api/v2/classify/${ids[0]}/rerun`, {
      json: { webhook_configurations: [hook('/ok/rerun', DONE)] },
    });
    const [event] = await receiver.on('/ok/rerun');
    expect(JSON.parse(event!.body).data.id).toBe(rerun.body.id);
  });

  test('of a parse job are its own: those of its statuses, and of its failure', async () => {
    const events = ['parse.pending', 'parse.success', 'parse.error'];
    const hooks = (path: string) => ({ webhook_configurations: [hook(path, { webhook_events: events })] });
    const tier = { tier: 'fast', version: 'latest', disable_cache: true };
    const create = (fileId: string, path: string) =>
      api.call<{ id: string }>('POST', '/api/v2/parse', { json: { file_id: fileId, ...tier, ...hooks(path) } });

    const parse = await create(file, '/ok/parse');
    expect(parse.status, parse.text).toBe(200);
    const sent = await receiver.on('/ok/parse', 2);
    expect(typesOf(sent).sort()).toEqual(['parse.pending', 'parse.success']);
    for (const { body } of sent)
      expect(JSON.parse(body).data).toMatchObject({ id: parse.body.id, job_id: parse.body.id });

    const broken = (await api.upload('%PDF-1.7 broken', 'broken.pdf')).id;
    await create(broken, '/ok/parse-error');
    expect(typesOf(await receiver.on('/ok/parse-error', 2)).sort()).toEqual(['parse.error', 'parse.pending']);
  });

  test('of a v1 job are its own: pending, and one for its end that tells whether all files could be classified', async () => {
    const broken = await api.upload('%PDF-1.7 broken', 'broken.pdf');
    const created = await api.call<{ id: string }>('POST', '/api/v1/classifier/jobs', {
      json: { file_ids: [file, broken.id], rules: RULES, webhook_configurations: [hook('/ok/v1')] },
    });
    const events = await receiver.on('/ok/v1', 2);
    expect(typesOf(events).sort()).toEqual(['classify.partial_success', 'classify.pending']);
    for (const { body } of events) expect(JSON.parse(body).data.id).toBe(created.body.id);
    expect(await settled(created.body.id, 2)).toHaveLength(2);
    expect(receiver.events.filter(({ path }) => path === '/ok/v1')).toHaveLength(2);
  });
});

describe('an attempt', () => {
  test('that fails is made again with the same id and the same bytes, three times in all', async () => {
    const job = await jobWith(hook('/fails/9/forever', { ...DONE, webhook_signing_secret: SECRET }));
    const events = await receiver.on('/fails/9/forever', 3);
    const [delivery] = await settled(job.id);
    expect(delivery).toMatchObject({
      status: 'failed',
      next_attempt_at: null,
      attempts: [1, 2, 3].map((attempt) => ({ attempt, response_status: 500, error: 'answered with status 500' })),
    });
    for (const { body, headers } of events) {
      expect(body).toBe(events[0]!.body);
      for (const name of ['x-webhook-event-id', 'lc-signature']) expect(headers[name]).toBe(events[0]!.headers[name]);
    }
    expect(receiver.events.filter(({ path }) => path === '/fails/9/forever')).toHaveLength(3);
  });

  test('that succeeds after others is the last', async () => {
    const job = await jobWith(hook('/fails/2/then-ok', DONE));
    await receiver.on('/fails/2/then-ok', 3);
    const [delivery] = await settled(job.id);
    expect(delivery!.status).toBe('delivered');
    expect(delivery!.attempts.map(({ response_status }) => response_status)).toEqual([500, 500, 200]);
    expect(delivery!.attempts.at(-1)!.error).toBeNull();
  });

  const answers: [path: string, status: 'delivered' | 'failed', response: number | null, error: string | null][] = [
    ['/status/201', 'delivered', 201, null],
    ['/status/204', 'delivered', 204, null],
    ['/status/302', 'failed', 302, 'answered with status 302; redirects are not followed'],
    ['/status/400', 'failed', 400, 'answered with status 400'],
    ['/stalls', 'failed', null, `no answer within ${TIMEOUT_MS} ms`],
    ['/resets', 'failed', null, 'the connection was closed without an answer'],
    ['/no-http', 'failed', null, 'the answer was not HTTP'],
    ['/cut', 'delivered', 200, null],
    ['/endless', 'delivered', 200, null],
    ['/open', 'delivered', 200, null],
  ];
  test.concurrent.each(answers)(
    'to a receiver that answers %s has %s',
    async (path, status, response_status, error) => {
      const job = await jobWith(hook(path, DONE));
      const [delivery] = await settled(job.id);
      expect(delivery).toMatchObject({ status, webhook_host: `127.0.0.1:${receiver.port}` });
      expect(delivery!.attempts.at(-1)).toMatchObject({ response_status, error });
      if (path.includes('302')) expect(receiver.events.map((event) => event.path)).not.toContain('/ok/redirected');
    },
  );

  test('to a receiver that is not there fails, and waits for nobody', async () => {
    const gone = await startReceiver();
    await gone.kill();
    const job = await jobWith(
      { webhook_url: gone.url, ...DONE },
      { webhook_url: 'http://no-such-host.invalid/', ...DONE },
    );
    const errors = (await settled(job.id, 2)).map(({ attempts }) => attempts.at(-1)!.error);
    expect(errors.sort()).toEqual(['the connection was refused', 'the name of the host could not be resolved']);
  });
});

describe('the log of deliveries', () => {
  test('is newest first, in pages, and holds nothing of URLs, headers and secrets', async () => {
    const path = `/ok/${encodeURIComponent('Hopfenbuche')}?token=Hainbuche`;
    const job = await jobWith(
      hook(path, { webhook_headers: { authorization: CREDENTIAL }, webhook_signing_secret: SECRET }),
    );
    await api.ended(job.id);
    const all = await settled(job.id, 3);
    expect(all.map(({ event_type }) => event_type)).toEqual([
      'classify.success',
      'classify.running',
      'classify.pending',
    ]);
    const log = `/api/v2/classify/${job.id}/webhook-deliveries`;
    const walked = await api.walk<WebhookDelivery>(log, 'page_size=1');
    expect(walked).toEqual(all);
    const { stdout, stderr } = server.output();
    for (const word of [SECRET, CREDENTIAL, 'Hopfenbuche', 'Hainbuche']) {
      expect(JSON.stringify(all)).not.toContain(word);
      expect(`${stdout}${stderr}`).not.toContain(word);
    }
    expect(stderr).toContain('webhook delivered');
  });

  test('of a job without webhooks is empty, of an unknown job there is none', async () => {
    const job = await api.job(file);
    expect(await deliveriesOf(job.id)).toEqual([]);
    const missing = await api.call<Refusal>('GET', '/api/v2/classify/clj-x/webhook-deliveries');
    expect(missing).toMatchObject({ status: 404, body: { detail: 'Classify job not found' } });
  });

  test('offers to send an event again, with the id it had', async () => {
    const path = '/fails/3/redelivered';
    const job = await jobWith(hook(path, DONE));
    const redeliver = (id: string) =>
      api.call<WebhookDelivery & Refusal>('POST', `/api/v2/classify/${job.id}/webhook-deliveries/${id}/redeliver`);
    const [failed] = await settled(job.id);
    const again = await redeliver(failed!.id);
    expect(again).toMatchObject({
      status: 200,
      body: { status: 'pending', redelivery_of: failed!.id, event_id: failed!.event_id, attempts: [] },
    });
    const events = await receiver.on(path, 4);
    expect(new Set(events.map(({ body }) => body)).size).toBe(1);
    const [newest, oldest] = await settled(job.id, 2);
    expect(newest).toMatchObject({ id: again.body.id, status: 'delivered' });
    expect(oldest).toEqual(failed);
    expect((await redeliver('whd-x')).status).toBe(404);

    const stalled = await jobWith(hook('/stalls/again', DONE));
    const [pending] = await eventually('it is tried', async () => {
      const found = await deliveriesOf(stalled.id);
      return found.length > 0 ? found : null;
    });
    const refused = await api.call(
      'POST',
      `/api/v2/classify/${stalled.id}/webhook-deliveries/${pending!.id}/redeliver`,
    );
    expect(refused.status).toBe(409);
  });
});

describe('a request with webhooks that do not fit', () => {
  test('is refused and creates nothing', async () => {
    const cases: [object, number, string][] = [
      [{ webhook_configurations: [{ webhook_events: ['classify.success'] }] }, 422, 'webhook_url'],
      [{ webhook_configurations: [hook('/ok', { webhook_events: ['x'] })] }, 422, 'webhook_events'],
      [{ webhook_configurations: Array(11).fill(hook('/ok')) }, 422, 'webhook_configurations'],
      [{ webhook_configuration_ids: Array(11).fill('whc-1') }, 422, 'webhook_configuration_ids'],
      [{ webhook_configuration_ids: ['whc-1'] }, 404, 'Webhook configuration whc-1 not found'],
    ];
    const before = (await api.list()).body.items[0]!.id;
    for (const [fields, status, text] of cases) {
      const answer = await api.create<InvalidRequest & Refusal>(bodyFor(file, fields));
      expect(answer.status, answer.text).toBe(status);
      expect(JSON.stringify(answer.body.detail)).toContain(text);
    }
    expect((await api.list()).body.items[0]!.id).toBe(before);
  });

  test('may not name a configuration of another project', async () => {
    const { stdout } = await runCli(['keys', 'create', '--project', 'stranger'], {
      PIGEONHOLE_DATA_DIR: server.dataDir,
    });
    const stranger = new Api(server.url, stdout.trim());
    const { body } = await stranger.call<{ id: string }>('POST', '/api/v1/beta/webhook-configs', {
      json: { webhook_url: 'https://example.com' },
    });
    const { status } = await api.create(bodyFor(file, { webhook_configuration_ids: [body.id] }));
    expect(status).toBe(404);
  });
});
