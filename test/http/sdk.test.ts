import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Sdk18, * as sdk18 from 'llama-cloud-1.8';
import SdkLatest, * as sdkLatest from 'llama-cloud-latest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Api, INVOICE, RULES } from '../support/api.ts';
import { API_KEY, dispose, eventually, PROJECT_DIR, runCli, startServer, type TestServer } from '../support/server.ts';

const MAX_UPLOAD_BYTES = 1024 * 1024;
const NOBODY = '00000000-0000-4000-8000-000000000000';

let server: TestServer;
let api: Api;
let projectId: string;

beforeAll(async () => {
  server = await startServer({ PIGEONHOLE_MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES) });
  api = new Api(server.url);
  const file = await api.upload();
  projectId = file.project_id;
  // The first job waits for the engine to load; after it a job takes milliseconds.
  await api.ended((await api.job(file.id)).id);
});
afterAll(() => dispose(server));

/** The requests a client has sent, as "METHOD path", counted on their way out. */
function counting() {
  const sent: string[] = [];
  const counted: typeof fetch = (input, init) => {
    const url = new URL(String(input));
    // The SDKs try once whether this fetch sends forms, without leaving the process.
    if (url.protocol === 'http:') sent.push(`${init?.method?.toUpperCase() ?? 'GET'} ${url.pathname}`);
    return fetch(input, init);
  };
  return { sent, fetch: counted };
}

/** What a call was refused with. */
async function refusal(call: Promise<unknown>): Promise<Error & { status?: number; error?: unknown }> {
  try {
    await call;
  } catch (error) {
    return error as Error;
  }
  throw new Error('the call was not refused');
}

async function collect<Item>(pages: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

/** What both SDKs have in common, under one set of names. */
const SDKS = [
  {
    version: '1.8.0',
    sdk: sdk18,
    open: (options: ConstructorParameters<typeof Sdk18>[0] = {}) => {
      const client = new Sdk18({ apiKey: API_KEY, baseURL: server.url, ...options });
      return {
        client,
        create: (fileId: string, fields: object = {}) =>
          client.classify.create({ file_id: fileId, configuration: { rules: RULES }, ...fields }),
        inputOf: (job: unknown) => (job as { document_input_value: string }).document_input_value,
        // This version has no method for it, but sends any request.
        cancel: (jobId: string) => client.post<{ status: string }>(`/api/v2/classify/${jobId}/cancel`),
        link: (fileId: string) => client.files.get(fileId),
      };
    },
  },
  {
    version: '2.16.0',
    sdk: sdkLatest,
    open: (options: ConstructorParameters<typeof SdkLatest>[0] = {}) => {
      const client = new SdkLatest({ apiKey: API_KEY, baseURL: server.url, ...options });
      return {
        client,
        create: (fileId: string, fields: object = {}) =>
          client.classify.create({ file_input: fileId, configuration: { rules: RULES }, ...fields }),
        inputOf: (job: unknown) => (job as { file_input: string }).file_input,
        cancel: (jobId: string) => client.classify.cancel(jobId),
        link: (fileId: string) => client.files.content(fileId),
      };
    },
  },
];

describe.each(SDKS)('the SDK $version', ({ sdk, open }) => {
  test('uploads a document, classifies it and polls until it is done', async () => {
    const { client, create, inputOf } = open();
    const bytes = await readFile(join(PROJECT_DIR, 'test/documents/invoice.pdf'));
    const file = await client.files.create({ file: new File([bytes], 'invoice.pdf'), purpose: 'classify' });
    expect(file).toMatchObject({ name: 'invoice.pdf', file_type: 'pdf', purpose: 'classify', project_id: projectId });

    const created = await create(file.id, { transaction_id: `upload with ${file.id}` });
    expect(created).toMatchObject({ status: 'PENDING', document_input_type: 'file_id', result: null });
    expect(inputOf(created)).toBe(file.id);

    const job = await eventually('the job is done', async () => {
      const found = await client.classify.get(created.id);
      return found.status === 'COMPLETED' || found.status === 'FAILED' ? found : null;
    });
    expect(job).toMatchObject({ id: created.id, status: 'COMPLETED', result: { type: 'invoice' } });
    expect(job.result?.reasoning).not.toBe('');
    expect(job.configuration).toEqual({ rules: RULES, mode: 'FAST', parsing_configuration: null });
    expect(inputOf(job)).toBe(file.id);
  });

  test('uploads streams and files with their names and ids of other systems', async () => {
    const { client } = open();
    const stream = await client.files.create({
      file: await sdk.toFile(new Blob([INVOICE]).stream(), 'Rechnung Müller.TXT'),
      purpose: 'user_data',
      external_file_id: 'crm/42',
    });
    expect(stream).toMatchObject({
      name: 'Rechnung Müller.TXT',
      file_type: 'txt',
      purpose: 'user_data',
      external_file_id: 'crm/42',
    });
  });

  test('lists jobs page by page through every filter', async () => {
    const { client, create, cancel } = open();
    const file = await api.upload(`${INVOICE}\nlist ${Math.random()}`);
    const created: Awaited<ReturnType<typeof create>>[] = [];
    for (let i = 0; i < 7; i++) created.push(await create(file.id));
    for (const job of created) await api.ended(job.id);
    const newestFirst = created.map((job) => job.id).reverse();
    const [first, last] = [created[0]!.created_at!, created.at(-1)!.created_at!];
    const range = { created_at_on_or_after: first, created_at_on_or_before: last };

    const ids = async (query: object) =>
      (await collect<{ id: string }>(client.classify.list(query))).map((job) => job.id);
    expect(await ids({ ...range, page_size: 2 })).toEqual(newestFirst);
    expect(await ids({ ...range, page_size: 7 })).toEqual(newestFirst);
    expect(await ids({ ...range, page_size: 3, status: 'COMPLETED' })).toEqual(newestFirst);
    expect(await ids({ ...range, status: 'FAILED' })).toEqual([]);
    expect(await ids({ ...range, configuration_id: 'cfg-of-nobody' })).toEqual([]);
    expect(await ids({ ...range, project_id: projectId, page_size: 5 })).toEqual(newestFirst);
    expect(await ids({ job_ids: [...newestFirst, 'clj-of-nobody'], page_size: 4 })).toEqual(newestFirst);
    expect(await ids({ job_ids: [newestFirst[3]] })).toEqual([newestFirst[3]]);
    // Both ends of the range belong to it.
    expect(await ids({ created_at_on_or_after: last, created_at_on_or_before: last })).toEqual([newestFirst[0]]);
    expect(await ids({ created_at_on_or_after: first, created_at_on_or_before: first })).toEqual([newestFirst[6]]);
    // A null is sent as an empty value and means that the filter does not apply.
    const nulls = { status: null, configuration_id: null, page_token: null, project_id: null, organization_id: null };
    expect(await ids({ ...nulls, ...range, job_ids: [], page_size: 2 })).toEqual(newestFirst);

    const page = await client.classify.list({ ...range, page_size: 6 });
    expect(page.items).toHaveLength(6);
    expect(page.hasNextPage()).toBe(true);
    const next = await page.getNextPage();
    expect(next.items.map((job) => job.id)).toEqual([newestFirst[6]]);
    expect(next.hasNextPage()).toBe(false);

    expect((await refusal(cancel(newestFirst[0]!))).message).toContain('COMPLETED');
  });

  test('cancels a job', async () => {
    const { client, create, cancel } = open();
    const file = await api.upload(`${INVOICE}\n${Math.random()}`);
    // Whether a job is still open when its cancellation arrives is a race that the job wins now and then.
    const cancelled = await eventually('a job is cancelled', async () => {
      const job = await create(file.id);
      try {
        return await cancel(job.id);
      } catch (error) {
        if (error instanceof sdk.ConflictError) return null;
        throw error;
      }
    });
    expect(cancelled.status).toBe('CANCELLED');
    const { id } = cancelled as unknown as { id: string };
    expect((await client.classify.get(id)).status).toBe('CANCELLED');
  });

  test('manages files under its own method names', async () => {
    const { client, link } = open();
    const prefix = `managed ${Math.random()}`;
    const files = [];
    for (let i = 0; i < 5; i++) {
      files.push(
        await client.files.create({
          file: new File([`${INVOICE}${i}`], `${prefix} ${i}.txt`),
          purpose: 'classify',
          external_file_id: prefix,
        }),
      );
    }
    const listed = await collect(client.files.list({ external_file_id: prefix, page_size: 2 }));
    expect(listed.map((file) => file.id)).toEqual(files.map((file) => file.id).reverse());
    const byName = await collect(client.files.list({ external_file_id: prefix, page_size: 2, order_by: 'name' }));
    expect(byName.map((file) => file.name)).toEqual(files.map((file) => file.name));
    const three = await collect(
      client.files.list({ file_ids: files.slice(0, 3).map((file) => file.id), file_name: null, page_size: 2 }),
    );
    expect(three).toHaveLength(3);
    expect(await collect(client.files.list({ file_name: `${prefix} 4.txt` }))).toMatchObject([{ id: files[4]!.id }]);
    const queried = await client.files.query({ filter: { external_file_id: prefix }, page_size: 3 });
    expect(queried.items).toHaveLength(3);

    const { url } = await link(files[0]!.id);
    expect(await (await fetch(url)).text()).toBe(`${INVOICE}0`);

    for (const file of files) expect(await client.files.delete(file.id)).toBeNull();
    expect(await collect(client.files.list({ external_file_id: prefix }))).toEqual([]);
    expect(await refusal(link(files[0]!.id))).toBeInstanceOf(sdk.NotFoundError);
    expect(await refusal(client.files.delete(files[0]!.id))).toBeInstanceOf(sdk.NotFoundError);
  });

  test('works with a base URL that ends with a slash', async () => {
    const { client, create } = open({ baseURL: `${server.url}/` });
    const file = await client.files.create({ file: new File([INVOICE], 'a.txt'), purpose: 'classify' });
    const job = await create(file.id);
    expect((await client.classify.get(job.id)).id).toBe(job.id);
    expect((await client.classify.list({ job_ids: [job.id] })).items).toHaveLength(1);
  });

  describe('throws', () => {
    test('NotFoundError with the documented text for a job that is not there', async () => {
      const { sent, fetch } = counting();
      const error = await refusal(open({ fetch }).client.classify.get('clj-x/../y'));
      expect(error).toBeInstanceOf(sdk.NotFoundError);
      expect(error).toMatchObject({ status: 404, error: { detail: 'Classify job not found' } });
      expect(error.message).toBe('404 {"detail":"Classify job not found"}');
      expect(sent).toHaveLength(1);
    });

    test('BadRequestError with the documented text for a file that is not there', async () => {
      const error = await refusal(open().create(`dfl-${NOBODY}`));
      expect(error).toBeInstanceOf(sdk.BadRequestError);
      expect(error.error).toEqual({ detail: `File ID dfl-${NOBODY} is not in Project ID ${projectId}` });
    });

    test('UnprocessableEntityError with the place of the problem', async () => {
      const error = await refusal(
        open().create(`dfl-${NOBODY}`, { configuration: { rules: [{ type: 'x', description: 'short' }] } }),
      );
      expect(error).toBeInstanceOf(sdk.UnprocessableEntityError);
      expect(error.error).toEqual({
        detail: [
          {
            type: 'string_too_short',
            loc: ['body', 'configuration', 'rules', 0, 'description'],
            msg: 'String should have at least 10 characters',
            input: 'short',
            ctx: { min_length: 10 },
          },
        ],
      });
    });

    test('AuthenticationError for a wrong key and for none', async () => {
      const wrong = await refusal(open({ apiKey: 'llx-wrong' }).client.classify.list());
      expect(wrong).toBeInstanceOf(sdk.AuthenticationError);
      expect(wrong.error).toEqual({ detail: 'Invalid API Key' });
      const none = await refusal(open({ defaultHeaders: { Authorization: null } }).client.classify.list());
      expect(none).toBeInstanceOf(sdk.AuthenticationError);
      expect(none.error).toEqual({ detail: 'Not authenticated' });
    });

    test('PermissionDeniedError for the project of another key', async () => {
      const { stdout } = await runCli(['keys', 'create', '--project', 'sdk'], { PIGEONHOLE_DATA_DIR: server.dataDir });
      const other = new Api(server.url, stdout.trim());
      const { project_id } = await other.upload();
      expect(await refusal(open().client.classify.list({ project_id }))).toBeInstanceOf(sdk.PermissionDeniedError);
      expect(await refusal(open().client.files.list({ project_id }))).toBeInstanceOf(sdk.PermissionDeniedError);
      expect(await refusal(open().create(`dfl-${NOBODY}`, { project_id }))).toBeInstanceOf(sdk.PermissionDeniedError);
    });

    test('ConflictError for cancelling a job that has ended, after one request', async () => {
      const { sent, fetch } = counting();
      const { create, cancel } = open({ fetch });
      const job = await create((await api.upload()).id);
      await api.ended(job.id);
      sent.length = 0;
      const error = await refusal(cancel(job.id));
      expect(error).toBeInstanceOf(sdk.ConflictError);
      expect(error.error).toEqual({ detail: `Classify job ${job.id} is COMPLETED and cannot be cancelled.` });
      expect(sent).toEqual([`POST /api/v2/classify/${job.id}/cancel`]);
    });

    test('an error that names the limit for a file that is too large', async () => {
      const { sent, fetch } = counting();
      const { client } = open({ fetch });
      const error = await refusal(
        client.files.create({ file: new File(['x'.repeat(MAX_UPLOAD_BYTES + 1)], 'a.txt'), purpose: 'classify' }),
      );
      expect(error).toBeInstanceOf(sdk.APIError);
      expect(error.status).toBe(413);
      expect(error.message).toContain(`${MAX_UPLOAD_BYTES} bytes`);
      expect(sent).toHaveLength(1);
    });
  });
});

describe('classify.run of the newest SDK', () => {
  const open = (options: object = {}) => new SdkLatest({ apiKey: API_KEY, baseURL: server.url, ...options });

  test('has its result at the first poll, one second after the job was created', async () => {
    const { sent, fetch } = counting();
    const client = open({ fetch });
    const file = await client.files.create({ file: new File([INVOICE], 'invoice.txt'), purpose: 'classify' });
    sent.length = 0;
    const began = performance.now();
    const job = await client.classify.run({ file_input: file.id, configuration: { rules: RULES } });
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(job).toMatchObject({ status: 'COMPLETED', result: { type: 'invoice' } });
    expect(sent).toEqual(['POST /api/v2/classify', `GET /api/v2/classify/${job.id}`]);
  });

  test('has a null type when no rule fits', async () => {
    const client = open();
    const file = await client.files.create({
      file: new File(['Beat the eggs, add the flour and bake for forty minutes at 180 degrees.\n'], 'cake.txt'),
      purpose: 'classify',
    });
    const job = await client.classify.run({ file_input: file.id, configuration: { rules: RULES } });
    expect(job.result).toEqual({ type: null, confidence: expect.any(Number), reasoning: expect.stringMatching(/\S/) });
  });

  test('throws PollingError with the reason when the job fails', async () => {
    const client = open();
    const bytes = await readFile(join(PROJECT_DIR, 'test/documents/protected.pdf'));
    const file = await client.files.create({ file: new File([bytes], 'protected.pdf'), purpose: 'classify' });
    const error = await refusal(client.classify.run({ file_input: file.id, configuration: { rules: RULES } }));
    expect(error.name).toBe('PollingError');
    expect(error.message).toContain('PDF_IS_PROTECTED');
  });

  test('reads the metadata of a file, with a link when asked', async () => {
    const client = open();
    const file = await client.files.create({ file: new File([INVOICE], 'invoice.txt'), purpose: 'classify' });
    expect(await client.files.retrieve(file.id)).toEqual(file);
    const { download_url } = await client.files.retrieve(file.id, { expand: ['download_url'] });
    expect(await (await fetch(download_url!.url)).text()).toBe(INVOICE);
  });
});

describe('parsing of the newest SDK', () => {
  const quickly = { pollingInterval: 0.05, maxInterval: 0.2 };
  const client = () => new SdkLatest({ apiKey: API_KEY, baseURL: server.url });

  test('uploads a file, waits for it and has the parts it asks for', async () => {
    const { job, text, markdown_full, items } = await client().parsing.parse(
      {
        upload_file: new File([`# Offer\n\n${INVOICE}`], 'offer.md'),
        tier: 'cost_effective',
        version: 'latest',
        expand: ['text', 'markdown_full', 'items'],
      },
      quickly,
    );
    expect(job).toMatchObject({ status: 'COMPLETED', name: 'offer.md', tier: 'cost_effective' });
    expect(text!.pages[0]!.text).toContain('INVOICE No. 2041');
    expect(markdown_full).toContain('Offer');
    expect(items!.pages).toHaveLength(1);
  });

  test('throws PollingError with the reason when the document cannot be read', async () => {
    const broken = { upload_file: new File(['%PDF-1.4 broken'], 'broken.pdf'), tier: 'fast', version: 'latest' };
    const error = await refusal(client().parsing.parse({ ...broken, expand: ['text'] }, quickly));
    expect(error.constructor.name).toBe('PollingError');
    expect(error.message).toMatch(/FAILED.*PDF_IS_BROKEN: /);
  });

  test('throws NotFoundError with the documented text for a job that is not there', async () => {
    const error = await refusal(client().parsing.get(`pjb-${NOBODY}`));
    expect(error).toMatchObject({ status: 404, error: { detail: 'Parse job not found' } });
  });
});
