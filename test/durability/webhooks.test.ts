import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ClassifyJob } from '../../src/domain/job.ts';
import type { WebhookDelivery } from '../../src/domain/webhook-delivery.ts';
import { Api, INVOICE, type Page } from '../support/api.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { eventually, startServer, type TestServer, temporaryDirectory } from '../support/server.ts';

const KILLS = 5;
const CLIENTS = 3;

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.kill());

test('an event exists exactly when its status does, and every one arrives, whenever the server is killed', async () => {
  const PIGEONHOLE_DATA_DIR = await temporaryDirectory();
  const start = () =>
    startServer({
      PIGEONHOLE_DATA_DIR,
      PIGEONHOLE_WORKERS: '1',
      PIGEONHOLE_LEASE_MS: '1000',
      PIGEONHOLE_WEBHOOK_TIMEOUT_MS: '1000',
      PIGEONHOLE_ALLOW_PRIVATE_WEBHOOKS: 'true',
      PIGEONHOLE_LOG_LEVEL: 'warn',
    });
  const webhook = { webhook_url: `${receiver.url}/fails/1/kill`, webhook_output_format: 'json' };
  let created = 0;
  let server: TestServer = await start();
  for (let round = 0; round < KILLS; round++) {
    const api = new Api(server.url);
    const { id } = await api.upload(`${INVOICE}${round}`);
    let stop = false;
    const clients = Array.from({ length: CLIENTS }, async () => {
      while (!stop) {
        const accepted = await api.job(id, { webhook_configurations: [webhook] }).catch(() => null);
        if (accepted === null) return;
        created++;
      }
    });
    // The moments of the kills differ: by how far the work is, not by the clock.
    const before = receiver.events.length;
    await eventually('events arrive', async () => (receiver.events.length > before + 7 * round ? true : null));
    await server.kill();
    stop = true;
    await Promise.all(clients);
    server = await start();
  }
  try {
    const api = new Api(server.url);
    const jobs = await eventually(
      'all jobs have ended and all deliveries with them',
      async () => {
        const all = await api.walk<ClassifyJob>('/api/v2/classify', 'page_size=100');
        return all.every(({ status }) => status === 'COMPLETED') ? all : null;
      },
      { timeoutMs: 60_000, everyMs: 500 },
    );
    expect(jobs.length).toBeGreaterThanOrEqual(created);
    expect(created).toBeGreaterThan(KILLS);
    for (const job of jobs) {
      const deliveries = await eventually(
        `the deliveries of ${job.id} have ended`,
        async () => {
          const path = `/api/v2/classify/${job.id}/webhook-deliveries`;
          const { items } = (await api.call<Page<WebhookDelivery>>('GET', path)).body;
          return items.every(({ status }) => status === 'delivered') ? items : null;
        },
        { timeoutMs: 60_000, everyMs: 200 },
      );
      const types = deliveries.map(({ event_type }) => event_type).filter((type) => type !== 'classify.running');
      expect(types.sort(), job.id).toEqual(['classify.pending', 'classify.success']);
      for (const { event_id, event_type } of deliveries) {
        const arrived = receiver.events.filter(({ headers }) => headers['x-webhook-event-id'] === event_id);
        expect(arrived.length, `${job.id} ${event_type}`).toBeGreaterThanOrEqual(1);
        expect(new Set(arrived.map(({ body }) => body)).size).toBe(1);
      }
    }
    // Nothing was told of that is not there.
    const known = new Set(jobs.map(({ id }) => id));
    expect(receiver.events.filter(({ body }) => !known.has(JSON.parse(body).data.id))).toEqual([]);
  } finally {
    await server.stop();
    await rm(PIGEONHOLE_DATA_DIR, { recursive: true });
  }
}, 240_000);

test('several processes on the same data send each attempt once', async () => {
  const settings = {
    PIGEONHOLE_WORKERS: '1',
    PIGEONHOLE_ALLOW_PRIVATE_WEBHOOKS: 'true',
    PIGEONHOLE_WEBHOOK_TIMEOUT_MS: '1000',
    PIGEONHOLE_WEBHOOK_RETRY_WAITS_MS: '50',
  };
  const server = await startServer(settings);
  const workers = await startServer({ ...settings, PIGEONHOLE_DATA_DIR: server.dataDir }, { command: 'work' });
  try {
    const api = new Api(server.url);
    const { id } = await api.upload();
    const webhook_configurations = [
      {
        webhook_url: `${receiver.url}/fails/1/shared`,
        webhook_events: ['classify.pending'],
        webhook_output_format: 'json',
      },
    ];
    const jobs = await Promise.all(Array.from({ length: 60 }, () => api.job(id, { webhook_configurations })));
    const events = await receiver.on('/fails/1/shared', 2 * jobs.length);
    const attempts = Map.groupBy(events, ({ body }) => JSON.parse(body).data.id);
    for (const job of jobs) expect(attempts.get(job.id)?.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(receiver.events.filter(({ path }) => path === '/fails/1/shared')).toHaveLength(2 * jobs.length);
  } finally {
    await workers.stop();
    await server.stop();
    await rm(server.dataDir, { recursive: true });
  }
}, 120_000);

test('receivers that do not answer delay nobody else', async () => {
  const silent = await Promise.all(Array.from({ length: 6 }, () => startReceiver()));
  const server = await startServer({
    PIGEONHOLE_WORKERS: '1',
    PIGEONHOLE_ALLOW_PRIVATE_WEBHOOKS: 'true',
    // Nothing that stalls ends before the test does.
    PIGEONHOLE_WEBHOOK_TIMEOUT_MS: '600000',
    PIGEONHOLE_WEBHOOK_CONCURRENCY: '80',
  });
  try {
    const api = new Api(server.url);
    const { id } = await api.upload();
    const created = { webhook_events: ['classify.pending'], webhook_output_format: 'json' };
    const stalling = silent.map(({ url }) => ({ ...created, webhook_url: `${url}/stalls` }));
    for (let count = 0; count < 10; count++) await api.job(id, { webhook_configurations: stalling });
    for (const { events } of silent) await eventually('it is asked', async () => events[0] ?? null);
    const webhook_configurations = [{ ...created, webhook_url: `${receiver.url}/ok/alive` }];
    const job = await api.job(id, { webhook_configurations });
    const [event] = await receiver.on('/ok/alive');
    expect(JSON.parse(event!.body).data.id).toBe(job.id);
    // Each of them is sent four at a time, however many wait.
    for (const { events } of silent) expect(events.length).toBeLessThanOrEqual(4);
  } finally {
    await server.kill();
    await rm(server.dataDir, { recursive: true });
    await Promise.all(silent.map((each) => each.kill()));
  }
}, 120_000);
