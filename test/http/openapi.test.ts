import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Api, bodyFor, type CallOptions, INVOICE, type Page, RULES } from '../support/api.ts';
import { type Description, describedApi, mismatch, operationsOf, validatorOf } from '../support/description.ts';
import { API_KEY, dispose, eventually, startServer, type TestServer } from '../support/server.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';

let server: TestServer;
let api: Api;
let description: Description;

beforeAll(async () => {
  server = await startServer({ PIGEONHOLE_WORKERS: '1', PIGEONHOLE_MAX_UPLOAD_BYTES: '100000' });
  api = new Api(server.url);
  description = await describedApi(api);
});
afterAll(() => dispose(server));

const SCOPE = ['project_id', 'organization_id'];
const RANGE = ['created_at_on_or_after', 'created_at_on_or_before'];

/** Every operation of the API with its parameters. */
const OPERATIONS: Record<string, string[]> = {
  'get /health': [],
  'get /ready': [],
  'get /download/{file_id}': ['file_id', 'expires', 'signature'],
  'post /api/v2/classify': SCOPE,
  'get /api/v2/classify': [...SCOPE, 'page_size', 'page_token', 'status', 'configuration_id', 'job_ids', ...RANGE],
  'get /api/v2/classify/{job_id}': ['job_id', ...SCOPE, 'wait_seconds'],
  'post /api/v2/classify/{job_id}/cancel': ['job_id', ...SCOPE],
  'post /api/v2/classify/{job_id}/rerun': ['job_id', ...SCOPE],
  'post /api/v2/classify/{job_id}/feedback': ['job_id', ...SCOPE],
  'get /api/v2/classify/{job_id}/feedback': ['job_id', ...SCOPE],
  'delete /api/v2/classify/{job_id}/feedback': ['job_id', ...SCOPE],
  'get /api/v2/classify/{job_id}/details': ['job_id', ...SCOPE],
  'get /api/v2/classify/stats': SCOPE,
  'get /api/v2/classify/events': [...SCOPE, 'last-event-id'],
  'post /api/v2/classify/bulk': SCOPE,
  'get /api/v2/classify/bulk/{bulk_id}': ['bulk_id', ...SCOPE],
  'post /api/v2/parse': SCOPE,
  'post /api/v2/parse/upload': SCOPE,
  'get /api/v2/parse': [...SCOPE, 'page_size', 'page_token', 'status', 'job_ids', ...RANGE],
  'get /api/v2/parse/{job_id}': ['job_id', ...SCOPE, 'expand', 'image_filenames'],
  'post /api/v2/parse/{job_id}/cancel': ['job_id', ...SCOPE],
  'delete /api/v2/parse/{job_id}': ['job_id', ...SCOPE],
  'get /api/v2/parse/versions': [],
  'get /download/parse/{job_id}/{part}': ['job_id', 'part', 'expires', 'signature'],
  'post /api/v1/classifier/jobs': SCOPE,
  'get /api/v1/classifier/jobs': [...SCOPE, 'page_size', 'page_token'],
  'get /api/v1/classifier/jobs/{classify_job_id}': ['classify_job_id', ...SCOPE],
  'get /api/v1/classifier/jobs/{classify_job_id}/results': ['classify_job_id', ...SCOPE],
  'get /api/v2/classify/{job_id}/webhook-deliveries': ['job_id', ...SCOPE, 'page_size', 'page_token'],
  'post /api/v2/classify/{job_id}/webhook-deliveries/{delivery_id}/redeliver': ['job_id', 'delivery_id', ...SCOPE],
  'post /api/v1/beta/webhook-configs': SCOPE,
  'get /api/v1/beta/webhook-configs': SCOPE,
  'get /api/v1/beta/webhook-configs/{config_id}': ['config_id', ...SCOPE],
  'put /api/v1/beta/webhook-configs/{config_id}': ['config_id', ...SCOPE],
  'delete /api/v1/beta/webhook-configs/{config_id}': ['config_id', ...SCOPE],
  'post /api/v1/beta/files': SCOPE,
  'get /api/v1/beta/files': [
    ...SCOPE,
    ...['page_size', 'page_token', 'file_ids', 'file_name', 'external_file_id', 'order_by', 'expand'],
  ],
  'post /api/v1/beta/files/query': [...SCOPE, 'expand'],
  'get /api/v1/beta/files/{file_id}': ['file_id', ...SCOPE, 'expand'],
  'delete /api/v1/beta/files/{file_id}': ['file_id', ...SCOPE],
  'get /api/v1/beta/files/{file_id}/content': ['file_id', ...SCOPE, 'expires_at_seconds'],
  'put /api/v1/beta/files': SCOPE,
  'put /upload': ['ticket', 'expires', 'signature'],
  'get /api/v1/files': SCOPE,
  'put /api/v1/files': [...SCOPE, 'expires_at_seconds'],
  'put /api/v1/files/sync': SCOPE,
  'post /api/v1/files': [...SCOPE, 'external_file_id'],
  'put /api/v1/files/upload_from_url': SCOPE,
  'get /api/v1/files/{file_id}': ['file_id', ...SCOPE],
  'delete /api/v1/files/{file_id}': ['file_id', ...SCOPE],
  'get /api/v1/files/{file_id}/content': ['file_id', ...SCOPE, 'expires_at_seconds'],
  'post /api/v1/beta/configurations': SCOPE,
  'get /api/v1/beta/configurations': [...SCOPE, 'page_size', 'page_token', 'product_type', 'name', 'latest_only'],
  'get /api/v1/beta/configurations/{configuration_id}': ['configuration_id', ...SCOPE],
  'put /api/v1/beta/configurations/{configuration_id}': ['configuration_id', ...SCOPE],
  'delete /api/v1/beta/configurations/{configuration_id}': ['configuration_id', ...SCOPE],
  'get /api/v1/projects': ['organization_id', 'project_name'],
  'get /api/v1/projects/{project_id}': ['project_id', 'organization_id'],
  'get /api/v2/projects': ['organization_id', 'name', 'page_size', 'page_token'],
  'get /api/v2/projects/{project_id}': ['project_id', 'organization_id'],
  'get /api/v1/organizations': ['organization_id'],
  'get /api/v1/organizations/{organization_id}': ['organization_id'],
  'get /api/v2/organizations': ['organization_id', 'page_size', 'page_token'],
  'get /api/v2/organizations/{organization_id}': ['organization_id'],
  'post /session': [],
  'get /session': [],
  'delete /session': [],
};

const CONFIGURATIONS = '/api/v1/beta/configurations';
const ONE_CONFIGURATION = `${CONFIGURATIONS}/{configuration_id}`;

const REDELIVER = 'post /api/v2/classify/{job_id}/webhook-deliveries/{delivery_id}/redeliver';

const operations = () => operationsOf(description);

describe('/openapi.json', () => {
  test('is OpenAPI 3.1 and needs no key', () => {
    expect(description.openapi).toMatch(/^3\.1\./);
    expect(description.info).toMatchObject({ title: 'Pigeonhole', version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });

  test('lists every operation of the API with its parameters', () => {
    const found = operations().map(([name, { parameters = [] }]) => [name, parameters.map((each) => each.name).sort()]);
    const expected = Object.entries(OPERATIONS).map(([name, parameters]) => [name, [...parameters].sort()]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  });

  test('has a unique name, a summary, a tag and described answers for every operation', () => {
    const names = operations().map(([, { operationId }]) => operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const [name, operation] of operations()) {
      expect(operation.operationId, name).toMatch(/^\w+$/);
      expect(operation.summary, name).toMatch(/\w/);
      expect(operation.tags, name).toHaveLength(1);
      expect(
        Object.keys(operation.responses).some((status) => status.startsWith('2')),
        name,
      ).toBe(true);
      for (const [status, { description: text }] of Object.entries(operation.responses)) {
        expect(text, `${name} ${status}`).toMatch(/\w/);
      }
      for (const parameter of operation.parameters ?? []) {
        if (parameter.in === 'path') expect(parameter.required, name).toBe(true);
        expect(parameter.schema, name).toHaveProperty('type');
      }
    }
  });

  test('describes what the bodies of requests hold', () => {
    const bodyOf = (name: string) => operations().find(([each]) => each === name)![1].requestBody!.content;
    const resolve = (schema: object) =>
      '$ref' in schema ? description.components.schemas[String(schema.$ref).split('/').at(-1)!]! : schema;
    const properties = (name: string, type = 'application/json') =>
      Object.keys((resolve(bodyOf(name)[type]!.schema) as { properties: object }).properties);
    expect(properties('post /api/v2/classify')).toEqual([
      ...['file_input', 'file_id', 'parse_job_id', 'configuration', 'configuration_id', 'transaction_id'],
      ...['webhook_configurations', 'webhook_configuration_ids'],
    ]);
    expect(properties('post /api/v1/beta/files', 'multipart/form-data')).toEqual([
      'file',
      'purpose',
      'external_file_id',
    ]);
    expect(properties('post /api/v1/files', 'multipart/form-data')).toEqual(['upload_file']);
    expect(properties('put /api/v1/files/upload_from_url')).toContain('url');
    expect(properties('post /session')).toEqual(['api_key']);
  });

  test('shows an example of every body that is JSON, and each fits its schema', () => {
    const validator = validatorOf(description);
    for (const [name, { requestBody }] of operations()) {
      const schema = requestBody?.content['application/json']?.schema;
      if (!schema) continue;
      const found = examplesIn(schema);
      expect(found, name).not.toEqual([]);
      const fits = validator.compile(JSON.parse(JSON.stringify(schema).replaceAll('#/components', 'api#/components')));
      for (const example of found) expect(fits(example) || fits.errors, name).toBe(true);
    }
  });

  /** Those of a schema, or of one it is made of. */
  function examplesIn(schema: object): unknown[] {
    if ('examples' in schema) return schema.examples as unknown[];
    if ('$ref' in schema) return examplesIn(description.components.schemas[String(schema.$ref).split('/').at(-1)!]!);
    return 'anyOf' in schema ? (schema.anyOf as object[]).flatMap(examplesIn) : [];
  }

  test('says which operations need no key', () => {
    const open = operations().filter(([, { security }]) => security?.length === 0);
    expect(open.map(([name]) => name)).toEqual([
      'get /health',
      'get /ready',
      'get /download/{file_id}',
      'put /upload',
      'get /api/v2/parse/versions',
      'get /download/parse/{job_id}/{part}',
      'post /session',
    ]);
    expect(description.security).toEqual([{ bearer: [] }, { session: [] }]);
    expect(Object.keys(description.components.securitySchemes)).toEqual(['bearer', 'session']);
  });

  test('refers only to schemas it has, and all of them are valid', () => {
    const text = JSON.stringify(description);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(description.components.schemas).toHaveProperty(name!);
    }
    const validator = validatorOf(description);
    for (const name of Object.keys(description.components.schemas)) {
      expect(() => validator.compile({ $ref: `api#/components/schemas/${name}` }), name).not.toThrow();
    }
  });
});

test('answers are what the description says', async () => {
  const file = await api.upload();
  const job = await api.ended((await api.job(file.id)).id);
  const failed = await api.ended((await api.job((await api.upload('%PDF-1.7 broken', 'x.pdf')).id)).id);
  expect(failed.status).toBe('FAILED');
  const form = (...parts: [string, string | Blob][]) => {
    const data = new FormData();
    for (const [name, value] of parts) data.set(name, value);
    return { body: data };
  };
  const bytes = new Blob([INVOICE]);
  const link = (await api.call<{ url: string }>('GET', `/api/v1/beta/files/${file.id}/content`)).body.url;
  const download = link.slice(server.url.length);
  const session = await api.call('POST', '/session', { key: null, json: { api_key: API_KEY } });
  const cookie = { key: null, headers: { cookie: session.headers.getSetCookie()[0]!.split(';')[0]! } };
  const noKey = { key: null };
  const wrongKey = { key: 'llx-wrong' };
  const elsewhere = `project_id=${NOBODY}`;
  const unknownFile = bodyFor(`dfl-${NOBODY}`);
  const hook = { webhook_url: 'https://example.com/hook', webhook_events: ['classify.success'] };
  const config = await api.call<{ id: string }>('POST', '/api/v1/beta/webhook-configs', { json: hook });
  const configPath = `/api/v1/beta/webhook-configs/${config.body.id}`;
  // Refused, because the address is not a public one.
  const notified = await api.job(file.id, { webhook_configurations: [{ webhook_url: 'http://127.0.0.1:9/' }] });
  const deliveriesPath = `/api/v2/classify/${notified.id}/webhook-deliveries`;
  const failedDelivery = await eventually('a delivery has failed', async () => {
    const { body } = await api.call<Page<{ id: string; status: string }>>('GET', deliveriesPath);
    return body.items.find(({ status }) => status === 'failed') ?? null;
  });
  const redeliverPath = `${deliveriesPath}/${failedDelivery.id}/redeliver`;
  const configuration = { name: 'mail room', parameters: { product_type: 'classify_v2', rules: RULES } };
  const saved = (
    await api.call<{ id: string }>('POST', CONFIGURATIONS, { json: { ...configuration, name: 'another' } })
  ).body;
  const [organization] = (await api.call<{ id: string }[]>('GET', '/api/v1/organizations')).body;
  const newFile = async () => (await api.upload()).id;

  const announced = await api.call<{ url: string }>('PUT', '/api/v1/files', { json: { name: 'a.txt' } });
  const upload = announced.body.url.slice(server.url.length);
  const bulk = { file_inputs: [file.id, job.parse_job_id], configuration: { rules: RULES } };
  const created = await api.call<{ id: string }>('POST', '/api/v2/classify/bulk', { json: bulk });
  const v1 = { file_ids: [file.id], rules: RULES, parsing_configuration: { target_pages: [0] } };
  const v1Job = await api.call<{ id: string }>('POST', '/api/v1/classifier/jobs', { json: v1 });

  const parse = { file_id: file.id, tier: 'fast', version: 'latest' };
  const parseConfiguration = JSON.stringify({ tier: 'fast', version: 'latest' });
  const expanded = await api.call<{ result_content_metadata: { text: { presigned_url: string } } }>(
    'GET',
    `/api/v2/parse/${job.parse_job_id}?expand=text_content_metadata`,
  );
  const text = expanded.body.result_content_metadata.text.presigned_url.slice(server.url.length);
  const expand = 'text,markdown,items,metadata,text_full,markdown_full,job_metadata,raw_parameters,usage,forms';

  const requests: [status: number, operation: string, path: string, options?: CallOptions][] = [
    [200, 'get /health', '/health', noKey],
    [200, 'get /ready', '/ready', noKey],
    [200, 'get /download/{file_id}', download, noKey],
    [403, 'get /download/{file_id}', `${download}x`, noKey],
    [422, 'get /download/{file_id}', `/download/${file.id}`, noKey],

    [200, 'post /api/v2/classify', '/api/v2/classify', { json: bodyFor(file.id) }],
    [
      200,
      'post /api/v2/classify',
      '/api/v2/classify',
      {
        json: bodyFor(job.parse_job_id!, { configuration: { rules: RULES, parsing_configuration: { max_pages: 1 } } }),
      },
    ],
    [400, 'post /api/v2/classify', '/api/v2/classify', { json: unknownFile }],
    [401, 'post /api/v2/classify', '/api/v2/classify', { json: bodyFor(file.id), ...wrongKey }],
    [403, 'post /api/v2/classify', `/api/v2/classify?${elsewhere}`, { json: bodyFor(file.id) }],
    [404, 'post /api/v2/classify', '/api/v2/classify', { json: { file_input: file.id, configuration_id: 'cfg-x' } }],
    [422, 'post /api/v2/classify', '/api/v2/classify', { json: { configuration: { rules: [{}] } } }],
    [422, 'post /api/v2/classify', '/api/v2/classify', { body: '{', headers: { 'content-type': 'application/json' } }],
    [422, 'post /api/v2/classify', '/api/v2/classify'],

    [200, 'get /api/v2/classify', '/api/v2/classify?page_size=2'],
    [200, 'get /api/v2/classify', '/api/v2/classify?status=FAILED'],
    [400, 'get /api/v2/classify', '/api/v2/classify?page_token=x'],
    [401, 'get /api/v2/classify', '/api/v2/classify', noKey],
    [403, 'get /api/v2/classify', `/api/v2/classify?${elsewhere}`],
    [422, 'get /api/v2/classify', '/api/v2/classify?page_size=0&status=x&created_at_on_or_after=x'],
    [200, 'get /api/v2/classify/{job_id}', `/api/v2/classify/${job.id}`],
    [200, 'get /api/v2/classify/{job_id}', `/api/v2/classify/${failed.id}`],
    [401, 'get /api/v2/classify/{job_id}', `/api/v2/classify/${job.id}`, noKey],
    [403, 'get /api/v2/classify/{job_id}', `/api/v2/classify/${job.id}?${elsewhere}`],
    [404, 'get /api/v2/classify/{job_id}', '/api/v2/classify/x'],
    [422, 'get /api/v2/classify/{job_id}', `/api/v2/classify/${job.id}?project_id=x`],
    [404, 'post /api/v2/classify/{job_id}/cancel', '/api/v2/classify/x/cancel'],
    [409, 'post /api/v2/classify/{job_id}/cancel', `/api/v2/classify/${job.id}/cancel`],

    [200, 'post /api/v2/classify/{job_id}/rerun', `/api/v2/classify/${job.id}/rerun`],
    [404, 'post /api/v2/classify/{job_id}/rerun', '/api/v2/classify/x/rerun', { json: {} }],
    [404, 'get /api/v2/classify/{job_id}/feedback', `/api/v2/classify/${job.id}/feedback`],
    [200, 'post /api/v2/classify/{job_id}/feedback', `/api/v2/classify/${job.id}/feedback`, { json: { type: null } }],
    [422, 'post /api/v2/classify/{job_id}/feedback', `/api/v2/classify/${job.id}/feedback`, { json: { type: 'x' } }],
    [
      409,
      'post /api/v2/classify/{job_id}/feedback',
      `/api/v2/classify/${failed.id}/feedback`,
      { json: { type: null } },
    ],
    [200, 'get /api/v2/classify/{job_id}/feedback', `/api/v2/classify/${job.id}/feedback`],
    [204, 'delete /api/v2/classify/{job_id}/feedback', `/api/v2/classify/${job.id}/feedback`],
    [200, 'get /api/v2/classify/{job_id}/details', `/api/v2/classify/${job.id}/details`],
    [404, 'get /api/v2/classify/{job_id}/details', `/api/v2/classify/${failed.id}/details`],
    [200, 'get /api/v2/classify/stats', '/api/v2/classify/stats'],
    [422, 'get /api/v2/classify/events', '/api/v2/classify/events', { headers: { 'last-event-id': 'x' } }],
    [401, 'get /api/v2/classify/events', '/api/v2/classify/events', noKey],
    [200, 'post /api/v2/classify/bulk', '/api/v2/classify/bulk', { json: bulk }],
    [400, 'post /api/v2/classify/bulk', '/api/v2/classify/bulk', { json: { ...bulk, file_inputs: ['dfl-x'] } }],
    [422, 'post /api/v2/classify/bulk', '/api/v2/classify/bulk', { json: { ...bulk, file_inputs: [] } }],
    [200, 'get /api/v2/classify/bulk/{bulk_id}', `/api/v2/classify/bulk/${created.body.id}`],
    [404, 'get /api/v2/classify/bulk/{bulk_id}', '/api/v2/classify/bulk/x'],
    [200, 'post /api/v1/classifier/jobs', '/api/v1/classifier/jobs', { json: v1 }],
    [422, 'post /api/v1/classifier/jobs', '/api/v1/classifier/jobs', { json: { ...v1, mode: 'SLOW' } }],
    [200, 'get /api/v1/classifier/jobs', '/api/v1/classifier/jobs?page_size=1'],
    [400, 'get /api/v1/classifier/jobs', '/api/v1/classifier/jobs?page_token=x'],
    [200, 'get /api/v1/classifier/jobs/{classify_job_id}', `/api/v1/classifier/jobs/${v1Job.body.id}`],
    [404, 'get /api/v1/classifier/jobs/{classify_job_id}', '/api/v1/classifier/jobs/x'],
    [200, 'get /api/v1/classifier/jobs/{classify_job_id}/results', `/api/v1/classifier/jobs/${v1Job.body.id}/results`],

    [200, 'post /api/v2/parse', '/api/v2/parse', { json: parse }],
    [400, 'post /api/v2/parse', '/api/v2/parse', { json: { ...parse, file_id: 'dfl-x' } }],
    [404, 'post /api/v2/parse', '/api/v2/parse', { json: { ...parse, configuration_id: 'cfg-x' } }],
    [422, 'post /api/v2/parse', '/api/v2/parse', { json: { ...parse, file_id: null } }],
    [
      200,
      'post /api/v2/parse/upload',
      '/api/v2/parse/upload',
      form(['configuration', parseConfiguration], ['file', bytes]),
    ],
    [400, 'post /api/v2/parse/upload', '/api/v2/parse/upload', form(['configuration', parseConfiguration])],
    [422, 'post /api/v2/parse/upload', '/api/v2/parse/upload', form(['configuration', '{'], ['file', bytes])],
    [200, 'get /api/v2/parse', '/api/v2/parse?page_size=1'],
    [400, 'get /api/v2/parse', '/api/v2/parse?page_token=x'],
    [422, 'get /api/v2/parse', '/api/v2/parse?status=x'],
    [200, 'get /api/v2/parse/versions', '/api/v2/parse/versions', noKey],
    [200, 'get /api/v2/parse/{job_id}', `/api/v2/parse/${job.parse_job_id}`],
    [200, 'get /api/v2/parse/{job_id}', `/api/v2/parse/${job.parse_job_id}?expand=${expand}`],
    [200, 'get /api/v2/parse/{job_id}', `/api/v2/parse/${job.parse_job_id}?expand=items_content_metadata`],
    [404, 'get /api/v2/parse/{job_id}', '/api/v2/parse/x'],
    [422, 'get /api/v2/parse/{job_id}', `/api/v2/parse/${job.parse_job_id}?expand=x`],
    [200, 'get /download/parse/{job_id}/{part}', text, noKey],
    [403, 'get /download/parse/{job_id}/{part}', `${text}x`, noKey],
    [409, 'post /api/v2/parse/{job_id}/cancel', `/api/v2/parse/${job.parse_job_id}/cancel`],
    [404, 'post /api/v2/parse/{job_id}/cancel', '/api/v2/parse/x/cancel'],
    [200, 'delete /api/v2/parse/{job_id}', `/api/v2/parse/${job.parse_job_id}`],
    [404, 'delete /api/v2/parse/{job_id}', '/api/v2/parse/x'],
    [200, 'get /api/v2/classify/{job_id}/webhook-deliveries', `${deliveriesPath}?page_size=1`],
    [400, 'get /api/v2/classify/{job_id}/webhook-deliveries', `${deliveriesPath}?page_token=x`],
    [404, 'get /api/v2/classify/{job_id}/webhook-deliveries', '/api/v2/classify/x/webhook-deliveries'],
    [200, REDELIVER, redeliverPath],
    [404, REDELIVER, `${deliveriesPath}/x/redeliver`],

    [201, 'post /api/v1/beta/webhook-configs', '/api/v1/beta/webhook-configs', { json: hook }],
    [422, 'post /api/v1/beta/webhook-configs', '/api/v1/beta/webhook-configs', { json: {} }],
    [200, 'get /api/v1/beta/webhook-configs', '/api/v1/beta/webhook-configs'],
    [200, 'get /api/v1/beta/webhook-configs/{config_id}', configPath],
    [404, 'get /api/v1/beta/webhook-configs/{config_id}', '/api/v1/beta/webhook-configs/x'],
    [200, 'put /api/v1/beta/webhook-configs/{config_id}', configPath, { json: { webhook_events: null } }],
    [422, 'put /api/v1/beta/webhook-configs/{config_id}', configPath, { json: { webhook_events: [] } }],
    [204, 'delete /api/v1/beta/webhook-configs/{config_id}', configPath],
    [404, 'delete /api/v1/beta/webhook-configs/{config_id}', configPath],

    [201, 'post /api/v1/beta/files', '/api/v1/beta/files', form(['purpose', 'classify'], ['file', bytes])],
    [400, 'post /api/v1/beta/files', '/api/v1/beta/files', form(['purpose', 'classify'])],
    [401, 'post /api/v1/beta/files', '/api/v1/beta/files', { ...form(['file', bytes]), ...noKey }],
    [403, 'post /api/v1/beta/files', `/api/v1/beta/files?${elsewhere}`, form(['file', bytes])],
    [413, 'post /api/v1/beta/files', '/api/v1/beta/files', form(['file', new Blob(['x'.repeat(100_001)])])],
    [422, 'post /api/v1/beta/files', '/api/v1/beta/files', form(['file', bytes])],
    [200, 'get /api/v1/beta/files', '/api/v1/beta/files?page_size=1&expand=download_url'],
    [400, 'get /api/v1/beta/files', '/api/v1/beta/files?page_token=x'],
    [422, 'get /api/v1/beta/files', '/api/v1/beta/files?order_by=x'],
    [200, 'post /api/v1/beta/files/query', '/api/v1/beta/files/query', { json: { page_size: 1 } }],
    [200, 'post /api/v1/beta/files/query', '/api/v1/beta/files/query'],
    [400, 'post /api/v1/beta/files/query', '/api/v1/beta/files/query', { json: { page_token: 'x' } }],
    [422, 'post /api/v1/beta/files/query', '/api/v1/beta/files/query', { json: { page_size: 'x' } }],
    [200, 'get /api/v1/beta/files/{file_id}', `/api/v1/beta/files/${file.id}?expand=download_url`],
    [404, 'get /api/v1/beta/files/{file_id}', '/api/v1/beta/files/x'],
    [200, 'get /api/v1/beta/files/{file_id}/content', `/api/v1/beta/files/${file.id}/content`],
    [404, 'get /api/v1/beta/files/{file_id}/content', '/api/v1/beta/files/x/content'],
    [422, 'get /api/v1/beta/files/{file_id}/content', `/api/v1/beta/files/${file.id}/content?expires_at_seconds=0`],
    [204, 'delete /api/v1/beta/files/{file_id}', `/api/v1/beta/files/${await newFile()}`],
    [404, 'delete /api/v1/beta/files/{file_id}', '/api/v1/beta/files/x'],

    [200, 'put /api/v1/beta/files', '/api/v1/beta/files', form(['purpose', 'classify'], ['file', bytes])],
    [422, 'put /api/v1/beta/files', '/api/v1/beta/files', form(['file', bytes])],
    [200, 'get /api/v1/files', '/api/v1/files'],
    [200, 'put /api/v1/files/sync', '/api/v1/files/sync'],
    [200, 'put /api/v1/files', '/api/v1/files', { json: { name: 'a.txt' } }],
    [413, 'put /api/v1/files', '/api/v1/files', { json: { name: 'a.txt', file_size: 100_001 } }],
    [422, 'put /api/v1/files', '/api/v1/files', { json: {} }],
    [200, 'put /upload', upload, { body: INVOICE, ...noKey }],
    [409, 'put /upload', upload, { body: 'something else', ...noKey }],
    [403, 'put /upload', `${upload}x`, { body: INVOICE, ...noKey }],
    [422, 'put /upload', '/upload', { body: INVOICE, ...noKey }],
    [200, 'post /api/v1/files', '/api/v1/files', form(['upload_file', bytes])],
    [400, 'post /api/v1/files', '/api/v1/files', form(['file', bytes])],
    [400, 'put /api/v1/files/upload_from_url', '/api/v1/files/upload_from_url', { json: { url: 'http://127.0.0.1' } }],
    [422, 'put /api/v1/files/upload_from_url', '/api/v1/files/upload_from_url', { json: {} }],
    [200, 'get /api/v1/files/{file_id}', `/api/v1/files/${file.id}`],
    [404, 'get /api/v1/files/{file_id}', '/api/v1/files/x'],
    [200, 'get /api/v1/files/{file_id}/content', `/api/v1/files/${file.id}/content`],
    [204, 'delete /api/v1/files/{file_id}', `/api/v1/files/${await newFile()}`],

    [201, 'post /api/v1/beta/configurations', CONFIGURATIONS, { json: configuration }],
    [422, 'post /api/v1/beta/configurations', CONFIGURATIONS, { json: { ...configuration, name: '' } }],
    [200, 'get /api/v1/beta/configurations', `${CONFIGURATIONS}?product_type=classify_v2&latest_only=true`],
    [400, 'get /api/v1/beta/configurations', `${CONFIGURATIONS}?page_token=x`],
    [422, 'get /api/v1/beta/configurations', `${CONFIGURATIONS}?latest_only=perhaps&product_type=x`],
    [200, `get ${ONE_CONFIGURATION}`, `${CONFIGURATIONS}/${saved.id}`],
    [404, `get ${ONE_CONFIGURATION}`, `${CONFIGURATIONS}/x`],
    [200, `put ${ONE_CONFIGURATION}`, `${CONFIGURATIONS}/${saved.id}`, { json: { name: 'renamed' } }],
    [
      400,
      `put ${ONE_CONFIGURATION}`,
      `${CONFIGURATIONS}/${saved.id}`,
      { json: { parameters: { product_type: 'parse_v2' } } },
    ],
    [409, `put ${ONE_CONFIGURATION}`, `${CONFIGURATIONS}/${saved.id}`, { json: { name: configuration.name } }],
    [204, `delete ${ONE_CONFIGURATION}`, `${CONFIGURATIONS}/${saved.id}`],

    [200, 'get /api/v1/projects', '/api/v1/projects'],
    [403, 'get /api/v1/projects', `/api/v1/projects?organization_id=${NOBODY}`],
    [200, 'get /api/v1/projects/{project_id}', `/api/v1/projects/${file.project_id}`],
    [404, 'get /api/v1/projects/{project_id}', `/api/v1/projects/${NOBODY}`],
    [200, 'get /api/v2/projects', '/api/v2/projects?name=Default'],
    [200, 'get /api/v2/projects/{project_id}', `/api/v2/projects/prj-${file.project_id}`],
    [200, 'get /api/v1/organizations', '/api/v1/organizations'],
    [200, 'get /api/v2/organizations', '/api/v2/organizations'],
    [200, 'get /api/v1/organizations/{organization_id}', `/api/v1/organizations/${organization!.id}`],
    [200, 'get /api/v2/organizations/{organization_id}', `/api/v2/organizations/${organization!.id}`],
    [404, 'get /api/v2/organizations/{organization_id}', `/api/v2/organizations/${NOBODY}`],

    [200, 'post /session', '/session', { json: { api_key: API_KEY }, ...noKey }],
    [401, 'post /session', '/session', { json: { api_key: 'x' }, ...noKey }],
    [422, 'post /session', '/session', { json: {}, ...noKey }],
    [200, 'get /session', '/session', cookie],
    [401, 'get /session', '/session', noKey],
    [403, 'delete /session', '/session', cookie],
    [204, 'delete /session', '/session', noKey],
  ];

  const validator = validatorOf(description);
  const seen = new Set<string>();
  for (const [status, name, path, options] of requests) {
    const [method] = name.split(' ') as [string];
    const label = `${name} ${path} → ${status}`;
    const answer = await api.call(method.toUpperCase(), path, options);
    expect(answer.status, `${label}: ${answer.text}`).toBe(status);
    expect(mismatch({ description, validator }, name, answer), label).toBeNull();
    seen.add(name);
  }
  expect([...seen].sort()).toEqual(Object.keys(OPERATIONS).sort());
});
