import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Api } from '../support/api.ts';
import {
  API_KEY,
  dispose,
  environment,
  eventually,
  PROJECT_DIR,
  startServer,
  type TestServer,
} from '../support/server.ts';

/** A command of the README and what it is shown to print. */
interface Step {
  command: string;
  output: string;
}

/** The fenced blocks of that language, in order. */
function blocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map((match) => match[1]!);
}

/** `$ command` with its continuation lines (indented), then the output. */
function stepsOf(block: string): Step[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const lines = text.trimEnd().split('\n');
      let end = 1;
      while (end < lines.length && lines[end]!.startsWith('    ') && /'[^']*$/.test(lines.slice(0, end).join('\n')))
        end++;
      return { command: lines.slice(0, end).join('\n'), output: lines.slice(end).join('\n') };
    });
}

const VOLATILE = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z/g;
/** Another processor may differ in the last digits of a probability. */
const LAST_DIGITS = /("confidence": \d\.\d{3})\d+/g;
const masked = (text: string) => text.replace(VOLATILE, '…').replace(LAST_DIGITS, '$1…').trim();

/** Whether one of these programs, which a reader of the README has and a bare machine may not, is not there. */
function missing(...programs: string[]): boolean {
  return programs.some((program) => spawnSync(program, ['--version']).error !== undefined);
}

let server: TestServer;
let api: Api;
let directory: string;
let readme: string;

beforeAll(async () => {
  server = await startServer();
  api = new Api(server.url);
  readme = await readFile(join(PROJECT_DIR, 'README.md'), 'utf8');
  directory = await mkdtemp(join(tmpdir(), 'pigeonhole-readme-'));
  for (const name of ['examples', 'node_modules', 'package.json']) {
    await symlink(join(PROJECT_DIR, name), join(directory, name));
  }
});
afterAll(() => dispose(server));

async function run(command: string, args: string[]): Promise<string> {
  const child = spawn(command, args, {
    cwd: directory,
    env: {
      ...environment({ PIGEONHOLE: server.url, LLAMA_CLOUD_API_KEY: API_KEY }),
      PATH: `${join(PROJECT_DIR, 'node_modules/.bin')}:${process.env.PATH}`,
      BIN: join(PROJECT_DIR, 'bin/pigeonhole.js'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  await once(child, 'close');
  return output;
}

test.skipIf(missing('bash', 'curl', 'python3'))(
  'the commands of the README print what it shows (skipped without bash, curl and python3)',
  {
    timeout: 60_000,
  },
  async () => {
    const steps = blocks(readme, 'console').flatMap(stepsOf);
    expect(steps.length).toBeGreaterThan(3);
    // Ids differ from run to run: those shown stand for those the server gave out.
    const ids = new Map<string, string>();
    for (const { command, output } of steps) {
      if (command.startsWith('export ')) continue;
      let runnable = command.replace(/^npx pigeonhole/, 'node "$BIN"');
      for (const [shown, actual] of ids) runnable = runnable.replaceAll(shown, actual);
      const printed = await run('bash', ['-c', runnable]);
      expect(masked(printed), command).toBe(masked(output));
      const actual = printed.match(VOLATILE) ?? [];
      for (const [index, shown] of (output.match(VOLATILE) ?? []).entries()) ids.set(shown, actual[index]!);
      // People are slower than the server.
      await eventually('all jobs have ended', async () => {
        const { items } = (await api.list()).body;
        return items.every(({ status }) => status === 'COMPLETED') ? true : null;
      });
    }
  },
);

test("the README's SDK example runs and finds the type", { timeout: 60_000 }, async () => {
  const [example] = blocks(readme, 'js');
  const script = example!
    .replace('@llamaindex/llama-cloud', 'llama-cloud-latest')
    .replace('http://127.0.0.1:8787', server.url);
  await writeFile(join(directory, 'example.mjs'), script);
  const printed = await run('node', ['example.mjs']);
  expect(printed.split('\n')[0]).toBe('receipt');
  expect(printed.trim().split('\n').length).toBeGreaterThan(1);
});

test.skipIf(missing('bash', 'curl', 'sed'))(
  'what the server prints at its start can be copied and run (skipped without bash, curl and sed)',
  {
    timeout: 60_000,
  },
  async () => {
    const { stdout } = server.output();
    const curl = stdout.slice(stdout.indexOf('  FILE='), stdout.indexOf('Or with the official SDK'));
    expect(await run('bash', ['-c', curl])).toContain('"status":"PENDING"');
    const sdk = stdout
      .slice(stdout.indexOf("  import fs from 'node:fs'"), stdout.indexOf('API reference'))
      .replace('@llamaindex/llama-cloud', 'llama-cloud-latest')
      .replace('<your key>', API_KEY);
    await writeFile(join(directory, 'start.mjs'), sdk);
    expect(await run('node', ['start.mjs'])).toContain("type: 'invoice'");
  },
);
