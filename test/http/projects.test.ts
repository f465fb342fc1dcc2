import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Api, type Page, type Refusal } from '../support/api.ts';
import { dispose, eventually, runCli, startServer, type TestServer } from '../support/server.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';

interface Project {
  id: string;
  name: string;
  organization_id: string;
  is_default: boolean;
}

let server: TestServer;
let api: Api;
let other: Api;
let projectId: string;
const cli = (...args: string[]) => runCli(args, { PIGEONHOLE_DATA_DIR: server.dataDir });

beforeAll(async () => {
  server = await startServer({ PIGEONHOLE_WORKERS: '1' });
  api = new Api(server.url);
  projectId = (await api.upload()).project_id;
  other = new Api(server.url, (await cli('keys', 'create', '--project', 'other')).stdout.trim());
});
afterAll(() => dispose(server));

describe('a key sees', () => {
  test('its own project, in the old form and the new', async () => {
    const [project] = (await api.call<Project[]>('GET', '/api/v1/projects')).body;
    expect(project).toMatchObject({ id: projectId, name: 'Default', is_default: true });
    expect((await api.call<Page<Project>>('GET', '/api/v2/projects')).body.items).toEqual([project]);
    for (const version of ['v1', 'v2']) {
      for (const id of [projectId, `prj-${projectId}`, projectId.toUpperCase()]) {
        expect((await api.call('GET', `/api/${version}/projects/${id}`)).body).toEqual(project);
      }
    }
    const [mine] = (await other.call<Project[]>('GET', '/api/v1/projects')).body;
    expect(mine).toMatchObject({ name: 'other', is_default: false, organization_id: project!.organization_id });
  });

  test('it by name, and nothing by another name', async () => {
    expect((await api.call<Project[]>('GET', '/api/v1/projects?project_name=Default')).body).toHaveLength(1);
    expect((await api.call<Project[]>('GET', '/api/v1/projects?project_name=other')).body).toEqual([]);
    expect((await api.call<Page<Project>>('GET', '/api/v2/projects?name=other')).body.items).toEqual([]);
  });

  test('its organization', async () => {
    const [organization] = (await api.call<Project[]>('GET', '/api/v1/organizations')).body;
    expect(organization).toMatchObject({ name: 'Default' });
    expect((await api.call<Page<Project>>('GET', '/api/v2/organizations')).body.items).toEqual([organization]);
    const byId = await api.call('GET', `/api/v1/organizations/${organization!.id}`);
    expect(byId.body).toEqual(organization);
    const filtered = await api.call<Project[]>('GET', `/api/v1/projects?organization_id=${organization!.id}`);
    expect(filtered.body).toHaveLength(1);
  });

  test('no project and no organization of others', async () => {
    expect((await other.call('GET', `/api/v2/projects/${projectId}`)).status).toBe(404);
    expect((await other.call('GET', `/api/v2/organizations/${NOBODY}`)).status).toBe(404);
    expect((await other.call('GET', `/api/v1/projects?organization_id=${NOBODY}`)).status).toBe(403);
  });
});

describe('pigeonhole projects', () => {
  test('makes projects once and lists them, the default one first', async () => {
    const first = await cli('projects', 'create', 'accounting');
    const again = await cli('projects', 'create', 'accounting');
    expect(first.code).toBe(0);
    expect(again.stdout).toBe(first.stdout);
    const { stdout } = await cli('projects', 'list');
    const names = stdout.split('\n').map((line) => line.split('\t')[1]);
    expect(names.slice(0, 2)).toEqual(['Default', 'accounting']);
  });

  test('renames a project, unless the name is taken', async () => {
    await cli('projects', 'create', 'legal');
    expect(await cli('projects', 'rename', 'legal', 'law')).toMatchObject({
      code: 0,
      stdout: 'renamed legal to law\n',
    });
    expect(await cli('projects', 'rename', 'law', 'other')).toMatchObject({
      code: 1,
      stderr: 'There is a project named "other" already.\n',
    });
    expect(await cli('projects', 'rename', 'legal', 'x')).toMatchObject({
      code: 2,
      stderr: 'There is no project legal; see "pigeonhole projects list".\n',
    });
  });

  test('disables a project: its keys are refused within seconds, until it is enabled again', async () => {
    const key = (await cli('keys', 'create', '--project', 'closing')).stdout.trim();
    const closing = new Api(server.url, key);
    expect((await closing.list()).status).toBe(200);
    await cli('projects', 'disable', 'closing');
    const refused = await eventually('the key is refused', async () => {
      const answer = await closing.call<Refusal>('GET', '/api/v2/classify');
      return answer.status === 200 ? null : answer;
    });
    expect(refused.status).toBe(403);
    expect(refused.body.detail).toMatch(/is disabled/);
    await cli('projects', 'enable', 'closing');
    await eventually('the key works again', async () => ((await closing.list()).status === 200 ? true : null));
  });

  test('sets, shows and unsets what holds for one project', async () => {
    await cli('projects', 'create', 'archive');
    const set = await cli('projects', 'settings', 'archive', 'retention_days=30', 'none_threshold=0.7');
    expect(set).toMatchObject({ code: 0, stdout: expect.stringContaining('retention_days=30\n') });
    const { stdout } = await cli('projects', 'settings', 'archive', 'retention_days=');
    expect(stdout).toContain('retention_days=\n');
    expect((await cli('projects', 'settings', 'archive')).stdout).toContain('none_threshold=0.7\n');
    expect((await cli('projects', 'list')).stdout).toMatch(/archive\tenabled\tnone_threshold=0.7\n/);
  });

  test.each(['none_threshold=2', 'colour=red'])('refuses the setting %s by name', async (assignment) => {
    const { code, stderr } = await cli('projects', 'settings', 'Default', assignment);
    expect(code).toBe(2);
    expect(stderr).toContain(assignment.split('=')[0]);
  });
});
