import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLabelledSet } from '../../src/evaluation/manifest.ts';
import { temporaryDirectory } from '../support/server.ts';

async function manifest(...lines: unknown[]): Promise<string> {
  const path = join(await temporaryDirectory(), 'docs.jsonl');
  await writeFile(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  return path;
}

test('a manifest gives texts as they are and files relative to itself', async () => {
  const path = await manifest(
    { id: 'a', text: 'Dear Sir', label: 'letter', licence: 'whatever' },
    '',
    { id: 7, file: 'scans/7.pdf', label: null },
    { file: '/srv/8.pdf', label: 'letter' },
    { text: 'x', label: null },
  );
  const set = await openLabelledSet(path);
  expect(set).toMatchObject({ size: 4, problems: [], ignored: 0 });
  expect([...set.labels]).toEqual([
    ['letter', 2],
    [null, 2],
  ]);
  expect(await Array.fromAsync(set.documents())).toEqual([
    { id: 'a', label: 'letter', source: { text: 'Dear Sir' } },
    { id: '7', label: null, source: { path: join(path, '..', 'scans/7.pdf') } },
    { id: '/srv/8.pdf', label: 'letter', source: { path: '/srv/8.pdf' } },
    { id: 'line 5', label: null, source: { text: 'x' } },
  ]);
});

test('a byte order mark and Windows line ends are no problem', async () => {
  const path = await manifest('\uFEFF{"id":"a","text":"x","label":"y"}\r', '{"id":"b","text":"x","label":"y"}\r', '');
  expect(await openLabelledSet(path)).toMatchObject({ size: 2, problems: [] });
});

test('every line that does not fit is named with what is wrong', async () => {
  const path = await manifest(
    { id: 'fine', text: 'x', label: 'y' },
    '{"id": ',
    { id: 'b', text: 'x' },
    { id: 'c', label: 'y' },
    { id: 'd', file: 'a', text: 'b', label: 'y' },
    { id: 'e', text: 'x', label: 3 },
    '[]',
  );
  expect((await openLabelledSet(path)).problems).toEqual([
    'docs.jsonl, line 2: is not JSON; a manifest has one JSON object a line.',
    'docs.jsonl, line 3: label is missing; it is a type of the rules, or null where no rule fits.',
    'docs.jsonl, line 4: needs either file or text, one of them.',
    'docs.jsonl, line 5: needs either file or text, one of them.',
    'docs.jsonl, line 6: label must be text, or null where no rule fits.',
    'docs.jsonl, line 7: must be an object like {"id": "a", "file": "a.pdf", "label": "invoice"}.',
  ]);
});

test('the sub-folders of a folder are the labels, and _none is null', async () => {
  const folder = await temporaryDirectory();
  for (const sub of ['letter/2026', '_none', '.git', 'empty']) await mkdir(join(folder, sub), { recursive: true });
  for (const file of ['letter/b.txt', 'letter/2026/a.txt', 'letter/.hidden', '_none/c.txt', '.git/config', 'README']) {
    await writeFile(join(folder, file), 'x');
  }
  await symlink(folder, join(folder, 'letter/loop'));
  const set = await openLabelledSet(folder);
  expect(set).toMatchObject({ size: 3, ignored: 1, problems: [] });
  expect(await Array.fromAsync(set.documents())).toEqual([
    { id: '_none/c.txt', label: null, source: { path: join(folder, '_none/c.txt') } },
    { id: 'letter/2026/a.txt', label: 'letter', source: { path: join(folder, 'letter/2026/a.txt') } },
    { id: 'letter/b.txt', label: 'letter', source: { path: join(folder, 'letter/b.txt') } },
  ]);
});

test('a set without documents, or none at all, is a problem', async () => {
  const folder = await temporaryDirectory();
  expect((await openLabelledSet(folder)).problems[0]).toContain('has no sub-folder with files');
  expect((await openLabelledSet(join(folder, 'no'))).problems[0]).toContain('There is no file or folder');
  expect((await openLabelledSet(await manifest(''))).problems[0]).toContain('holds no documents');
});
