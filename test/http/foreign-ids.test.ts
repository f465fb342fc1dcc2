import { afterAll, beforeAll, expect, test } from 'vitest';
import { Api, bodyFor, INVOICE, type Page, RULES } from '../support/api.ts';
import { describedApi, operationsOf } from '../support/description.ts';
import { dispose, runCli, startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let owner: Api;
let stranger: Api;

beforeAll(async () => {
  server = await startServer({ PIGEONHOLE_WORKERS: '1' });
  owner = new Api(server.url);
  const { stdout } = await runCli(['keys', 'create', '--project', 'stranger'], { PIGEONHOLE_DATA_DIR: server.dataDir });
  stranger = new Api(server.url, stdout.trim());
});
afterAll(() => dispose(server));

const SECRET = 'CONFIDENTIAL-7719';

/** How to make a thing that a parameter in a path names: by the path up to and with the parameter. */
const MAKERS: Record<string, (path: string) => Promise<string>> = {
  '/api/v1/beta/files/{file_id}': async () => (await owner.upload(`${INVOICE}${SECRET}`, `${SECRET}.txt`)).id,
  '/api/v1/files/{file_id}': async () => (await owner.upload(`${INVOICE}${SECRET}`, `${SECRET}.txt`)).id,
  '/api/v2/classify/{job_id}': async () => endedJob(),
  '/api/v2/parse/{job_id}': async () => {
    const file = await owner.upload(`${INVOICE}${SECRET}`, `${SECRET}.txt`);
    return (await owner.ended((await owner.job(file.id)).id)).parse_job_id!;
  },
  '/api/v2/classify/bulk/{bulk_id}': async () => {
    const bulk = { file_inputs: [(await owner.upload()).id], configuration: { rules: RULES }, transaction_id: SECRET };
    return (await owner.call<{ id: string }>('POST', '/api/v2/classify/bulk', { json: bulk })).body.id;
  },
  '/api/v1/classifier/jobs/{classify_job_id}': async () => {
    const rules = [...RULES, { type: SECRET, description: 'mentions a matter that is confidential' }];
    const job = { file_ids: [(await owner.upload()).id], rules };
    return (await owner.call<{ id: string }>('POST', '/api/v1/classifier/jobs', { json: job })).body.id;
  },
  '/api/v1/beta/configurations/{configuration_id}': async () => {
    const configuration = {
      name: `${SECRET} ${Math.random()}`,
      parameters: { product_type: 'classify_v2', rules: RULES },
    };
    return (await owner.call<{ id: string }>('POST', '/api/v1/beta/configurations', { json: configuration })).body.id;
  },
  '/api/v1/projects/{project_id}': async () => (await owner.upload()).project_id,
  '/api/v2/projects/{project_id}': async () => (await owner.upload()).project_id,
  '/api/v2/classify/{job_id}/webhook-deliveries/{delivery_id}': async (path) =>
    (await owner.call<Page<{ id: string }>>('GET', path.replace(/\/$/, ''))).body.items[0]!.id,
  '/api/v1/beta/webhook-configs/{config_id}': async () => {
    const json = { webhook_url: `https://example.com/${SECRET}`, webhook_signing_secret: SECRET };
    return (await owner.call<{ id: string }>('POST', '/api/v1/beta/webhook-configs', { json })).body.id;
  },
};

/** A body that each operation which needs one takes. */
const BODIES: Record<string, unknown> = {
  'post /api/v2/classify/{job_id}/rerun': {},
  'post /api/v2/classify/{job_id}/feedback': { type: 'contract' },
  'put /api/v1/beta/configurations/{configuration_id}': {},
  'put /api/v1/beta/webhook-configs/{config_id}': {},
};

/** Nothing listens there. */
const notified = { webhook_configurations: [{ webhook_url: `http://127.0.0.1:9/${SECRET}` }] };

async function endedJob(): Promise<string> {
  const file = await owner.upload(`${INVOICE}${SECRET}`, `${SECRET}.txt`);
  return (await owner.ended((await owner.job(file.id, { transaction_id: `${SECRET} ${file.id}`, ...notified })).id)).id;
}

/** Links to bytes are signed for whoever holds them, not for a key; an organization is shared by all its projects. */
const OPEN_TO_ALL = new Set([
  '/download/{file_id}',
  '/download/parse/{job_id}/{part}',
  '/api/v1/organizations/{organization_id}',
  '/api/v2/organizations/{organization_id}',
]);

test('no operation does anything with, or tells anything of, what belongs to another project', async () => {
  const description = await describedApi(owner);
  for (const [name, operation] of operationsOf(description)) {
    const [method, template] = name.split(' ') as [string, string];
    if (!template.includes('{') || OPEN_TO_ALL.has(template)) continue;
    const path = await withThingsOfTheOwner(template);
    if (/^(?:get|delete) .*\/feedback$/.test(name)) await owner.call('POST', path, { json: { type: 'contract' } });
    if (operation.requestBody?.required && !(name in BODIES)) throw new Error(`say in BODIES what ${name} takes`);
    const json = name in BODIES ? { json: BODIES[name] } : {};

    const refused = await stranger.call(method.toUpperCase(), path, json);
    expect(refused.status, `${name}: ${refused.text}`).toBe(404);
    expect(refused.text, name).not.toContain(SECRET);
    // Without this, a path that exists for nobody would pass.
    const allowed = await owner.call(method.toUpperCase(), path, json);
    expect([200, 201, 202, 204, 409], `${name}: ${allowed.text}`).toContain(allowed.status);
  }
});

/** The path with a new thing of the owner for each of its parameters. */
async function withThingsOfTheOwner(template: string): Promise<string> {
  let path = template;
  for (const [parameter] of template.matchAll(/\{\w+\}/g)) {
    const place = template.slice(0, template.indexOf(parameter) + parameter.length);
    const make = MAKERS[place];
    if (!make) throw new Error(`say in MAKERS how to make what ${place} names`);
    path = path.replace(parameter, encodeURIComponent(await make(path.slice(0, path.indexOf(parameter)))));
  }
  return path;
}

test('an id of another project in a body is as unknown as one that does not exist', async () => {
  const file = await owner.upload(`${INVOICE}${SECRET}`);
  const job = await owner.ended((await owner.job(file.id)).id);
  for (const input of [file.id, job.parse_job_id!]) {
    const { status, body } = await stranger.create<{ detail: string }>(bodyFor(input));
    expect(status).toBe(400);
    expect(body.detail).toMatch(/ is not in Project ID /);
  }
});

test('no list of one project has anything of another, whatever ids it is asked for', async () => {
  const file = await owner.upload(`${INVOICE}${SECRET}`, `${SECRET}.txt`);
  const job = await owner.ended((await owner.job(file.id)).id);
  const description = await describedApi(owner);
  for (const [name, { parameters = [] }] of operationsOf(description)) {
    const [method, path] = name.split(' ') as [string, string];
    if (method !== 'get' || path.includes('{') || !parameters.some((each) => each.name === 'page_token')) continue;
    for (const query of ['', `job_ids=${job.id}`, `file_ids=${file.id}`, `file_name=${SECRET}.txt`]) {
      const { status, text } = await stranger.call('GET', `${path}?${query}`);
      if (status === 422) continue;
      expect(status, `${path}?${query}`).toBe(200);
      for (const trace of [SECRET, file.id, job.id, file.project_id])
        expect(text, `${path}?${query}`).not.toContain(trace);
    }
  }
});
