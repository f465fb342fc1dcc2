import { existsSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { onDisk } from './documents.ts';
import { corrupted, soundDocuments, trickDocuments, truncated } from './hostile.ts';
import { read, testParser } from './parser.ts';

// Two processes: OCR of what is left of the pictures is most of the time.
const parser = testParser({ processes: 2 });
afterAll(async () => {
  await parser.close();
  expect(parser.started.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
});

/** What may come of any file: a document, or an error that says what is wrong with it. */
async function outcome(name: string, bytes: Buffer): Promise<string> {
  try {
    const { pages } = await read(parser, onDisk(name, bytes));
    expect(pages.length).toBeGreaterThan(0);
    return 'read';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.message).not.toMatch(/undefined|\/tmp|Error:/);
    return error.code;
  }
}

const HARMLESS = [
  'read',
  ...['PDF_IS_BROKEN', 'PDF_IS_PROTECTED', 'FILE_IS_BROKEN', 'FILE_IS_PROTECTED', 'NO_DATA_FOUND_IN_FILE'],
  ...['UNSUPPORTED_FILE_TYPE', 'DOCUMENT_TOO_LARGE', 'TOO_MANY_PAGES'],
];

describe('a damaged document is read or refused with what is wrong with it', () => {
  test.each(soundDocuments().map((document) => [document.name, document] as const))('%s', async (_name, document) => {
    const damaged = [2, 5, 8].map((tenths) => truncated(document, tenths));
    damaged.push(corrupted(document, 1), corrupted(document, 2));
    const outcomes = await Promise.all(damaged.map(({ name, bytes }) => outcome(name, bytes)));
    for (const code of outcomes) expect(HARMLESS).toContain(code);
  });
});

test.each(trickDocuments().map(({ name, bytes }) => [name, bytes] as const))(
  'a document made to do harm does none: %s',
  async (name, bytes) => {
    expect(HARMLESS).toContain(await outcome(name, bytes));
  },
);

test('names in an archive that lead out of it are only names', async () => {
  const slip = trickDocuments().find(({ name }) => name === 'slip.docx')!;
  const document = await read(parser, onDisk(slip.name, slip.bytes));
  expect(document.pages[0]?.text).toBe('Still a letter');
  for (const path of ['/tmp', '/etc', '.']) expect(existsSync(`${path}/pigeonhole-was-here`)).toBe(false);
});

test('a damaged workbook that its library never finishes is refused at once', async () => {
  const workbook = soundDocuments().find(({ name }) => name === 'expenses.xlsx')!;
  for (const seed of [4, 8]) {
    const { name, bytes } = corrupted(workbook, seed);
    expect(await outcome(name, bytes)).toBe('FILE_IS_BROKEN');
  }
});

test('no entity of a document is expanded or fetched', async () => {
  for (const { name, bytes } of trickDocuments().filter(({ name }) => /^(entities|external)\.docx/.test(name))) {
    const text = await read(parser, onDisk(name, bytes)).then(
      ({ pages }) => pages.map((page) => page.text).join(),
      (error: AppError) => error.code,
    );
    expect(text).not.toMatch(/root:|pigeonpigeon/);
  }
});

test('a folder in the place of a file is refused', async () => {
  await expect(read(parser, { path: '/tmp', name: 'letter.docx' })).rejects.toMatchObject({
    code: 'UNSUPPORTED_FILE_TYPE',
  });
});
