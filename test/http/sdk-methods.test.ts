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
const RESOURCES = ['files', 'classify'];

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
    // A job that was quicker than its cancellation is refused with a conflict, which is an answer to the call as well.
    const status = await client.classify.cancel(id).then(
      (job: { status: string }) => job.status,
      (error: { status: number }) => error.status,
    );
    expect(['CANCELLED', 409]).toContain(status);
  },
  'classify.waitForCompletion': async (client) =>
    expectInvoice(await client.classify.waitForCompletion((await classify(client)).id, {}, QUICKLY)),
  'classify.run': async (client) =>
    expectInvoice(await client.classify.run({ file_input: known.fileId, configuration: { rules: RULES } }, QUICKLY)),
};

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
  const rows = Object.keys(CALLS).map((method) => [
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
