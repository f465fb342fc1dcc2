import type { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, Api, RULES } from '../support/api.ts';
import {
  type Description,
  describedApi,
  mismatch,
  type Operation,
  operationsOf,
  type Parameter,
  validatorOf,
} from '../support/description.ts';
import { invalid, type Schema, valid } from '../support/schema-arbitrary.ts';
import { dispose, startServer, type TestServer } from '../support/server.ts';

/** Requests for each operation and each way of making them up. */
const REQUESTS = 15;

/** A stream of events has no end; what it sends until then is enough. */
const LONGEST_ANSWER_MS = 1_500;

let server: TestServer;
let api: Api;
let description: Description;
let validator: Ajv2020;
/** Of everything there is. */
let ids: string[];
/** What a field may well hold. */
let words: string[];

beforeAll(async () => {
  server = await startServer({ PIGEONHOLE_WORKERS: '1', PIGEONHOLE_MAX_UPLOAD_BYTES: '100000' });
  api = new Api(server.url);
  description = await describedApi(api);
  validator = validatorOf(description);
  const file = await api.upload();
  const job = await api.ended((await api.job(file.id)).id);
  ids = [file.id, job.id, job.parse_job_id!];
  words = [...ids, job.project_id, RULES[0]!.description, 'invoice', '1-3', 'en'];
});
afterAll(() => dispose(server));

interface Request {
  path: string;
  body: unknown;
}

/** Requests to an operation, each part of which `draw` makes out of the part's schema. */
function requests(name: string, operation: Operation, draw: typeof valid): fc.Arbitrary<Request> {
  const drawing = { components: description.components.schemas as Record<string, Schema>, words };
  const template = name.split(' ')[1]!;
  const parameters = operation.parameters ?? [];
  const query = parameters.filter((each) => each.in === 'query');
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  return fc.record({
    path: fc
      .tuple(
        pathOf(template),
        fc.record(Object.fromEntries(query.map((each) => [each.name, fc.option(valuesOf(each), { nil: undefined })]))),
      )
      .map(([path, values]) => path + queryText(values)),
    body: body === undefined ? fc.constant(undefined) : draw(body as Schema, drawing),
  });

  function valuesOf({ name: parameter, schema }: Parameter): fc.Arbitrary<unknown> {
    // A request that waits for something that never happens says nothing about its answer.
    if (parameter === 'wait_seconds') return draw({ type: 'integer', minimum: 0, maximum: 1 }, drawing).map(atMostOne);
    if (SELDOM_RIGHT.has(parameter)) {
      return fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 1, arbitrary: draw(schema, drawing) });
    }
    return draw(schema, drawing);
  }
}

/** Parameters for which nearly everything is wrong, so that requests with them would hardly ever get any further. */
const SELDOM_RIGHT = new Set(['project_id', 'organization_id', 'page_token']);

const atMostOne = (value: unknown) => (typeof value === 'number' && value > 1 ? 1 : value);

function pathOf(template: string): fc.Arbitrary<string> {
  const segment = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...ids) },
    { weight: 1, arbitrary: fc.uuid() },
    {
      weight: 1,
      arbitrary: fc
        .string({ unit: 'binary', minLength: 1, maxLength: 60 })
        .filter((text) => text !== '.' && text !== '..'),
    },
  );
  const parts = template.split(/(\{\w+\})/);
  return fc
    .tuple(...parts.map((part) => (part.startsWith('{') ? segment.map(pathSegment) : fc.constant(part))))
    .map((all) => all.join(''));
}

function pathSegment(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function queryText(values: Record<string, unknown>): string {
  const pairs = Object.entries(values).flatMap(([name, value]) =>
    [value]
      .flat()
      .filter((each) => each !== undefined)
      .map((each): [string, string] => [name, textOf(each)]),
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}

const textOf = (value: unknown) => (typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value));

async function send(name: string, operation: Operation, { path, body }: Request): Promise<Answer<unknown> | null> {
  const isForm = operation.requestBody?.content['multipart/form-data'] !== undefined;
  const sent = isForm ? { body: formOf(body) } : body === undefined ? {} : { json: body };
  try {
    return await api.call(name.split(' ')[0]!.toUpperCase(), path, {
      ...sent,
      signal: AbortSignal.timeout(LONGEST_ANSWER_MS),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError' && isStream(operation)) return null;
    throw error;
  }
}

function formOf(body: unknown): FormData {
  const form = new FormData();
  for (const [field, value] of Object.entries(body && typeof body === 'object' ? body : {})) {
    if (value instanceof Blob) form.set(field, value, 'document.txt');
    else form.set(field, textOf(value));
  }
  return form;
}

const isStream = (operation: Operation) =>
  Object.values(operation.responses).some(({ content }) => content?.['text/event-stream'] !== undefined);

/** Deleting comes last, so that there is something for the others. */
const byDestruction = ([a]: [string, Operation], [b]: [string, Operation]) =>
  Number(a.startsWith('delete')) - Number(b.startsWith('delete'));

test('no request, valid or not, makes the server fail or answer what it does not describe', async () => {
  const succeeded = new Set<string>();
  for (const [name, operation] of operationsOf(description).sort(byDestruction)) {
    for (const draw of [valid, invalid]) {
      await fc.assert(
        fc.asyncProperty(requests(name, operation, draw), async (request) => {
          const answer = await send(name, operation, request);
          if (answer === null) return;
          const label = `${name}: ${answer.status} ${answer.text}`;
          expect(answer.status, label).toBeLessThan(500);
          expect(mismatch({ description, validator }, name, answer), label).toBeNull();
          if (answer.status >= 400) expect(answer.body, label).toHaveProperty('detail');
          else succeeded.add(name);
        }),
        // A stream is listened to until the time is over.
        { numRuns: isStream(operation) ? 2 : REQUESTS },
      );
    }
  }
  // A test in which everything is refused would say nothing about answers.
  expect(succeeded.size, [...succeeded].join()).toBeGreaterThan(operationsOf(description).length / 2);
  expect(server.output().stderr).not.toContain('"level":"error"');
}, 300_000);
