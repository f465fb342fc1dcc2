import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WebhookDelivery } from '../../src/domain/webhook-delivery.ts';
import { Api, type Page } from '../support/api.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { dispose, eventually, startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  // Fetching from private addresses is another permission, and does not open them for webhooks.
  server = await startServer({
    PIGEONHOLE_WORKERS: '1',
    PIGEONHOLE_ALLOW_PRIVATE_URLS: 'true',
    PIGEONHOLE_WEBHOOK_RETRY_WAITS_MS: '10',
  });
});
afterAll(async () => {
  await dispose(server);
  await receiver.kill();
});

const HOSTS = [
  ...['127.0.0.1', 'localhost', '2130706433', '0177.0.0.1', '0x7f.1', '0.0.0.0', '[::1]', '[::ffff:127.0.0.1]'],
  ...['169.254.169.254', '10.0.0.1'],
];

test('webhooks are not sent to addresses that are not public, however they are written', async () => {
  const api = new Api(server.url);
  const { id } = await api.upload();
  const webhook_configurations = HOSTS.map((host) => ({
    webhook_url: `http://${host}:${receiver.port}/ok/inside`,
    webhook_events: ['classify.pending'],
  }));
  const job = await api.job(id, { webhook_configurations });
  const deliveries = await eventually('all have failed', async () => {
    const path = `/api/v2/classify/${job.id}/webhook-deliveries`;
    const { items } = (await api.call<Page<WebhookDelivery>>('GET', path)).body;
    return items.every(({ status }) => status === 'failed') ? items : null;
  });
  expect(deliveries).toHaveLength(HOSTS.length);
  for (const { attempts, webhook_host } of deliveries) {
    expect(
      attempts.map(({ error }) => error),
      webhook_host,
    ).toEqual(Array(2).fill('the address of the host is not a public one, which this server refuses'));
  }
  expect(receiver.events).toEqual([]);
});
