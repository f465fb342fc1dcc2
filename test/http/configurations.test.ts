import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Configuration } from '../../src/domain/configuration.ts';
import { Api, type InvalidRequest, type Page, type Refusal, RULES } from '../support/api.ts';
import { dispose, runCli, startServer, type TestServer } from '../support/server.ts';

const PATH = '/api/v1/beta/configurations';
const NOBODY = '00000000-0000-4000-8000-000000000000';
const CLASSIFY = { product_type: 'classify_v2', rules: RULES };

let server: TestServer;
let api: Api;
let file: string;

beforeAll(async () => {
  server = await startServer({ PIGEONHOLE_WORKERS: '1' });
  api = new Api(server.url);
  file = (await api.upload()).id;
});
afterAll(() => dispose(server));

const save = <Body = Configuration>(name: unknown, parameters: unknown = CLASSIFY, by = api) =>
  by.call<Body>('POST', PATH, { json: { name, parameters } });
const change = <Body = Configuration>(id: string, json: unknown) => api.call<Body>('PUT', `${PATH}/${id}`, { json });
const get = async (id: string) => (await api.call<Configuration>('GET', `${PATH}/${id}`)).body;
const list = async (query: string) => (await api.call<Page<Configuration>>('GET', `${PATH}?${query}`)).body.items;
let names = 0;
const freshName = () => `configuration ${++names}`;
const saved = async (parameters: unknown = CLASSIFY) => (await save(freshName(), parameters)).body;

describe('a configuration', () => {
  test('is saved with the defaults of its parameters filled in', async () => {
    const name = freshName();
    const { status, body } = await save(name);
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^cfg-[0-9a-f-]{36}$/),
      name,
      product_type: 'classify_v2',
      version: body.created_at,
      parameters: { product_type: 'classify_v2', rules: RULES, mode: 'FAST', parsing_configuration: null },
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      updated_at: body.created_at,
    });
    expect(await get(body.id)).toEqual(body);
    expect(await get(body.id.slice(4))).toEqual(body);
  });

  test('saved again under its name keeps its id and gets a new version', async () => {
    const first = await saved();
    const rules = [RULES[0]!];
    const { status, body } = await save(first.name, { ...CLASSIFY, rules });
    expect(status).toBe(201);
    expect(body).toMatchObject({ id: first.id, created_at: first.created_at, parameters: { rules } });
    expect(body.version > first.version).toBe(true);
    expect(await list(`name=${first.name}`)).toEqual([body]);
  });

  test('of another product may have the same name', async () => {
    const { name } = await saved();
    const { status, body } = await save(name, { product_type: 'parse_v2', tier: 'fast', version: 'latest' });
    expect(status).toBe(201);
    expect(await list(`name=${name}&product_type=parse_v2`)).toEqual([body]);
    expect(await list(`name=${name}`)).toHaveLength(2);
    expect(await list(`name=${name}&product_type=parse_v2&product_type=classify_v2`)).toHaveLength(2);
  });

  test('of a product that is not served here is kept as it came', async () => {
    const parameters = { product_type: 'extract_v2', data_schema: { a: [1, { b: null }] }, anything: 'else' };
    expect((await save(freshName(), parameters)).body.parameters).toEqual(parameters);
    const unknown = { product_type: 'unknown', foo: [true] };
    expect((await save(freshName(), unknown)).body).toMatchObject({ product_type: 'unknown', parameters: unknown });
  });

  test('changes in the parts that are sent', async () => {
    const first = await saved();
    const renamed = (await change(first.id, { name: `${first.name} renamed` })).body;
    expect(renamed).toMatchObject({ id: first.id, name: `${first.name} renamed`, parameters: first.parameters });
    const rules = [RULES[1]!];
    const changed = (await change(first.id, { parameters: { ...CLASSIFY, rules }, name: null })).body;
    expect(changed).toMatchObject({ name: renamed.name, parameters: { rules } });
    expect(changed.version > renamed.version && renamed.version > first.version).toBe(true);
    expect(changed.updated_at).toBe(changed.version);
    expect(await get(first.id)).toEqual(changed);
  });

  test('cannot take the name of another one, nor the parameters of another product', async () => {
    const [first, second] = [await saved(), await saved()];
    const twin = await change<Refusal>(second.id, { name: first.name });
    expect([twin.status, twin.headers.get('x-should-retry')]).toEqual([409, 'false']);
    const product = await change<Refusal>(second.id, { parameters: { product_type: 'parse_v2' } });
    expect(product.status).toBe(400);
    expect(product.body.detail).toContain('classify_v2');
    expect(await get(second.id)).toEqual(second);
  });

  test('that is deleted is gone, and its name is free', async () => {
    const { id, name } = await saved();
    const { status, text } = await api.call('DELETE', `${PATH}/${id}`);
    expect([status, text]).toEqual([204, '']);
    for (const method of ['GET', 'DELETE']) {
      const answer = await api.call('GET', `${PATH}/${id}`);
      expect([method, answer.status, answer.body]).toEqual([method, 404, { detail: 'Configuration not found' }]);
    }
    expect((await save(name)).body.id).not.toBe(id);
  });

  test.each([
    ['a rule without description', { ...CLASSIFY, rules: [{ type: 'a' }] }, ['rules', 0, 'description'], 'missing'],
    ['no rules', { product_type: 'classify_v2' }, ['rules'], 'missing'],
    ['an empty list of rules', { ...CLASSIFY, rules: [] }, ['rules'], 'too_short'],
    ['the same type twice', { ...CLASSIFY, rules: [RULES[0], RULES[0]] }, ['rules'], 'value_error'],
    ['another mode', { ...CLASSIFY, mode: 'MULTIMODAL' }, ['mode'], 'literal_error'],
    [
      'pages twice',
      { ...CLASSIFY, parsing_configuration: { target_pages: '1,1' } },
      ['parsing_configuration', 'target_pages'],
      'value_error',
    ],
    ['an unknown product', { product_type: 'x' }, ['product_type'], 'value_error'],
    ['no product', { rules: RULES }, ['product_type'], 'value_error'],
    ['no parameters at all', null, [], 'value_error'],
  ])('with %s is refused at the place of the problem', async (_, parameters, path, type) => {
    const { status, body } = await save<InvalidRequest>(freshName(), parameters);
    expect(status).toBe(422);
    expect(body.detail[0]!.loc).toEqual(['body', 'parameters', ...path]);
    if (parameters !== null) expect(body.detail[0]!.type).toBe(type);
  });

  test.each([
    ['', 'string_too_short'],
    ['x'.repeat(256), 'string_too_long'],
    [undefined, 'missing'],
  ])('cannot be named %j', async (name, type) => {
    const { status, body } = await save<InvalidRequest>(name);
    expect([status, body.detail[0]!.loc, body.detail[0]!.type]).toEqual([422, ['body', 'name'], type]);
  });
});

test('the list is newest first, page by page, and shows each configuration once', async () => {
  const all: Configuration[] = [];
  for (let i = 0; i < 5; i++) all.push(await saved({ product_type: 'split_v1', i }));
  const newestFirst = all.map(({ id }) => id).reverse();
  for (const size of [1, 2, 5, 6]) {
    const walked = await api.walk<Configuration>(PATH, `product_type=split_v1&page_size=${size}`);
    expect(walked.map(({ id }) => id)).toEqual(newestFirst);
  }
});

describe('a job created with a saved configuration', () => {
  const create = <Body = { detail: string }>(configurationId: string, fields: object = {}) =>
    api.create<Body>({ file_input: file, configuration_id: configurationId, ...fields });

  test('has its parameters, whole, and its id; later changes do not reach it', async () => {
    const configuration = await saved({ ...CLASSIFY, parsing_configuration: { max_pages: 2 } });
    const { status, body } = await api.create({ file_input: file, configuration_id: configuration.id.slice(4) });
    expect(status).toBe(200);
    expect(body.configuration_id).toBe(configuration.id);
    const { product_type, ...parameters } = configuration.parameters;
    expect(body.configuration).toEqual(parameters);
    await change(configuration.id, { parameters: { ...CLASSIFY, rules: [RULES[1]] } });
    await api.call('DELETE', `${PATH}/${configuration.id}`);
    expect(await api.ended(body.id)).toMatchObject({
      status: 'COMPLETED',
      configuration: parameters,
      configuration_id: configuration.id,
      result: { type: 'invoice' },
    });
  });

  test('is found by it in lists', async () => {
    const { id } = await saved();
    const first = (await api.create({ file_input: file, configuration_id: id })).body;
    const second = (await api.create({ file_input: file, configuration_id: id })).body;
    await api.job(file);
    expect((await api.list(`?configuration_id=${id}`)).body.items.map((job) => job.id)).toEqual([second.id, first.id]);
  });

  test('never mixes two versions of it', async () => {
    const { id } = await saved();
    const versions = ['alpha', 'beta'].map((word) => ({
      ...CLASSIFY,
      rules: ['one', 'two'].map((type) => ({ type: `${word} ${type}`, description: `a document about ${word}` })),
    }));
    const changes = Array.from({ length: 20 }, (_, i) => change(id, { parameters: versions[i % 2] }));
    const jobs = await Promise.all(
      Array.from({ length: 20 }, () => api.create({ file_input: file, configuration_id: id })),
    );
    await Promise.all(changes);
    for (const { body } of jobs) {
      const words = new Set(body.configuration.rules.map((rule) => rule.type.split(' ')[0]));
      expect(words.size).toBe(body.configuration.rules[0]!.type === 'invoice' ? 2 : 1);
      await api.call('POST', `/api/v2/classify/${body.id}/cancel`);
    }
  });

  test('answers 404 for one that is not there or belongs to another project', async () => {
    const { stdout } = await runCli(['keys', 'create', '--project', 'other'], { PIGEONHOLE_DATA_DIR: server.dataDir });
    const foreign = (await save(freshName(), CLASSIFY, new Api(server.url, stdout.trim()))).body.id;
    for (const id of [`cfg-${NOBODY}`, foreign, 'x']) {
      const { status, body } = await create(id);
      expect([status, body.detail]).toEqual([404, `Classify configuration ${id} not found`]);
    }
  });

  test('answers 400 for one of another product', async () => {
    const { id } = await saved({ product_type: 'extract_v2' });
    const { status, body } = await create(id);
    expect(status).toBe(400);
    expect(body.detail).toMatch(new RegExp(`^Invalid classify configuration parameters for ${id}: .*extract_v2`));
  });

  test('may be one of many, or a rerun with other rules', async () => {
    const { id } = await saved();
    const bulk = await api.call<{ id: string }>('POST', '/api/v2/classify/bulk', {
      json: { file_inputs: [file, file], configuration_id: id },
    });
    expect(bulk.status).toBe(200);
    expect((await api.list(`?configuration_id=${id}`)).body.items).toHaveLength(2);
    const job = await api.ended((await api.job(file)).id);
    const rerun = await api.call('POST', `/api/v2/classify/${job.id}/rerun`, { json: { configuration_id: id } });
    expect(rerun.body).toMatchObject({ configuration_id: id });
  });
});
