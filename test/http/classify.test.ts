import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClassifyJob } from '../../src/domain/job.ts';
import {
  Api,
  bodyFor,
  holdReaders,
  INVOICE,
  type InvalidRequest,
  type Refusal,
  RULES,
  type SentBody,
} from '../support/api.ts';
import { dispose, eventually, runCli, startServer, type TestServer } from '../support/server.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';

let server: TestServer;
let api: Api;
let file: string;
let projectId: string;

beforeAll(async () => {
  // One worker and so one reader process: with that held, jobs stay where they are.
  server = await startServer({ PIGEONHOLE_WORKERS: '1' });
  api = new Api(server.url);
  const uploaded = await api.upload();
  file = uploaded.id;
  projectId = uploaded.project_id;
  // The first job waits for the engine to load; after it a job takes milliseconds.
  await api.ended((await api.job(file)).id);
});
afterAll(() => dispose(server));

/** The only problem of a refused body. */
async function problem(body: unknown) {
  const { status, body: answer } = await api.create<InvalidRequest>(body);
  expect({ status, answer }).toMatchObject({ status: 422, answer: { detail: [expect.anything()] } });
  expect(answer.detail).toHaveLength(1);
  return answer.detail[0]!;
}

const withRules = (rules: unknown) => ({ file_input: file, configuration: { rules } });
const withRule = (rule: object) => withRules([{ ...RULES[0], ...rule }]);
const withParsing = (parsing: unknown) => ({
  file_input: file,
  configuration: { rules: RULES, parsing_configuration: parsing },
});

describe('a created job', () => {
  test('has every field, with defaults filled in and nulls written out', async () => {
    const { status, body } = await api.create({ file_input: file, configuration: { rules: RULES } });
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^clj-[0-9a-f-]{36}$/),
      project_id: projectId,
      user_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: 'PENDING',
      document_input_type: 'file_id',
      file_input: file,
      document_input_value: file,
      configuration: { rules: RULES, mode: 'FAST', parsing_configuration: null },
      configuration_id: null,
      parse_job_id: null,
      result: null,
      error_message: null,
      transaction_id: null,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      updated_at: body.created_at,
    });
  });

  test('is completed with a result, a parse job and a later updated_at', async () => {
    const created = await api.job(file);
    const job = await api.ended(created.id);
    expect(job).toEqual({
      ...created,
      status: 'COMPLETED',
      parse_job_id: expect.stringMatching(/^pjb-[0-9a-f-]{36}$/),
      result: {
        type: 'invoice',
        confidence: expect.any(Number),
        reasoning: expect.stringContaining('INVOICE No. 2041'),
      },
      updated_at: expect.any(String),
    });
    expect(job.result?.confidence).toBeGreaterThan(0.5);
    expect(job.result?.confidence).toBeLessThanOrEqual(1);
    expect(job.updated_at > job.created_at).toBe(true);
  });

  test('fails with a code and a sentence when its document holds no text', async () => {
    const blank = await api.upload(' \n\t \n');
    const job = await api.ended((await api.job(blank.id)).id);
    expect(job).toMatchObject({ status: 'FAILED', result: null });
    expect(job.error_message).toMatch(/^NO_DATA_FOUND_IN_FILE: \S/);
  });

  test('fails when target_pages names no page of the document', async () => {
    const { body } = await api.create(withParsing({ target_pages: '7-9' }));
    const job = await api.ended(body.id);
    expect(job).toMatchObject({ status: 'FAILED', result: null });
    expect(job.error_message).toMatch(/^NO_PAGES_SELECTED: \S/);
  });

  test('shows the defaults of a parsing configuration, and both page limits may be given', async () => {
    expect((await api.create(withParsing({}))).body.configuration.parsing_configuration).toEqual({
      lang: 'en',
      max_pages: null,
      target_pages: null,
    });
    const both = { lang: 'de', max_pages: 2, target_pages: '1, 3, 5 - 7' };
    expect((await api.create(withParsing(both))).body.configuration.parsing_configuration).toEqual(both);
  });

  test('ignores fields it does not know, at every depth, and does not show them', async () => {
    const { status, body } = await api.create({
      file_input: file,
      colour: 'blue',
      configuration: {
        rules: [{ ...RULES[0], weight: 3 }],
        temperature: 0,
        parsing_configuration: { lang: 'en', tier: 'agentic' },
      },
    });
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('colour');
    expect(body.configuration).toEqual({
      rules: [RULES[0]],
      mode: 'FAST',
      parsing_configuration: { lang: 'en', max_pages: null, target_pages: null },
    });
  });

  test('takes an explicit null for every field that may be null', async () => {
    const { status } = await api.create({
      file_input: file,
      file_id: null,
      parse_job_id: null,
      configuration: { rules: RULES, parsing_configuration: null },
      configuration_id: null,
      transaction_id: null,
      webhook_configurations: null,
      webhook_configuration_ids: null,
    });
    expect(status).toBe(200);
    expect((await api.create(withParsing({ max_pages: null, target_pages: null }))).status).toBe(200);
    expect((await api.create({ ...bodyFor(file), file_input: null, file_id: file })).status).toBe(200);
  });
});

describe('the document of a job', () => {
  test('may be named by file_input or file_id, with or without the prefix, in any case; it is shown as it was sent', async () => {
    const bare = file.slice('dfl-'.length);
    for (const input of [file, bare, bare.toUpperCase()]) {
      for (const field of ['file_input', 'file_id']) {
        const { status, body } = await api.create({ [field]: input, configuration: { rules: RULES } });
        expect({ status, body }).toMatchObject({
          status: 200,
          body: { document_input_type: 'file_id', file_input: input, document_input_value: input, parse_job_id: null },
        });
      }
    }
  });

  test('may be a parse job, named by file_input, parse_job_id or a bare UUID', async () => {
    const parseJobId = (await api.ended((await api.job(file)).id)).parse_job_id!;
    const inputs = [
      { file_input: parseJobId },
      { parse_job_id: parseJobId },
      { file_input: parseJobId.slice('pjb-'.length) },
      { parse_job_id: parseJobId.slice('pjb-'.length) },
    ];
    for (const input of inputs) {
      const { status, body } = await api.create({ ...input, configuration: { rules: RULES } });
      const value = Object.values(input)[0];
      expect({ status, body }).toMatchObject({
        status: 200,
        body: {
          document_input_type: 'parse_job_id',
          file_input: value,
          document_input_value: value,
          parse_job_id: parseJobId,
        },
      });
      expect(await api.ended(body.id)).toMatchObject({
        status: 'COMPLETED',
        parse_job_id: parseJobId,
        result: { type: 'invoice' },
      });
    }
  });

  test('must be exactly one: none or several is a problem of the whole body', async () => {
    const configuration = { rules: RULES };
    const cases = [
      { configuration },
      { configuration, file_input: null, file_id: null },
      { configuration, file_input: '' },
      { configuration, file_input: file, file_id: file },
      { configuration, file_id: file, parse_job_id: 'pjb-x' },
      { configuration, file_input: file, file_id: file, parse_job_id: 'pjb-x' },
    ];
    for (const body of cases) {
      expect(await problem(body)).toMatchObject({
        type: 'value_error',
        loc: ['body'],
        msg: 'Value error, exactly one of file_input, file_id and parse_job_id is required',
      });
    }
  });

  test('is refused with the documented sentences when the project has no such file or parse job', async () => {
    const cases: [object, string][] = [
      [{ file_input: `dfl-${NOBODY}` }, `File ID dfl-${NOBODY} is not in Project ID ${projectId}`],
      [{ file_id: `dfl-${NOBODY}` }, `File ID dfl-${NOBODY} is not in Project ID ${projectId}`],
      [{ file_input: NOBODY }, `File ID ${NOBODY} is not in Project ID ${projectId}`],
      [{ file_input: 'my document' }, `File ID my document is not in Project ID ${projectId}`],
      [{ file_input: `pjb-${NOBODY}` }, `Parse Job ID pjb-${NOBODY} is not in Project ID ${projectId}`],
      [{ parse_job_id: `pjb-${NOBODY}` }, `Parse Job ID pjb-${NOBODY} is not in Project ID ${projectId}`],
      [{ parse_job_id: NOBODY }, `Parse Job ID ${NOBODY} is not in Project ID ${projectId}`],
    ];
    for (const [input, detail] of cases) {
      const { status, body } = await api.create({ ...input, configuration: { rules: RULES } });
      expect({ status, body }).toEqual({ status: 400, body: { detail } });
    }
  });

  test('may not be a URL unless the operator enables that', async () => {
    for (const url of ['https://example.com/a.pdf', 'HTTP://example.com']) {
      const { status, body } = await api.create<Refusal>(bodyFor(url));
      expect(status).toBe(400);
      expect(body.detail).toContain('from URLs is not enabled');
    }
  });

  test('is named by a string of at most 200 characters, or 2000 where it may be a URL', async () => {
    for (const [field, max] of [
      ['file_input', 2000],
      ['file_id', 200],
      ['parse_job_id', 200],
    ] as const) {
      const configuration = { rules: RULES };
      expect(await problem({ configuration, [field]: '𝒳'.repeat(max + 1) })).toMatchObject({
        type: 'string_too_long',
        loc: ['body', field],
        msg: `String should have at most ${max} characters`,
        ctx: { max_length: max },
      });
      expect(await problem({ configuration, [field]: 7 })).toEqual({
        type: 'string_type',
        loc: ['body', field],
        msg: 'Input should be a valid string',
        input: 7,
      });
    }
    expect((await api.create(bodyFor('𝒳'.repeat(200)))).status).toBe(400);
  });
});

describe('the configuration of a job', () => {
  test('is required unless a saved one is named, and both together are refused', async () => {
    for (const body of [{}, { configuration: null }, { configuration: null, configuration_id: null }]) {
      expect(await problem({ file_input: file, ...body })).toMatchObject({
        type: 'value_error',
        loc: ['body'],
        msg: 'Value error, configuration or configuration_id is required',
      });
    }
    expect(await problem(bodyFor(file, { configuration_id: 'cfg-x' }))).toMatchObject({
      type: 'value_error',
      loc: ['body'],
      msg: 'Value error, configuration and configuration_id cannot be used together',
    });
  });

  test('that was saved but does not exist answers 404 in the documented words', async () => {
    const { status, body } = await api.create({ file_input: file, configuration_id: `cfg-${NOBODY}` });
    expect({ status, body }).toEqual({
      status: 404,
      body: { detail: `Classify configuration cfg-${NOBODY} not found` },
    });
  });

  test('must be an object', async () => {
    for (const configuration of ['FAST', 3, [RULES]]) {
      expect(await problem({ file_input: file, configuration })).toMatchObject({
        type: 'model_attributes_type',
        loc: ['body', 'configuration'],
      });
    }
  });

  test('needs a list of at least one rule and takes 500', async () => {
    const loc = ['body', 'configuration', 'rules'];
    expect(await problem({ file_input: file, configuration: {} })).toEqual({
      type: 'missing',
      loc,
      msg: 'Field required',
      input: null,
    });
    expect(await problem(withRules(null))).toMatchObject({
      type: 'list_type',
      loc,
      msg: 'Input should be a valid list',
    });
    expect(await problem(withRules({}))).toMatchObject({ type: 'list_type', loc });
    expect(await problem(withRules([]))).toEqual({
      type: 'too_short',
      loc,
      msg: 'List should have at least 1 item after validation, not 0',
      input: [],
      ctx: { field_type: 'List', min_length: 1, actual_length: 0 },
    });
    const rules = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ type: `type ${i}`, description: `document number ${i}` }));
    expect(await problem(withRules(rules(501)))).toMatchObject({
      type: 'too_long',
      loc,
      msg: 'List should have at most 500 items after validation, not 501',
      ctx: { field_type: 'List', max_length: 500, actual_length: 501 },
    });
    expect((await api.create(withRules(rules(500)))).body.configuration.rules).toHaveLength(500);
  });

  test('may be as large as its limits allow, however its characters are written', async () => {
    // Every character of two UTF-16 units, each escaped in six bytes.
    const rules = Array.from({ length: 500 }, (_, i) => ({
      type: String(i) + '𝒳'.repeat(50 - String(i).length),
      description: '\u{1F4C4}'.repeat(500),
    }));
    const ascii = JSON.stringify(withRules(rules)).replace(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    const { status, body } = await api.call<ClassifyJob>('POST', '/api/v2/classify', {
      body: ascii,
      headers: { 'content-type': 'application/json' },
    });
    expect(status).toBe(200);
    // So many rules are worth seconds of work, for which the jobs of other tests would have to wait.
    await api.call('POST', `/api/v2/classify/${body.id}/cancel`);
  });

  test('has rules of a type and a description', async () => {
    const at = (...path: (string | number)[]) => ['body', 'configuration', 'rules', 1, ...path];
    const second = (rule: unknown) => withRules([RULES[0], rule]);
    expect(await problem(second({ description: 'something or other' }))).toMatchObject({
      type: 'missing',
      loc: at('type'),
    });
    expect(await problem(second({ type: 'x' }))).toMatchObject({ type: 'missing', loc: at('description') });
    expect(await problem(second({ type: null, description: 'something or other' }))).toMatchObject({
      type: 'string_type',
      loc: at('type'),
    });
    expect(await problem(second({ type: 'x', description: 12 }))).toMatchObject({
      type: 'string_type',
      loc: at('description'),
    });
    expect(await problem(second('invoice'))).toMatchObject({ type: 'model_attributes_type', loc: at() });
  });

  test('bounds types to 50 and descriptions to 10 to 500 characters, counted as code points', async () => {
    const type = ['body', 'configuration', 'rules', 0, 'type'];
    const description = ['body', 'configuration', 'rules', 0, 'description'];
    expect(await problem(withRule({ type: '' }))).toMatchObject({
      type: 'string_too_short',
      loc: type,
      msg: 'String should have at least 1 character',
      ctx: { min_length: 1 },
    });
    expect(await problem(withRule({ type: '𝒳'.repeat(51) }))).toMatchObject({
      type: 'string_too_long',
      loc: type,
      msg: 'String should have at most 50 characters',
      ctx: { max_length: 50 },
    });
    expect(await problem(withRule({ description: '📄'.repeat(9) }))).toEqual({
      type: 'string_too_short',
      loc: description,
      msg: 'String should have at least 10 characters',
      input: '📄'.repeat(9),
      ctx: { min_length: 10 },
    });
    expect(await problem(withRule({ description: '📄'.repeat(501) }))).toMatchObject({
      type: 'string_too_long',
      loc: description,
      msg: 'String should have at most 500 characters',
      ctx: { max_length: 500 },
    });
    for (const rule of [
      { type: '𝒳'.repeat(50) },
      { type: 'x' },
      { description: '📄'.repeat(10) },
      { description: '📄'.repeat(500) },
    ]) {
      const { status, body } = await api.create(withRule(rule));
      expect(status).toBe(200);
      expect(body.configuration.rules).toEqual([{ ...RULES[0], ...rule }]);
    }
  });

  test('takes letters and digits of every script in types, keeps them as they are, and nothing else', async () => {
    for (const type of ['Rechnung_2026', 'facture-déposée', '請求書', 'накладная', ' padded ', '١٢', '-', '10-K']) {
      const { status, body } = await api.create(withRule({ type }));
      expect({ status, type: body.configuration?.rules[0]?.type }).toEqual({ status: 200, type });
    }
    for (const type of ['a/b', 'a.b', 'a\tb', 'a\nb', '📄', 'a"b', 'a\u0000', 'a\u00a0b', '<b>', '\ud800']) {
      expect(await problem(withRule({ type }))).toMatchObject({
        type: 'value_error',
        loc: ['body', 'configuration', 'rules', 0, 'type'],
        msg: 'Value error, type may only contain letters, digits, spaces, hyphens and underscores',
      });
    }
  });

  test('refuses a type that is there twice; case makes a difference', async () => {
    const [rule] = RULES;
    expect(await problem(withRules([rule, { ...rule, description: 'another description' }]))).toMatchObject({
      type: 'value_error',
      loc: ['body', 'configuration', 'rules'],
      msg: 'Value error, rule types must be unique, "invoice" is there twice',
    });
    expect((await api.create(withRules([rule, { ...rule, type: 'Invoice' }]))).status).toBe(200);
  });

  test('has no mode but FAST', async () => {
    const withMode = (mode: unknown) => ({ file_input: file, configuration: { rules: RULES, mode } });
    for (const mode of ['MULTIMODAL', 'fast', null, '', 1]) {
      expect(await problem(withMode(mode))).toEqual({
        type: 'literal_error',
        loc: ['body', 'configuration', 'mode'],
        msg: "Input should be 'FAST'",
        input: mode,
        ctx: { expected: "'FAST'" },
      });
    }
    expect((await api.create(withMode('FAST'))).status).toBe(200);
  });

  test('bounds lang and max_pages', async () => {
    const at = (field: string) => ['body', 'configuration', 'parsing_configuration', field];
    expect(await problem(withParsing({ lang: null }))).toMatchObject({ type: 'string_type', loc: at('lang') });
    expect(await problem(withParsing({ lang: '' }))).toMatchObject({ type: 'string_too_short', loc: at('lang') });
    expect(await problem(withParsing({ lang: 'x'.repeat(21) }))).toMatchObject({
      type: 'string_too_long',
      loc: at('lang'),
    });
    for (const max_pages of [0, -1]) {
      expect(await problem(withParsing({ max_pages }))).toEqual({
        type: 'greater_than_equal',
        loc: at('max_pages'),
        msg: 'Input should be greater than or equal to 1',
        input: max_pages,
        ctx: { ge: 1 },
      });
    }
    expect(await problem(withParsing({ max_pages: 'many' }))).toMatchObject({
      type: 'int_parsing',
      loc: at('max_pages'),
      msg: 'Input should be a valid integer, unable to parse string as an integer',
    });
    for (const max_pages of [1.5, [], true]) {
      expect(await problem(withParsing({ max_pages }))).toMatchObject({ type: 'int_type', loc: at('max_pages') });
    }
    expect(await problem(withParsing('en'))).toMatchObject({
      type: 'model_attributes_type',
      loc: ['body', 'configuration', 'parsing_configuration'],
    });
  });

  test('reads target_pages as 1-based pages and inclusive ranges, each page once', async () => {
    for (const target_pages of ['1', '1,3,5-7', ' 1 , 3 - 4 ', '7-9,1', '2-2', '1-999999999']) {
      expect((await api.create(withParsing({ target_pages }))).body.configuration.parsing_configuration).toMatchObject({
        target_pages,
      });
    }
    for (const target_pages of [
      '',
      ' ',
      '0',
      '1,0',
      '0-3',
      '3-1',
      '1,1',
      '1-3,2',
      ',',
      '1,',
      '1;2',
      'a',
      '-1',
      '1.5',
      '1-2-3',
    ]) {
      const found = await problem(withParsing({ target_pages }));
      expect(found).toMatchObject({
        type: 'value_error',
        loc: ['body', 'configuration', 'parsing_configuration', 'target_pages'],
        input: target_pages,
      });
      expect(found.msg).toMatch(/^Value error, \S/);
    }
    for (const target_pages of [1, ['1']]) {
      expect(await problem(withParsing({ target_pages }))).toMatchObject({ type: 'string_type' });
    }
  });

  test('tells every problem of a body at once', async () => {
    const { body } = await api.create<InvalidRequest>({
      file_input: 5,
      configuration: {
        rules: [{ type: 'a/b', description: 'short' }, { type: 'x' }],
        mode: 'SLOW',
        parsing_configuration: { max_pages: 0 },
      },
    });
    expect(body.detail.map(({ type, loc }) => [type, loc.join('.')])).toEqual([
      ['string_type', 'body.file_input'],
      ['value_error', 'body.configuration.rules.0.type'],
      ['string_too_short', 'body.configuration.rules.0.description'],
      ['missing', 'body.configuration.rules.1.description'],
      ['literal_error', 'body.configuration.mode'],
      ['greater_than_equal', 'body.configuration.parsing_configuration.max_pages'],
    ]);
  });

  test('does not repeat a large wrong value in the answer', async () => {
    const found = await problem(withRule({ description: 'x'.repeat(5_000) }));
    expect(found).not.toHaveProperty('input');
  });
});

describe('webhooks of a job', () => {
  test('may be an empty list, and are checked like everything else', async () => {
    const { status, body } = await api.create(bodyFor(file, { webhook_configuration_ids: ['whc-1'] }));
    expect({ status, body }).toEqual({ status: 404, body: { detail: 'Webhook configuration whc-1 not found' } });
    expect(
      (await api.create(bodyFor(file, { webhook_configurations: [], webhook_configuration_ids: [] }))).status,
    ).toBe(200);
    const hook = { webhook_url: 'https://example.com', webhook_headers: 'x' };
    expect(await problem(bodyFor(file, { webhook_configurations: [hook] }))).toMatchObject({
      type: 'dict_type',
      loc: ['body', 'webhook_configurations', 0, 'webhook_headers'],
    });
  });
});

describe('transaction_id', () => {
  test('sent again answers with the original job, whatever the body says by then, also once it has ended', async () => {
    const transaction_id = 'tx again';
    const original = await api.job(file, { transaction_id });
    expect(original.transaction_id).toBe(transaction_id);
    const ended = await api.ended(original.id);
    const bodies = [
      bodyFor(file, { transaction_id }),
      bodyFor(`dfl-${NOBODY}`, { transaction_id }),
      { transaction_id, configuration: { rules: [] }, file_input: 9 },
      { transaction_id },
    ];
    for (const body of bodies) expect(await api.create(body)).toMatchObject({ status: 200, body: ended });
  });

  test('sent 100 times at once makes exactly one job', async () => {
    const transaction_id = 'tx at once';
    const answers = await Promise.all(Array.from({ length: 100 }, () => api.create(bodyFor(file, { transaction_id }))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const all = await api.walk<ClassifyJob>('/api/v2/classify', 'page_size=100');
    expect(all.filter((job) => job.transaction_id === transaction_id)).toHaveLength(1);
  });

  test('that is empty or null is none', async () => {
    for (const transaction_id of ['', null]) {
      const first = await api.create(bodyFor(file, { transaction_id }));
      const second = await api.create(bodyFor(file, { transaction_id }));
      expect([first.status, second.status]).toEqual([200, 200]);
      expect(first.body.id).not.toBe(second.body.id);
      expect(first.body.transaction_id).toBeNull();
    }
  });

  test('is a string of at most 255 characters', async () => {
    const transaction_id = '🔑'.repeat(255);
    const first = await api.job(file, { transaction_id });
    expect((await api.job(file, { transaction_id })).id).toBe(first.id);
    expect(await problem(bodyFor(file, { transaction_id: '🔑'.repeat(256) }))).toMatchObject({
      type: 'string_too_long',
      loc: ['body', 'transaction_id'],
      ctx: { max_length: 255 },
    });
    expect(await problem(bodyFor(file, { transaction_id: 5 }))).toMatchObject({
      type: 'string_type',
      loc: ['body', 'transaction_id'],
    });
  });

  test('belongs to a project: another one has its own', async () => {
    const { stdout } = await runCli(['keys', 'create', '--project', 'transactions'], {
      PIGEONHOLE_DATA_DIR: server.dataDir,
    });
    const other = new Api(server.url, stdout.trim());
    const transaction_id = 'tx of two';
    const mine = await api.job(file, { transaction_id });
    const theirs = await other.job((await other.upload()).id, { transaction_id });
    expect(theirs.id).not.toBe(mine.id);
    expect(await other.create({ transaction_id })).toMatchObject({ status: 200, body: { id: theirs.id } });
  });

  test('is not looked up for a request with a bad project_id', async () => {
    const transaction_id = 'tx scoped';
    await api.job(file, { transaction_id });
    expect((await api.create({ transaction_id }, `?project_id=${NOBODY}`)).status).toBe(403);
    expect((await api.create({ transaction_id }, '?project_id=x')).status).toBe(422);
  });
});

describe('a body that is not the JSON object it should be', () => {
  const post = (body: SentBody | undefined, contentType = 'application/json') =>
    api.call<InvalidRequest>('POST', '/api/v2/classify', {
      ...(body !== undefined && { body }),
      headers: { 'content-type': contentType },
    });

  test('is refused with the place where it stops being JSON', async () => {
    const cases: [string, number][] = [
      ['{', 1],
      ['{"a": }', 6],
      ['{"a": x, "b": "a longer text that follows, so that the end is far away"}', 6],
      ['{"a":1,}', 7],
      ['{"a":tru ,"b":1}', 8],
      ['[1,2', 4],
      ['{"a":"b\n"}', 7],
      ['{"a":1}x', 7],
      [`{"a": "${'é'.repeat(100)}", 'b': 1}`, 110],
      ['nul', 3],
    ];
    for (const [text, offset] of cases) {
      const { status, body } = await post(text);
      expect(status).toBe(422);
      expect(body.detail).toEqual([
        {
          type: 'json_invalid',
          loc: ['body', offset],
          msg: 'JSON decode error',
          input: {},
          ctx: { error: expect.stringMatching(/^\S/) },
        },
      ]);
    }
  });

  test('never has its content in the error message', async () => {
    const { text } = await post('{"file_input": "confidential words" oops}');
    expect(text).toContain('json_invalid');
    expect(text).not.toContain('confidential');
  });

  test('is missing when it is empty', async () => {
    for (const answer of [
      await post(undefined),
      await post(''),
      await post('  '),
      await post('null'),
      await api.call<InvalidRequest>('POST', '/api/v2/classify'),
    ]) {
      expect(answer.status).toBe(422);
      expect(answer.body.detail).toEqual([{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }]);
    }
  });

  test('is no object', async () => {
    for (const text of ['[]', '"text"', '1', 'true']) {
      const { status, body } = await post(text);
      expect(status).toBe(422);
      expect(body.detail).toMatchObject([{ type: 'model_attributes_type', loc: ['body'] }]);
    }
  });

  test('is refused in another content type and accepted in every JSON one', async () => {
    const text = JSON.stringify(bodyFor(file));
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream']) {
      const { status, body } = await post(text, type);
      expect({ type, status }).toEqual({ type, status: 422 });
      expect(body.detail).toMatchObject([{ type: 'model_attributes_type', loc: ['body'] }]);
    }
    for (const type of ['application/json; charset=utf-8', 'application/vnd.api+json', 'APPLICATION/JSON']) {
      expect({ type, status: (await post(text, type)).status }).toEqual({ type, status: 200 });
    }
  });

  test('is refused as multipart', async () => {
    const form = new FormData();
    form.set('file_input', file);
    const { status } = await api.call('POST', '/api/v2/classify', { body: form });
    expect(status).toBe(422);
  });

  test('is refused over 4 MiB, with and without its length declared', async () => {
    const text = JSON.stringify(bodyFor(file, { padding: 'x'.repeat(4 * 1024 * 1024) }));
    expect(await post(text)).toMatchObject({ status: 413, body: { detail: 'Request body is too large.' } });
    expect(await post(new Blob([text]).stream())).toMatchObject({ status: 413 });
  });

  test('never makes the server fail, whatever JSON it is', async () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 300 });
    const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), anyText, fc.constant(file));
    const configuration = fc.record(
      {
        rules: fc.oneof(
          fc.array(fc.record({ type: anything, description: anything }, { requiredKeys: [] }), { maxLength: 3 }),
          anything,
        ),
        mode: fc.oneof(fc.constant('FAST'), anything),
        parsing_configuration: fc.oneof(
          fc.record({ lang: anything, max_pages: anything, target_pages: anything }, { requiredKeys: [] }),
          anything,
        ),
      },
      { requiredKeys: [] },
    );
    const body = fc.oneof(
      anything,
      fc.record(
        {
          file_input: fc.oneof(fc.constant(file), anything),
          file_id: anything,
          parse_job_id: anything,
          configuration: fc.oneof(fc.constant({ rules: RULES }), configuration, anything),
          configuration_id: anything,
          transaction_id: fc.oneof(anyText, anything),
          webhook_configurations: anything,
          webhook_configuration_ids: anything,
        },
        { requiredKeys: [] },
      ),
    );
    await fc.assert(
      fc.asyncProperty(body, async (json) => {
        const { status, text } = await api.call('POST', '/api/v2/classify', {
          body: JSON.stringify(json),
          headers: { 'content-type': 'application/json' },
        });
        expect(status, text).toBeLessThan(500);
        if (status !== 200) expect(JSON.parse(text)).toHaveProperty('detail');
      }),
      { numRuns: 300 },
    );
  });
});

describe('a list', () => {
  const COUNT = 105;
  /** Newest first. */
  const ids: string[] = [];
  let since: string;
  let before: string;

  beforeAll(async () => {
    const jobs: ClassifyJob[] = [];
    for (let i = 0; i < COUNT; i++) jobs.push(await api.job(file));
    ids.push(...jobs.map((job) => job.id).reverse());
    since = jobs[0]!.created_at;
    before = jobs.at(-1)!.created_at;
    await api.ended(jobs.at(-1)!.id);
  });

  const idsOf = (jobs: ClassifyJob[]) => jobs.map((job) => job.id);
  const range = () => `created_at_on_or_after=${since}&created_at_on_or_before=${before}`;

  test('is newest first, 50 a page, and counts nothing', async () => {
    const { status, body } = await api.list(`?${range()}`);
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['items', 'next_page_token', 'total_size']);
    expect(idsOf(body.items)).toEqual(ids.slice(0, 50));
    expect(body.total_size).toBeNull();
    expect(body.next_page_token).toEqual(expect.any(String));
  });

  test('shows jobs as get does', async () => {
    const { body } = await api.list(`?job_ids=${ids[0]}`);
    expect(body).toEqual({ items: [await api.get(ids[0]!)], next_page_token: null, total_size: null });
  });

  test('walked at every page size from 1 to 100 has each job once, in order', async () => {
    for (let size = 1; size <= 100; size++) {
      const jobs = await api.walk<ClassifyJob>('/api/v2/classify', `${range()}&page_size=${size}`);
      expect(idsOf(jobs), `page size ${size}`).toEqual(ids);
    }
  });

  test('has no token on a page that ends exactly at the end', async () => {
    const newest5 = ids.slice(0, 5).map((id) => `job_ids=${id}`);
    const { body } = await api.list(`?page_size=5&${newest5.join('&')}`);
    expect(body.items).toHaveLength(5);
    expect(body.next_page_token).toBeNull();
  });

  test('that is empty says so', async () => {
    const { status, body } = await api.list(`?job_ids=clj-${NOBODY}`);
    expect({ status, body }).toEqual({ status: 200, body: { items: [], next_page_token: null, total_size: null } });
  });

  test('takes page sizes from 1 to 100 only', async () => {
    const detail = async (size: string) =>
      (await api.call<InvalidRequest>('GET', `/api/v2/classify?page_size=${size}`)).body.detail;
    expect(await detail('0')).toEqual([
      {
        type: 'greater_than_equal',
        loc: ['query', 'page_size'],
        msg: 'Input should be greater than or equal to 1',
        input: expect.anything(),
        ctx: { ge: 1 },
      },
    ]);
    expect(await detail('101')).toMatchObject([
      { type: 'less_than_equal', msg: 'Input should be less than or equal to 100', ctx: { le: 100 } },
    ]);
    for (const size of ['ten', '1.5', '0x10', '1e2']) {
      expect(await detail(size)).toMatchObject([
        {
          type: 'int_parsing',
          loc: ['query', 'page_size'],
          msg: 'Input should be a valid integer, unable to parse string as an integer',
          input: size,
        },
      ]);
    }
  });

  test('refuses a token that is none', async () => {
    const tokens = [
      'x',
      '%00',
      'W10',
      Buffer.from('["a"]').toString('base64url'),
      Buffer.from('[1,2]').toString('base64url'),
    ];
    for (const token of tokens) {
      const { status, body } = await api.list(`?page_token=${token}`);
      expect({ status, body }).toEqual({ status: 400, body: { detail: 'Invalid page_token' } });
    }
  });

  test('never fails, whatever the token says', async () => {
    const position = fc
      .array(fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()), { maxLength: 4 })
      .map((values) => Buffer.from(JSON.stringify(values)).toString('base64url'));
    const two = fc
      .tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }))
      .map((values) => Buffer.from(JSON.stringify(values)).toString('base64url'));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'grapheme' }), position, two), async (token) => {
        const { status, text } = await api.list(`?page_size=1&page_token=${encodeURIComponent(token)}`);
        expect([200, 400], text).toContain(status);
      }),
      { numRuns: 200 },
    );
  });

  test('never fails, whatever the parameters say', async () => {
    const names = [
      ...['page_size', 'page_token', 'status', 'configuration_id', 'job_ids', 'job_ids[]', 'project_id'],
      ...['organization_id', 'created_at_on_or_after', 'created_at_on_or_before', 'expand', '__proto__', 'constructor'],
    ];
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom(...'0123456789-:T+Z. ,%&=[]') }),
      fc.date({ noInvalidDate: false }).map(String),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 4 }),
        fc.boolean(),
        async (parameters, encoded) => {
          const query = parameters.map(([name, text]) => `${name}=${encoded ? encodeURIComponent(text) : text}`);
          const { status, text } = await api.list(`?${query.join('&')}`);
          expect([200, 400, 403, 422], text).toContain(status);
          if (status !== 200) expect(JSON.parse(text)).toHaveProperty('detail');
        },
      ),
      { numRuns: 300 },
    );
  });

  test('takes an empty value of any parameter as absent', async () => {
    const { status, body } = await api.list(
      '?page_size=&page_token=&status=&configuration_id=&job_ids=&job_ids=&created_at_on_or_after=&created_at_on_or_before=&project_id=&organization_id=',
    );
    expect(status).toBe(200);
    expect(body.items).toHaveLength(50);
  });

  test('takes job_ids as repeated keys, with brackets, separated by commas and mixed; bare UUIDs too', async () => {
    const [a, b, c] = ids as [string, string, string];
    for (const query of [
      `job_ids=${a}&job_ids=${b}&job_ids=${c}`,
      `job_ids[]=${a}&job_ids[]=${b}&job_ids%5B%5D=${c}`,
      `job_ids=${a},${b},${c}`,
      `job_ids=${a},,${b}&job_ids=&job_ids[]=${c},${c}`,
      `job_ids=${a.slice(4)}&job_ids=${b.toUpperCase().replace('CLJ', 'clj')}&job_ids=${c}&job_ids=nobody`,
    ]) {
      const { status, body } = await api.list(`?${query}`);
      expect({ query, status, ids: idsOf(body.items) }).toEqual({ query, status: 200, ids: [a, b, c] });
    }
    const unknown = Array.from({ length: 999 }, () => `job_ids=clj-${crypto.randomUUID()}`).join('&');
    expect(idsOf((await api.list(`?${unknown}&job_ids=${a}`)).body.items)).toEqual([a]);
    const many = Array.from({ length: 1_001 }, () => 'x').join(',');
    expect((await api.list(`?job_ids=${many}`)).status).toBe(422);
  });

  test('filters by status, one of five', async () => {
    const completed = await api.walk<ClassifyJob>('/api/v2/classify', `status=COMPLETED&${range()}`);
    expect(idsOf(completed)).toEqual(ids);
    for (const status of ['PENDING', 'RUNNING', 'FAILED', 'CANCELLED']) {
      const { status: code, body } = await api.list(`?status=${status}&${range()}`);
      expect({ code, items: body.items }).toEqual({ code: 200, items: [] });
    }
    for (const status of ['completed', 'DONE']) {
      const { status: code, body } = await api.call<InvalidRequest>('GET', `/api/v2/classify?status=${status}`);
      expect(code).toBe(422);
      const expected = "'PENDING', 'RUNNING', 'COMPLETED', 'FAILED' or 'CANCELLED'";
      expect(body.detail).toEqual([
        {
          type: 'enum',
          loc: ['query', 'status'],
          msg: `Input should be ${expected}`,
          input: status,
          ctx: { expected },
        },
      ]);
    }
  });

  test('filters by configuration_id', async () => {
    expect((await api.list(`?configuration_id=cfg-${NOBODY}`)).body.items).toEqual([]);
  });

  test('bounds the time of creation on both sides, inclusively and to the microsecond', async () => {
    const jobs = (await api.list(`?page_size=3&job_ids=${ids.slice(0, 3).join(',')}`)).body.items;
    const [newest, middle, oldest] = jobs as [ClassifyJob, ClassifyJob, ClassifyJob];
    const between = async (after: string, until: string) =>
      idsOf((await api.list(`?created_at_on_or_after=${after}&created_at_on_or_before=${until}`)).body.items);
    expect(await between(oldest.created_at, newest.created_at)).toEqual([newest.id, middle.id, oldest.id]);
    expect(await between(middle.created_at, middle.created_at)).toEqual([middle.id]);
    const later = (text: string, micros: number) => {
      const digits = Number(text.slice(20, 26)) + micros;
      return `${text.slice(0, 20)}${String(digits).padStart(6, '0')}Z`;
    };
    if (Number(middle.created_at.slice(20, 26)) < 999_999) {
      expect(await between(later(middle.created_at, 1), newest.created_at)).toEqual([newest.id]);
    }
  });

  test('reads dates without offset as UTC, with an offset, with a lost plus, and alone', async () => {
    const at = before.slice(0, -1);
    const shifted = (hours: number) =>
      new Date(Date.parse(before) + hours * 3_600_000).toISOString().slice(0, 19) + before.slice(19, 26);
    const day = before.slice(0, 10);
    const nextDay = new Date(Date.parse(day) + 24 * 3_600_000).toISOString().slice(0, 10);
    for (const text of [
      before,
      at,
      `${at}%2B00:00`,
      `${at}+00:00`,
      `${at}%2000:00`,
      `${shifted(2)}%2B02:00`,
      `${shifted(2)}+02:00`,
      `${shifted(-5)}-05:00`,
      at.replace('T', ' '),
      before.toLowerCase(),
    ]) {
      const { status, body } = await api.list(`?created_at_on_or_after=${text}&created_at_on_or_before=${text}`);
      expect({ text, status, ids: idsOf(body.items ?? []) }).toEqual({ text, status: 200, ids: [ids[0]] });
    }
    expect(
      (await api.list(`?created_at_on_or_after=${day}&created_at_on_or_before=${nextDay}`)).body.items.length,
    ).toBe(50);
    expect((await api.list(`?created_at_on_or_after=${nextDay}`)).body.items).toEqual([]);
    expect((await api.list('?created_at_on_or_before=1970-01-01')).body.items).toEqual([]);
  });

  test('refuses text that is no point in time', async () => {
    for (const text of [
      'yesterday',
      '2026-13-01',
      '2026-02-30',
      '2026-01-01T25:00',
      '12345',
      '2026-01-01T00:00:00%2B99:00',
    ]) {
      const { status, body } = await api.call<InvalidRequest>(
        'GET',
        `/api/v2/classify?created_at_on_or_before=${text}`,
      );
      expect({ text, status }).toEqual({ text, status: 422 });
      expect(body.detail).toMatchObject([
        {
          type: 'datetime_from_date_parsing',
          loc: ['query', 'created_at_on_or_before'],
          input: decodeURIComponent(text),
        },
      ]);
    }
  });

  test('asked for again and again shows every change, also one that another process has made', async () => {
    const release = await holdReaders(server.process.pid!);
    let job: ClassifyJob;
    const statuses = async () => (await api.list(`?job_ids=${job.id}`)).body.items.map(({ status }) => status);
    try {
      job = await api.job((await api.upload(`${INVOICE}\nwatched`)).id);
      expect([await statuses(), await statuses()]).toEqual([['PENDING'], ['PENDING']]);
    } finally {
      release();
    }
    await api.ended(job.id);
    expect([await statuses(), await statuses()]).toEqual([['COMPLETED'], ['COMPLETED']]);
    const database = new DatabaseSync(join(server.dataDir, 'pigeonhole.db'));
    database.exec('pragma busy_timeout = 5000');
    database.prepare('delete from classify_jobs where id = ?').run(job.id);
    database.close();
    expect(await statuses()).toEqual([]);
  });

  test('walked while jobs are created and finish neither skips nor repeats one', async () => {
    let walking = true;
    const noise = (async () => {
      for (let i = 0; walking; i++) {
        const job = await api.job(file);
        if (i % 3 === 0) await api.call('POST', `/api/v2/classify/${job.id}/cancel`);
      }
    })();
    try {
      for (const size of [1, 10, 33]) {
        const walked = idsOf(await api.walk<ClassifyJob>('/api/v2/classify', `page_size=${size}`));
        expect(new Set(walked).size).toBe(walked.length);
        const own = new Set(ids);
        expect(walked.filter((id) => own.has(id))).toEqual(ids);
      }
    } finally {
      walking = false;
      await noise;
    }
  });
});

describe('a job that runs', () => {
  test('is PENDING for its first two seconds, then RUNNING, and can be cancelled, which frees the worker', {
    timeout: 40_000,
  }, async () => {
    const release = await holdReaders(server.process.pid!);
    try {
      const created = await api.job((await api.upload(`${INVOICE}\nheld`)).id);
      const waiting = await api.job(file);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(await api.get(created.id)).toEqual(created);
      const running = await eventually(
        'it is shown as running',
        async () => {
          const job = await api.get(created.id);
          return job.status === 'PENDING' ? null : job;
        },
        { timeoutMs: 5_000 },
      );
      expect(running).toEqual({ ...created, status: 'RUNNING', updated_at: expect.any(String) });
      expect(running.updated_at > created.updated_at).toBe(true);
      expect((await api.list('?status=RUNNING')).body.items).toEqual([running]);
      expect((await api.list('?status=PENDING')).body.items.map((job) => job.id)).toEqual([waiting.id]);

      const { status, body } = await api.call<ClassifyJob>('POST', `/api/v2/classify/${created.id}/cancel`);
      expect(status).toBe(200);
      expect(body).toEqual({ ...running, status: 'CANCELLED', updated_at: expect.any(String) });
      expect(body.updated_at > running.updated_at).toBe(true);
      expect((await api.ended(waiting.id)).status).toBe('COMPLETED');
      expect(await api.get(created.id)).toEqual(body);
    } finally {
      release();
    }
  });
});

describe('cancelling', () => {
  const cancel = <Body = ClassifyJob>(id: string) => api.call<Body>('POST', `/api/v2/classify/${id}/cancel`);

  test('a waiting job ends it for good', async () => {
    const release = await holdReaders(server.process.pid!);
    let held: ClassifyJob | undefined;
    try {
      held = await api.job((await api.upload(`${INVOICE}\nheld too`)).id);
      // Text that was never read: a document that was read before needs no reader and may end before it is cancelled.
      const waiting = await api.job((await api.upload(`${INVOICE}\nnever read`)).id);
      const { status, body } = await cancel(waiting.id);
      expect(status).toBe(200);
      expect(body).toEqual({ ...waiting, status: 'CANCELLED', updated_at: expect.any(String) });
    } finally {
      release();
    }
    expect((await api.ended(held.id)).status).toBe('COMPLETED');
    const [latest] = (await api.list('?status=CANCELLED&page_size=1')).body.items;
    expect(latest).toMatchObject({ status: 'CANCELLED', result: null, parse_job_id: null });
  });

  test('a job that has ended answers 409 and tells SDKs not to try again', async () => {
    const job = await api.ended((await api.job(file)).id);
    const { status, headers, body } = await cancel<Refusal>(job.id);
    expect(status).toBe(409);
    expect(headers.get('x-should-retry')).toBe('false');
    expect(body).toEqual({ detail: `Classify job ${job.id} is COMPLETED and cannot be cancelled.` });
    expect(await api.get(job.id)).toEqual(job);
  });

  test('a job that is not there answers 404', async () => {
    for (const id of [`clj-${NOBODY}`, NOBODY, 'x']) {
      const { status, body } = await cancel(id);
      expect({ status, body }).toEqual({ status: 404, body: { detail: 'Classify job not found' } });
    }
  });

  test('takes a request without body and content type, with an empty JSON body, and with a body', async () => {
    const options = [
      { headers: { 'content-length': '0' } },
      { body: '', headers: { 'content-type': 'application/json' } },
      { json: {} },
    ];
    for (const option of options) {
      const answer = await api.call('POST', `/api/v2/classify/clj-${NOBODY}/cancel`, option);
      expect(answer.status).toBe(404);
    }
  });
});

describe('a job read by id', () => {
  test('is found with and without its prefix', async () => {
    const job = await api.ended((await api.job(file)).id);
    for (const id of [job.id, job.id.slice(4), job.id.slice(4).toUpperCase()]) expect(await api.get(id)).toEqual(job);
  });

  test('that is not there answers 404 in the documented words, whatever the id', async () => {
    for (const id of [`clj-${NOBODY}`, file, 'x', 'a%2Fb', '%20', '%00', 'ü', 'x'.repeat(500), "'; drop table x"]) {
      const { status, body } = await api.call('GET', `/api/v2/classify/${id}`);
      expect({ id, status, body }).toEqual({ id, status: 404, body: { detail: 'Classify job not found' } });
    }
  });
});

describe('paths', () => {
  test('may end with a slash and have slashes doubled', async () => {
    const job = await api.ended((await api.job(file)).id);
    for (const path of ['/api/v2/classify/', '//api//v2/classify', '/api/v2/classify//']) {
      expect({ path, status: (await api.call('GET', path)).status }).toEqual({ path, status: 200 });
    }
    expect((await api.call('POST', '/api/v2/classify/', { json: bodyFor(file) })).status).toBe(200);
    for (const path of [`/api/v2/classify/${job.id}/`, `/api//v2/classify//${job.id}`]) {
      expect((await api.call('GET', path)).body).toEqual(job);
    }
    expect((await api.call('POST', `/api/v2/classify/${job.id}/cancel/`)).status).toBe(409);
  });

  test('that are unknown answer 404, with and without a key', async () => {
    for (const path of [
      '/',
      '/api/v2/classify/a/b/c',
      '/api/v9',
      '/api/v2/classif%79y',
      `/api/v2/${'x'.repeat(2_000)}`,
    ]) {
      for (const key of [null, undefined]) {
        const { status, body } = await api.call('GET', path, key === null ? { key } : {});
        expect({ path, status, body }).toEqual({ path, status: 404, body: { detail: 'Not Found' } });
      }
    }
  });

  test('answer the methods they do not have with 405 and the ones they have', async () => {
    const cases: [string, string, string[]][] = [
      ['PUT', '/api/v2/classify', ['GET', 'HEAD', 'POST']],
      ['DELETE', '/api/v2/classify/', ['GET', 'HEAD', 'POST']],
      ['PATCH', `/api/v2/classify/clj-${NOBODY}`, ['GET', 'HEAD']],
      ['DELETE', `/api/v2/classify/clj-${NOBODY}`, ['GET', 'HEAD']],
      ['GET', `/api/v2/classify/clj-${NOBODY}/cancel`, ['POST']],
      ['PATCH', '/api/v1/beta/files', ['GET', 'HEAD', 'POST', 'PUT']],
      ['PUT', `/api/v1/beta/files/${NOBODY}`, ['DELETE', 'GET', 'HEAD']],
      ['POST', '/health', ['GET', 'HEAD']],
    ];
    for (const [method, path, allowed] of cases) {
      const { status, body, headers } = await api.call(method, path);
      expect({ method, path, status, body }).toEqual({
        method,
        path,
        status: 405,
        body: { detail: 'Method Not Allowed' },
      });
      expect(headers.get('allow')?.split(', ').sort()).toEqual(allowed);
    }
  });

  test('that are no valid encoding answer 400', async () => {
    const { status, body, headers } = await api.call('GET', '/api/v2/classify/%zz');
    expect({ status, body }).toEqual({ status: 400, body: { detail: expect.stringContaining('%zz') } });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('longer than the server reads are refused in the same form', async () => {
    const answer = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      httpRequest(`${server.url}/api/v2/classify?x=${'x'.repeat(70_000)}`, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode, text }));
      })
        .on('error', reject)
        .end();
    });
    expect(answer.status).toBe(431);
    expect(JSON.parse(answer.text)).toEqual({ detail: expect.any(String) });
  });
});

test('every answer has a request id, and errors are JSON', async () => {
  for (const [method, path] of [
    ['GET', '/api/v2/classify'],
    ['GET', '/nowhere'],
    ['PUT', '/api/v2/classify'],
    ['GET', '/api/v2/classify?page_size=0'],
  ] as const) {
    const { headers } = await api.call(method, path);
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
  }
});
