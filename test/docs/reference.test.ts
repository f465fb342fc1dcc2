import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SETTING_NAMES } from '../../src/config.ts';
import { ERRORS } from '../../src/errors.ts';
import { PROJECT_DIR, runCli } from '../support/server.ts';

const read = (path: string) => readFile(join(PROJECT_DIR, path), 'utf8');

test('every setting is documented, and nothing else', async () => {
  const documented = [...(await read('docs/configuration.md')).matchAll(/^\| `([A-Z_]+)` \|/gm)].map(
    (match) => match[1],
  );
  expect(documented.toSorted()).toEqual(SETTING_NAMES.toSorted());
});

test('every error code is documented with its status, whether it is tried again, and its meaning', async () => {
  const documented = [...(await read('docs/http-api.md')).matchAll(/^\| `(\w+)` \| (\w+) \| (.+) \|$/gm)].map((row) =>
    row.slice(1),
  );
  const known = Object.entries(ERRORS).map(([code, { status, retryable, meaning }]) => [
    code,
    code === code.toLowerCase() ? String(status) : retryable ? 'yes' : 'no',
    meaning,
  ]);
  expect(documented).toEqual(known);
});

describe('the help of each command is what docs/command-line.md shows', async () => {
  const page = await read('docs/command-line.md');
  const shown = [...page.matchAll(/^## pigeonhole ?([^\n]*)\n\n```text\n(.*?)^```$/gms)].map((match) => [
    match[1]!,
    match[2]!,
  ]);
  test.each(shown)('pigeonhole %s', async (command, help) => {
    const { code, stdout } = await runCli([...command.split(' ').filter(Boolean), '--help']);
    expect(code).toBe(0);
    expect(stdout.trimEnd()).toBe(help.trimEnd());
  });
});

test('links between the documents lead somewhere', async () => {
  const pages = [
    'README.md',
    'ARCHITECTURE.md',
    ...(await readdir(join(PROJECT_DIR, 'docs'))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
  ];
  for (const page of pages) {
    for (const [, target] of (await read(page)).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      const path = join(page, '..', target!);
      await expect(
        readdir(join(PROJECT_DIR, path)).catch(() => read(path)),
        `${page} → ${target}`,
      ).resolves.toBeDefined();
    }
  }
});
