import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { evalCommand } from '../../src/commands/eval.ts';
import { runCli, temporaryDirectory } from '../support/server.ts';

const INVOICE = 'Invoice number 2026-17\nBill to: Ada Ltd\n3 chairs at 40.00\nVAT 20 %\nTotal due: 144.00 EUR\n';
const CONTRACT =
  'SERVICE AGREEMENT\nThis agreement is made between the parties Ada Ltd and Bob Ltd.\nTerm and termination: twelve months.\nGoverning law: England.\nSigned by both parties: ________\n';
const NOVEL = 'The sea was calm and the gulls slept on the harbour wall while the old man told of his youth.\n';

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
    expect(stdout).toMatch(/^Accuracy +0\.\d{3} +[23] right$/m);
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

  test('--help tells arguments, options, formats and an example', () => {
    let help = '';
    evalCommand()
      .configureOutput({ writeOut: (text) => (help += text) })
      .outputHelp();
    for (const part of ['<set>', '--rules <file>', '--json', '--concurrency', '_none', 'Exit code', 'Example:']) {
      expect(help).toContain(part);
    }
  });
});
