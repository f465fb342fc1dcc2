import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { readRulesFile } from '../../src/commands/rules-file.ts';
import { UsageError } from '../../src/commands/usage-error.ts';
import { temporaryDirectory } from '../support/server.ts';

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(await temporaryDirectory(), name);
  await writeFile(path, content);
  return path;
}

/** What a person reads, without the line that names the file. */
async function problemsOf(name: string, content: string | Uint8Array): Promise<string[]> {
  const path = await file(name, content);
  const error = await readRulesFile(path).then(
    () => new Error('the file was accepted'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  const [first, ...lines] = (error as UsageError).message.split('\n');
  expect(first).toBe(`${path} cannot be used:`);
  return lines.map((line) => line.replace(/^ {2}- /, ''));
}

const RULES = [{ type: 'invoice', description: 'a bill with a total that is due' }];

describe('a rules file', () => {
  test('may be YAML with a parsing configuration', async () => {
    const path = await file(
      'rules.yaml',
      'rules:\n  - type: invoice\n    description: a bill with a total that is due\nparsing_configuration:\n  max_pages: 3\n',
    );
    expect(await readRulesFile(path)).toEqual({
      rules: RULES,
      mode: 'FAST',
      parsing_configuration: { lang: 'en', max_pages: 3, target_pages: null },
    });
  });

  test.each([
    ['rules.json', JSON.stringify({ rules: RULES })],
    ['rules.json', JSON.stringify(RULES, null, '\t')],
    ['rules.json', `\uFEFF${JSON.stringify(RULES)}`],
    ['rules', JSON.stringify(RULES, null, 2)],
    ['rules.yml', '- type: invoice\n  description: a bill with a total that is due'],
  ])('may be an object or only the list of rules: %s %s', async (name, content) => {
    expect((await readRulesFile(await file(name, content))).rules).toEqual(RULES);
  });

  test('with fields that mean nothing is used, and the fields are named', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      const path = await file('r.json', JSON.stringify({ rules: RULES, parsing_config: {}, title: 'x' }));
      await readRulesFile(path);
      expect(write.mock.calls.map(([text]) => text)).toEqual([
        `${path}: there is no field "parsing_config"; it is ignored.\n`,
        `${path}: there is no field "title"; it is ignored.\n`,
      ]);
    } finally {
      write.mockRestore();
    }
  });
});

describe('what is wrong with a rules file', () => {
  test('is said all at once, by rule and field, with what is expected', async () => {
    const rules = [
      { type: 'invoice', description: 'a bill' },
      { type: 'pay/slip', description: 'what was earned this month' },
      { type: 2024, description: 'documents of that year' },
      { type: 'letter' },
      'receipt',
      { type: 'memo', description: 'x'.repeat(501) },
      { type: 'memo', description: 'a note to colleagues' },
    ];
    const parsing_configuration = { max_pages: 0, target_pages: '5-2', lang: null };
    expect(await problemsOf('rules.json', JSON.stringify({ rules, parsing_configuration }))).toEqual([
      'rule 1 ("invoice"), description must have at least 10 characters, but has 6',
      'rule 2 ("pay/slip"), type may only contain letters, digits, spaces, hyphens and underscores',
      'rule 3, type must be text, but is the number 2024 (text goes in quotes)',
      'rule 4 ("letter"), description is missing; it must be text',
      'rule 5 must be a group of named fields, but is the text "receipt"',
      'rule 6 ("memo"), description must have at most 500 characters, but has 501',
      'parsing_configuration.lang must be text, but is empty',
      'parsing_configuration.max_pages must be at least 1, but is 0',
      'parsing_configuration.target_pages: The range 5-2 ends before it starts.',
      'rules 6 and 7 have the same type "memo"; types must be unique',
    ]);
  });

  test.each([
    ['a.json', '{"rules": []}', 'rules must hold at least 1 of them, but holds none'],
    ['a.json', '{}', 'rules is missing; it must be a list'],
    ['a.yaml', '', 'the file must be a group of named fields, but is empty'],
    ['a.yaml', 'rules: invoice', 'rules must be a list, but is the text "invoice"'],
    [
      'a.json',
      '{"rules": [{"type":"a","description":"long enough"}], "mode": "SLOW"}',
      'mode must be "FAST", but is the text "SLOW"',
    ],
    ['a.yaml', 'rules:\n  - type: a\n   description: b', /^line 3, column \d+ is not YAML: /],
    ['a.yaml', 'rules: *nowhere', /^(it|line 1, column 8) is not YAML: /],
    ['a.json', '{"rules": [,]}', /^it is not JSON: /],
  ])('is said in a sentence: %s %s', async (name, content, problem) => {
    expect(await problemsOf(name, content)).toEqual([
      typeof problem === 'string' ? problem : expect.stringMatching(problem),
    ]);
  });

  test.each([
    ['missing', null, /^There is no rules file /],
    ['binary', new Uint8Array([0xff, 0xfe, 0x00]), /is not a text file in UTF-8\.$/],
    ['huge', new Uint8Array(9 * 1024 * 1024), /is larger than 8 MB/],
  ])('is also said when it cannot be read at all: %s', async (name, content, message) => {
    const path = content === null ? join(await temporaryDirectory(), name) : await file(name, content);
    await expect(readRulesFile(path)).rejects.toThrow(message);
    await expect(readRulesFile(path)).rejects.toBeInstanceOf(UsageError);
  });
});
