import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { evalCommand } from '../../src/commands/eval.ts';
import { CACHE_DIR, runCli, temporaryDirectory } from '../support/server.ts';

const INVOICE = 'Invoice number 2026-17\nBill to: Ada Ltd\n3 chairs at 40.00\nVAT 20 %\nTotal due: 144.00 EUR\n';
const CONTRACT =
  'SERVICE AGREEMENT\nThis agreement is made between the parties Ada Ltd and Bob Ltd.\nTerm and termination: twelve months.\nGoverning law: England.\nSigned by both parties: ________\n';
const NOVEL = 'The sea was calm and the gulls slept on the harbour wall while the old man told of his youth.\n';

/** A run takes about a second, on a busy machine up to ten. */
const SEVERAL_RUNS_MS = 120_000;

let folder = '';
let rules = '';

beforeAll(async () => {
  folder = await temporaryDirectory();
  rules = join(folder, 'rules.json');
  await writeFile(
    rules,
    JSON.stringify([
      { type: 'invoice', description: 'A bill with an invoice number, line items and the total that is due' },
      { type: 'contract', description: 'An agreement between parties, with terms and signatures' },
    ]),
  );
  await mkdir(join(folder, 'files'));
  await writeFile(join(folder, 'files/contract.txt'), CONTRACT);
  await writeFile(
    join(folder, 'set.jsonl'),
    [
      { id: 'one', text: INVOICE, label: 'invoice' },
      { id: 'two', file: 'files/contract.txt', label: 'contract' },
      { id: 'three', text: NOVEL, label: null },
      { id: 'four', text: INVOICE, label: 'contract' },
      { id: 'five', file: 'files/lost.pdf', label: 'contract' },
      { id: 'six', text: ' ', label: 'invoice' },
    ]
      .map((line) => JSON.stringify(line))
      .join('\n'),
  );
  for (const [label, text] of Object.entries({ invoice: INVOICE, contract: CONTRACT, _none: NOVEL })) {
    await mkdir(join(folder, 'labelled', label), { recursive: true });
    await writeFile(join(folder, 'labelled', label, 'x.txt'), text);
  }
});

describe('eval', () => {
  test('--json prints one object with the figures of a manifest', async () => {
    const { code, stdout, stderr } = await runCli(['eval', join(folder, 'set.jsonl'), '--rules', rules, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd()).not.toContain('\n');
    const result = JSON.parse(stdout);
    expect(Object.keys(result)).toEqual([
      'documents',
      'errors',
      'accuracy',
      'macro_f1',
      'ece',
      'none_auroc',
      'per_type',
      'confusion',
      'seconds',
      'accuracy_interval',
      'calibration',
      'coverage',
      'recommended_threshold',
      'engine',
      'comparison',
      'learning',
    ]);
    // How good the engine is at documents that fit no rule is not for this test: that one may be right or wrong.
    const none = result.confusion['(none)'];
    const found = none['(none)'] ?? 0;
    expect(Object.values(none)).toEqual([1]);
    expect(result.confusion).toEqual({
      invoice: { invoice: 1, '(error)': 1 },
      contract: { contract: 1, invoice: 1, '(error)': 1 },
      '(none)': none,
    });
    expect(result).toMatchObject({ documents: 6, errors: 2, none_auroc: expect.any(Number), ece: expect.any(Number) });
    expect(result.accuracy).toBeCloseTo((2 + found) / 6, 12);
    expect(result.per_type.invoice).toMatchObject({ recall: 0.5, documents: 2 });
    expect(result.per_type.contract).toMatchObject({ recall: 1 / 3, documents: 3 });
    expect(result.per_type['(none)']).toMatchObject({ recall: found, documents: 1 });
    expect(result.seconds).toBeGreaterThan(0);
  });

  test('takes a folder with a sub-folder a label', async () => {
    const { code, stdout } = await runCli(['eval', join(folder, 'labelled'), '--rules', rules, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      documents: 3,
      errors: 0,
      per_type: { invoice: { recall: 1 }, contract: { recall: 1 }, '(none)': { documents: 1 } },
    });
  });

  test('tells a person the figures, the confusion, the worst mistakes and what could not be read', async () => {
    const { code, stdout } = await runCli(['eval', join(folder, 'set.jsonl'), '--rules', rules]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Accuracy +0\.\d{3} +[23] right; 95 % interval 0\.\d{3} to 0\.\d{3}$/m);
    expect(stdout).toMatch(/^contract +3 +[01]\.\d{3} +0\.333 +0\.\d{3}$/m);
    expect(stdout).toMatch(/^Label +invoice +contract .*\(error\)$/m);
    expect(stdout).toMatch(/^contract +1 +1 .*1$/m);
    expect(stdout).toMatch(/^four +label contract, answer invoice \([01]\.\d\d\)\n {4}\S/m);
    expect(stdout).toMatch(/^five\n {4}FILE_NOT_FOUND: There is no such file\.$/m);
    expect(stdout).toMatch(/^six\n {4}NO_DATA_FOUND_IN_FILE: /m);
  });

  test('ends with 1 when no document could be read', async () => {
    await writeFile(join(folder, 'lost.jsonl'), '{"id":"a","text":"","label":"invoice"}');
    const { code, stdout } = await runCli(['eval', join(folder, 'lost.jsonl'), '--rules', rules, '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ documents: 1, errors: 1, accuracy: 0, ece: null, none_auroc: null });
  });

  test('names all labels that no rule has, and ends with 2', async () => {
    const set = join(folder, 'other.jsonl');
    await writeFile(
      set,
      ['memo', 'memo', 'invoice', 'letter', null].map((label) => JSON.stringify({ text: 'x', label })).join('\n'),
    );
    const { code, stdout, stderr } = await runCli(['eval', set, '--rules', rules]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(`These labels of ${set} are not types of ${rules}:
  "memo" (2 documents)
  "letter" (1 document)
Its types are "invoice", "contract".
Documents that no rule fits have the label null, or are in the sub-folder "_none".
`);
  });

  test(
    'a saved run is a baseline: the same rules change nothing, others fix and break answers',
    async () => {
      const { set, rules: before, swapped } = await neutralSet();
      const saved = join(folder, 'before.json');
      const first = await evalJson([set, '--rules', before, '--save', saved]);
      expect((await stat(saved)).mode & 0o077).toBe(0);

      const same = await evalJson([set, '--rules', before, '--baseline', saved]);
      expect(same.comparison).toEqual({
        documents: 3,
        only_before: 0,
        only_after: 0,
        relabelled: 0,
        fixed: [],
        broken: [],
        still_wrong: [],
        accuracy: { value: 0, interval: [0, 0], p_value: 1 },
        macro_f1: { value: 0, interval: [0, 0], p_value: 1 },
      });
      const other = await evalJson([set, '--rules', swapped, '--baseline', saved]);
      expect(other.comparison).toMatchObject({
        fixed: [{ id: 'mislabelled', label: 'two', before: 'one', after: 'two' }],
        broken: [
          { id: 'bill', label: 'one', before: 'one', after: 'two' },
          { id: 'deed', label: 'two', before: 'two', after: 'one' },
        ],
      });
      expect(other.comparison.accuracy.value).toBeCloseTo(other.accuracy - first.accuracy, 12);
    },
    SEVERAL_RUNS_MS,
  );

  test(
    '--compare-rules runs other rules on the same documents and tells what changed',
    async () => {
      const { set, rules: before, swapped } = await neutralSet();
      const { code, stdout } = await runCli(['eval', set, '--rules', before, '--compare-rules', swapped]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Before: swapped\.json on neutral\.jsonl, .* UTC, engine local-/m);
      expect(stdout).toMatch(/^Accuracy +\+0\.333 +[+−]?[01]\.\d{3} to [+−]?[01]\.\d{3} +[01]\.\d{4} +may be chance$/m);
      expect(stdout).toMatch(/^Fixed: 2\nbill +label one, before two, now one\ndeed +label two, before one, now two$/m);
      expect(stdout).toMatch(/^Broken: 1\nmislabelled +label two, before two, now one$/m);
    },
    SEVERAL_RUNS_MS,
  );

  test('--report writes one file that loads nothing, with the plots, and with all foreign text escaped', async () => {
    const set = join(folder, 'hostile.jsonl');
    const hostile = '</title><script>alert(1)</script>';
    await writeFile(
      set,
      [
        { id: hostile, text: `${INVOICE}Invoice <img src=x onerror=alert(2)> total`, label: 'contract' },
        { id: 'right', text: CONTRACT, label: 'contract' },
      ]
        .map((line) => JSON.stringify(line))
        .join('\n'),
    );
    const report = join(folder, 'report.html');
    const { code } = await runCli(['eval', set, '--rules', rules, '--report', report]);
    expect(code).toBe(0);
    const page = await readFile(report, 'utf8');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toMatch(/<(script|img|link|iframe|object)|\b(href|src)=["']|@import|url\(/i);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).toContain('prefers-color-scheme:dark');
    expect([...page.matchAll(/<svg [^>]*aria-label="([^"]+)"/g)].map(([, title]) => title)).toEqual([
      'Reliability diagram',
      'Coverage and accuracy',
    ]);
  });

  test(
    'a document is read once: the next run uses the kept text, unless --no-cache forbids it',
    async () => {
      const cache = await temporaryDirectory();
      await cp(CACHE_DIR, cache, { recursive: true, filter: (path) => !/readings|\.tmp$/.test(path) });
      const readings = join(cache, 'readings');
      const run = async (...options: string[]) => {
        const arguments_ = [join(folder, 'set.jsonl'), '--rules', rules, ...options];
        return (await evalJson(arguments_, { PIGEONHOLE_CACHE_DIR: cache })).confusion;
      };
      const read = await run('--no-cache');
      await expect(readdir(readings)).rejects.toThrow('ENOENT');

      expect(await run()).toEqual(read);
      expect((await stat(readings)).mode & 0o077).toBe(0);
      const kept = (await readdir(readings, { recursive: true })).filter((name) => name.endsWith('.json'));
      expect(kept).toHaveLength(1);

      // Only whoever uses the kept text can take the contract for an invoice.
      const file = join(readings, kept[0]!);
      const reading = JSON.parse(await readFile(file, 'utf8'));
      await writeFile(file, JSON.stringify({ ...reading, pages: [{ ...reading.pages[0], text: INVOICE }] }));
      expect((await run()).contract).toEqual({ invoice: 2, '(error)': 1 });

      await writeFile(file, 'damaged');
      expect(await run()).toEqual(read);
    },
    SEVERAL_RUNS_MS,
  );

  test.each([
    ['--baseline', 'set.jsonl', /set\.jsonl is not a run saved by this version/],
    ['--baseline', 'nothing.json', /There is no saved run .*nothing\.json; --save makes one\./],
    ['--save', 'nowhere/run.json', /nowhere\/run\.json cannot be written \(ENOENT\)/],
  ])('%s %s is refused with a sentence, and ends with 2', async (option, name, sentence) => {
    const { code, stdout, stderr } = await runCli([
      'eval',
      join(folder, 'labelled'),
      '--rules',
      rules,
      option,
      join(folder, name),
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
  });

  test('--help tells arguments, options, formats and an example', () => {
    let help = '';
    evalCommand()
      .configureOutput({ writeOut: (text) => (help += text) })
      .outputHelp();
    for (const part of [
      '<set>',
      '--rules <file>',
      '--compare-rules',
      '--json',
      '--concurrency',
      '_none',
      'Exit code',
      'Examples:',
    ]) {
      expect(help).toContain(part);
    }
  });
});

async function evalJson(options: string[], settings: Record<string, string> = {}) {
  const { code, stdout, stderr } = await runCli(['eval', '--json', ...options], settings);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

/** A set whose labels say nothing by themselves, so that rules with swapped descriptions give swapped answers. */
async function neutralSet(): Promise<{ set: string; rules: string; swapped: string }> {
  const [invoice, contract] = JSON.parse(await readFile(rules, 'utf8'));
  const write = async (name: string, lines: object[]) => {
    await writeFile(join(folder, name), lines.map((line) => JSON.stringify(line)).join('\n'));
    return join(folder, name);
  };
  const rulesFile = (name: string, one: string, two: string) =>
    write(name, [
      {
        rules: [
          { type: 'one', description: one },
          { type: 'two', description: two },
        ],
      },
    ]);
  return {
    set: await write('neutral.jsonl', [
      { id: 'bill', text: INVOICE, label: 'one' },
      { id: 'deed', text: CONTRACT, label: 'two' },
      { id: 'mislabelled', text: INVOICE, label: 'two' },
    ]),
    rules: await rulesFile('neutral.json', invoice.description, contract.description),
    swapped: await rulesFile('swapped.json', contract.description, invoice.description),
  };
}
