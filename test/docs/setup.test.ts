import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  API_KEY,
  dispose,
  environment,
  PROJECT_DIR,
  runCli,
  startServer,
  temporaryDirectory,
} from '../support/server.ts';

/** A Node that is too old, if the machine has one: the one this machine would start without the project. */
const hostNode = spawnSync('bash', ['-c', 'type -ap node'], { encoding: 'utf8' })
  .stdout.split('\n')
  .find((path) => path !== '' && !path.startsWith(PROJECT_DIR) && !path.includes('node_modules'));
const hostMajor = hostNode
  ? Number(spawnSync(hostNode, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout.split('.')[0])
  : null;

test.skipIf(hostMajor === null || hostMajor >= 24)(
  'on a Node that is too old, without the pinned one, the error says exactly what to do (skipped where there is no old Node)',
  async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'bin'));
    await cp(join(PROJECT_DIR, 'bin'), join(directory, 'bin'), { recursive: true });
    await cp(join(PROJECT_DIR, 'package.json'), join(directory, 'package.json'));
    const { status, stderr } = spawnSync(hostNode!, [join(directory, 'bin/pigeonhole.js'), 'serve'], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain('needs Node 24 or newer');
    expect(stderr).toContain('npm ci');
    expect(stderr).not.toContain('    at ');
    await rm(directory, { recursive: true });
  },
);

test.skipIf(hostMajor === null || hostMajor >= 24)(
  'on a Node that is too old the pinned one is used, and ends with its launcher (skipped where there is no old Node)',
  async () => {
    const directory = await temporaryDirectory();
    const child = spawn(hostNode!, [join(PROJECT_DIR, 'bin/pigeonhole.js'), 'serve'], {
      env: environment({ PIGEONHOLE_PORT: '0', PIGEONHOLE_DATA_DIR: directory, PIGEONHOLE_API_KEY: API_KEY }),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let stdout = '';
    for await (const chunk of child.stdout) {
      stdout += chunk;
      if (stdout.includes('/docs')) break;
    }
    const url = /^listening on (\S+)$/m.exec(stdout)![1]!;
    expect((await fetch(`${url}/health`)).status).toBe(200);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const gone = async () => (await fetch(`${url}/health`).catch(() => null)) === null;
    const deadline = Date.now() + 15_000;
    while (!(await gone())) {
      if (Date.now() > deadline) throw new Error('the server outlived its launcher');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await rm(directory, { recursive: true });
  },
);

test('the first start makes a key and prints it; later starts do not', async () => {
  const first = await startServer({ PIGEONHOLE_API_KEY: '' });
  const key = /^ {2}(llx-[\w-]{48})$/m.exec(first.output().stdout)?.[1];
  const answer = await fetch(`${first.url}/api/v2/classify`, { headers: { authorization: `Bearer ${key}` } });
  expect(answer.status).toBe(200);
  expect(await first.stop()).toBe(0);
  const again = await startServer({ PIGEONHOLE_API_KEY: '', PIGEONHOLE_DATA_DIR: first.dataDir });
  expect(again.output().stdout).not.toMatch(/llx-[\w-]{48}/);
  await dispose(again);
});

test('every setting that does not fit is named at once, and the exit code is 78', async () => {
  const { code, stderr } = await runCli(['serve'], {
    PIGEONHOLE_PORT: '99999',
    PIGEONHOLE_WORKERS: 'many',
    PIGEONHOLE_PROT: '1',
  });
  expect(code).toBe(78);
  for (const name of ['PIGEONHOLE_PORT', 'PIGEONHOLE_WORKERS', 'PIGEONHOLE_PROT']) expect(stderr).toContain(name);
  expect(stderr).not.toContain('    at ');
});

test('a port that is taken is a sentence, not a stack trace', async () => {
  const server = await startServer();
  const directory = await temporaryDirectory();
  const port = new URL(server.url).port;
  const { code, stderr } = await runCli(['serve'], {
    PIGEONHOLE_PORT: port,
    PIGEONHOLE_DATA_DIR: directory,
    PIGEONHOLE_LOG_LEVEL: 'fatal',
  });
  expect(code).toBe(1);
  expect(stderr).toContain('PIGEONHOLE_PORT');
  expect(stderr).not.toContain('    at ');
  await dispose(server);
  await rm(directory, { recursive: true });
});

test('an unknown command and a missing argument end with code 2 and a hint', async () => {
  for (const args of [['clasify'], ['classify'], ['keys', 'revoke', 'nope']]) {
    const { code, stderr } = await runCli(args, { PIGEONHOLE_DATA_DIR: await temporaryDirectory() });
    expect(code, args.join(' ')).toBe(2);
    expect(stderr).not.toContain('    at ');
  }
});

test('the pinned Node is the one the tests run on', async () => {
  const { devDependencies } = JSON.parse(await readFile(join(PROJECT_DIR, 'package.json'), 'utf8'));
  expect(devDependencies.node).toMatch(/^\^24\./);
  expect(process.versions.node).toMatch(/^24\./);
});
