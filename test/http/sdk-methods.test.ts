import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Sdk18 from 'llama-cloud-1.8';
import Sdk24 from 'llama-cloud-2.4';
import Sdk211 from 'llama-cloud-2.11';
import SdkLatest from 'llama-cloud-latest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Api, INVOICE, RULES } from '../support/api.ts';
import { API_KEY, dispose, PROJECT_DIR, startServer, type TestServer } from '../support/server.ts';

/** The resources of the SDKs that the server claims, with every method each version has. */
const RESOURCES = ['files', 'classify', 'classifier', 'parsing', 'configurations', 'webhookConfigs', 'projects'];

const SDKS = [
  { version: '1.8.0', Sdk: Sdk18 },
  { version: '2.4.1', Sdk: Sdk24 },
  { version: '2.11.0', Sdk: Sdk211 },
  { version: '2.16.0', Sdk: SdkLatest },
];

let server: TestServer;
let api: Api;
/** What calls work on: an uploaded file and jobs that have ended. */
let known: { fileId: string; jobId: string; projectId: string };

beforeAll(async () => {
  server = await startServer();
  api = new Api(server.url);
  const file = await api.upload();
  const job = await api.ended((await api.job(file.id)).id);
  known = { fileId: file.id, jobId: job.id, projectId: file.project_id };
});
afterAll(() => dispose(server));

// biome-ignore lint/suspicious/noExplicitAny: four versions have four types, and which one has which method is the question.
type Client = Record<string, any>;

const QUICKLY = { pollingInterval: 0.05, maxInterval: 0.2 };

const upload = (client: Client) =>
  client.files.create({ file: new File([`${INVOICE}${Math.random()}`], 'invoice.txt'), purpose: 'classify' });
const classify = async (client: Client) =>
  // The first version knows only the first name of this field.
  client.classify.create({
    ...('run' in client.classify ? { file_input: known.fileId } : { file_id: known.fileId }),
    configuration: { rules: RULES },
  });

/** A call of each method; it rejects when the method does not do what it is there for. */
const CALLS: Record<string, (client: Client) => Promise<unknown>> = {
  'files.create': async (client) => expect(await upload(client)).toMatchObject({ name: 'invoice.txt' }),
  'files.list': async (client) => expect((await client.files.list()).items).not.toHaveLength(0),
  'files.query': async (client) =>
    expect((await client.files.query({ filter: { file_ids: [known.fileId] } })).items).toHaveLength(1),
  'files.retrieve': async (client) =>
    expect(await client.files.retrieve(known.fileId)).toMatchObject({ id: known.fileId }),
  'files.get': async (client) => expectBytes((await client.files.get(known.fileId)).url),
  'files.content': async (client) => expectBytes((await client.files.content(known.fileId)).url),
  'files.delete': async (client) => {
    const { id } = await upload(client);
    await client.files.delete(id);
    expect((await client.files.list({ file_ids: [id] })).items).toEqual([]);
  },

  'classify.create': async (client) => expect(await classify(client)).toMatchObject({ status: 'PENDING' }),
  'classify.list': async (client) =>
    expect((await client.classify.list({ job_ids: [known.jobId] })).items).toMatchObject([{ id: known.jobId }]),
  'classify.get': async (client) => expectInvoice(await client.classify.get(known.jobId)),
  'classify.cancel': async (client) => {
    const { id } = await classify(client);
    expect(['CANCELLED', 409]).toContain(await statusOrRefusal(client.classify.cancel(id)));
  },
  'classify.waitForCompletion': async (client) =>
    expectInvoice(await client.classify.waitForCompletion((await classify(client)).id, {}, QUICKLY)),
  'classify.run': async (client) =>
    expectInvoice(await client.classify.run({ file_input: known.fileId, configuration: { rules: RULES } }, QUICKLY)),

  'classifier.classify': async (client) =>
    expect((await classifierJob(client, 'classify')).items).toMatchObject([{ result: { type: 'invoice' } }]),
  'classifier.jobs.create': async (client) =>
    expect(await classifierJob(client)).toMatchObject({ status: 'PENDING', rules: RULES }),
  'classifier.jobs.list': async (client) => {
    await classifierJob(client);
    expect((await client.classifier.jobs.list()).items).not.toHaveLength(0);
  },
  'classifier.jobs.get': async (client) => {
    const { id } = await classifierJob(client);
    expect(await client.classifier.jobs.get(id)).toMatchObject({ id });
  },
  'classifier.jobs.getResults': async (client) => {
    const { id } = await classifierJob(client);
    await client.classifier.jobs.waitForCompletion(id, {}, QUICKLY);
    expect((await client.classifier.jobs.getResults(id)).items).toMatchObject([{ result: { type: 'invoice' } }]);
  },
  'classifier.jobs.waitForCompletion': async (client) => {
    const { id } = await classifierJob(client);
    expect(await client.classifier.jobs.waitForCompletion(id, {}, QUICKLY)).toMatchObject({ status: 'SUCCESS' });
  },

  'parsing.create': async (client) => expect(await parse(client)).toMatchObject({ status: 'PENDING' }),
  'parsing.get': async (client) => {
    const { id } = await parse(client);
    expect((await client.parsing.get(id)).job).toMatchObject({ id });
  },
  'parsing.list': async (client) => {
    const { id } = await parse(client);
    expect((await client.parsing.list({ job_ids: [id] })).items).toMatchObject([{ id }]);
  },
  'parsing.cancel': async (client) => {
    const { id } = await parse(client);
    expect(['CANCELLED', 409]).toContain(await statusOrRefusal(client.parsing.cancel(id)));
  },
  'parsing.delete': async (client) => {
    const { id } = await parse(client);
    await client.parsing.waitForCompletion(id, {}, QUICKLY);
    expect(await client.parsing.delete(id)).toMatchObject({ id });
    expect((await client.parsing.list({ job_ids: [id] })).items).toEqual([]);
  },
  'parsing.listVersions': async (client) =>
    expect(await client.parsing.listVersions()).toMatchObject({ latest: { fast: expect.any(String) } }),
  'parsing.waitForCompletion': async (client) => {
    const { id } = await parse(client);
    const { job } = await client.parsing.waitForCompletion(id, {}, QUICKLY);
    expect(job).toMatchObject({ id, status: 'COMPLETED' });
  },
  'parsing.parse': async (client) => {
    const { text } = await client.parsing.parse(
      { file_id: known.fileId, tier: 'fast', version: 'latest', expand: ['text'] },
      QUICKLY,
    );
    expect(text.pages).toMatchObject([{ page_number: 1, text: expect.stringContaining('INVOICE No. 2041') }]);
  },

  'configurations.create': async (client) =>
    expect(await configure(client)).toMatchObject({ product_type: 'classify_v2', parameters: { rules: RULES } }),
  'configurations.list': async (client) => {
    const { id, name } = await configure(client);
    expect((await client.configurations.list({ name })).items).toMatchObject([{ id }]);
  },
  'configurations.retrieve': async (client) => {
    const { id, name } = await configure(client);
    expect(await client.configurations.retrieve(id)).toMatchObject({ id, name });
  },
  'configurations.update': async (client) => {
    const { id, name } = await configure(client);
    expect(await client.configurations.update(id, { name: `${name} again` })).toMatchObject({ name: `${name} again` });
  },
  'configurations.delete': async (client) => {
    const { id, name } = await configure(client);
    await client.configurations.delete(id);
    expect((await client.configurations.list({ name })).items).toEqual([]);
  },

  'webhookConfigs.create': async (client) =>
    expect(await subscribe(client)).toMatchObject({ webhook_url: 'https://example.com/hook', has_secret: true }),
  'webhookConfigs.list': async (client) => {
    const { id } = await subscribe(client);
    expect((await client.webhookConfigs.list())[0]).toMatchObject({ id });
  },
  'webhookConfigs.retrieve': async (client) => {
    const { id } = await subscribe(client);
    expect(await client.webhookConfigs.retrieve(id)).toMatchObject({ id, has_secret: true });
  },
  'webhookConfigs.update': async (client) => {
    const { id } = await subscribe(client);
    expect(await client.webhookConfigs.update(id, { webhook_events: ['classify.success'] })).toMatchObject({
      webhook_events: ['classify.success'],
      has_secret: true,
    });
  },
  'webhookConfigs.delete': async (client) => {
    const { id } = await subscribe(client);
    await client.webhookConfigs.delete(id);
    expect((await client.webhookConfigs.list()).map((config: { id: string }) => config.id)).not.toContain(id);
  },

  'projects.list': async (client) =>
    expect(await client.projects.list()).toMatchObject([{ id: known.projectId, is_default: true }]),
  'projects.get': async (client) =>
    expect(await client.projects.get(known.projectId)).toMatchObject({ id: known.projectId }),
};

const classifierJob = (client: Client, how: 'create' | 'classify' = 'create') => {
  const question = { file_ids: [bareUuid(known.fileId)], rules: RULES };
  return how === 'create' ? client.classifier.jobs.create(question) : client.classifier.classify(question, QUICKLY);
};
const parse = (client: Client) =>
  client.parsing.create({ file_id: known.fileId, tier: 'fast', version: 'latest', disable_cache: true });
const configure = (client: Client) =>
  client.configurations.create({
    name: `invoices ${Math.random()}`,
    parameters: { product_type: 'classify_v2', rules: RULES },
  });
const subscribe = (client: Client) =>
  client.webhookConfigs.create({ webhook_url: 'https://example.com/hook', webhook_signing_secret: 'whsec-1' });

/** A job that was quicker than its cancellation refuses it with a conflict, which answers the call as well. */
const statusOrRefusal = (cancelled: Promise<{ status: string }>) =>
  cancelled.then(
    (job) => job.status,
    (error: { status: number }) => error.status,
  );

const bareUuid = (id: string) => id.slice(id.indexOf('-') + 1);

const expectInvoice = (job: unknown) =>
  expect(job).toMatchObject({ status: 'COMPLETED', result: { type: 'invoice', confidence: expect.any(Number) } });

async function expectBytes(url: string): Promise<void> {
  expect(await (await fetch(url)).text()).toBe(INVOICE);
}

/** The methods of a resource and of the resources within it, in the order the SDK has them. */
function methodsOf(resource: Client, name: string): string[] {
  const prototype = Object.getPrototypeOf(resource);
  const own = Object.getOwnPropertyNames(prototype)
    .filter((key) => key !== 'constructor' && typeof prototype[key] === 'function')
    .map((key) => `${name}.${key}`);
  const inner = Object.entries(resource)
    .filter(([, value]) => value?._client !== undefined)
    .flatMap(([key, value]) => methodsOf(value, `${name}.${key}`));
  return [...own, ...inner];
}

const clientOf = ({ Sdk }: (typeof SDKS)[number], url: string): Client => new Sdk({ apiKey: API_KEY, baseURL: url });

/** Every method of each version. */
const METHODS = SDKS.map((sdk) => {
  const client = clientOf(sdk, 'http://127.0.0.1:9');
  return RESOURCES.filter((name) => name in client).flatMap((name) => methodsOf(client[name], name));
});

describe.each(SDKS.map((sdk, index) => ({ ...sdk, methods: METHODS[index]! })))(
  'of the SDK $version, unpatched,',
  (sdk) => {
    test.each(sdk.methods)('%s works', async (method) => {
      const call = CALLS[method];
      if (!call) throw new Error(`say in CALLS how to call ${method}`);
      await call(clientOf(sdk, server.url));
    });
  },
);

test('docs/http-api.md shows which method works with which version', async () => {
  const path = join(PROJECT_DIR, 'docs/http-api.md');
  const claimed = Object.keys(CALLS).filter((method) => RESOURCES.includes(method.split('.')[0]!));
  const rows = claimed.map((method) => [
    `\`${method}\``,
    ...METHODS.map((methods) => (methods.includes(method) ? 'works' : '–')),
  ]);
  const table = [['method', ...SDKS.map(({ version }) => version)], ['---', ...SDKS.map(() => '---')], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
  const page = await readFile(path, 'utf8');
  const current = page.replace(/(<!-- sdk methods -->\n).*(\n<!-- end -->)/s, (_, begin, end) => begin + table + end);
  // `npx vitest run test/http/sdk-methods.test.ts -u` writes it anew.
  await expect(current).toMatchFileSnapshot(path);
});
