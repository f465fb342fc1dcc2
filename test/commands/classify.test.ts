import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, test } from 'vitest';
import { classifyCommand } from '../../src/commands/classify.ts';
import { environment, PROJECT_DIR, runCli, temporaryDirectory } from '../support/server.ts';

const DOCUMENTS = join(PROJECT_DIR, 'test/documents');
const INVOICE = 'Invoice number 2026-17\nBill to: Ada Ltd\n3 chairs at 40.00\nVAT 20 %\nTotal due: 144.00 EUR\n';

let folder = '';
let rules = '';

beforeAll(async () => {
  folder = await temporaryDirectory();
  rules = join(folder, 'rules.yaml');
  await writeFile(
    rules,
    `rules:
  - type: invoice
    description: A bill with an invoice number, line items and the total that is due
  - type: contract
    description: An agreement between parties, with terms and signatures
`,
  );
  await mkdir(join(folder, 'inbox/older'), { recursive: true });
  await mkdir(join(folder, 'inbox/.trash'));
  await writeFile(join(folder, 'inbox/b.txt'), INVOICE);
  await writeFile(join(folder, 'inbox/.hidden.txt'), INVOICE);
  await writeFile(join(folder, 'inbox/.trash/gone.txt'), INVOICE);
  await writeFile(join(folder, 'inbox/older/=1.txt'), INVOICE);
  await copyFile(join(DOCUMENTS, 'invoice.pdf'), join(folder, 'inbox/a.pdf'));
  await writeFile(join(folder, 'empty.txt'), '');
});

const jsonLines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('classify --json', () => {
  test('prints a line a document, paths in the order given and folders sorted, and ends with 0', async () => {
    const inbox = join(folder, 'inbox');
    const contract = join(DOCUMENTS, 'contract.docx');
    const { code, stdout, stderr } = await runCli(['classify', contract, inbox, contract, '--rules', rules, '--json']);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const results = jsonLines(stdout);
    expect(results.map(({ file }) => file)).toEqual([
      contract,
      join(inbox, 'a.pdf'),
      join(inbox, 'b.txt'),
      join(inbox, 'older/=1.txt'),
    ]);
    expect(results.map(({ type }) => type)).toEqual(['contract', 'invoice', 'invoice', 'invoice']);
    for (const result of results) {
      expect(Object.keys(result)).toEqual(['file', 'type', 'confidence', 'reasoning', 'scores', 'error']);
      expect(result).toMatchObject({
        confidence: expect.any(Number),
        reasoning: expect.any(String),
        scores: [
          { type: 'invoice', score: expect.any(Number) },
          { type: 'contract', score: expect.any(Number) },
        ],
        error: null,
      });
    }
  });

  test('tells documents that cannot be read from the others, and ends with 1', async () => {
    const files = [join(folder, 'empty.txt'), join(DOCUMENTS, 'protected.pdf'), join(folder, 'inbox/b.txt')];
    const { code, stdout } = await runCli(['classify', ...files, '--rules', rules, '--json', '--concurrency', '1']);
    expect(code).toBe(1);
    const [empty, locked, invoice] = jsonLines(stdout);
    const nothing = { type: null, confidence: null, reasoning: null, scores: [] };
    expect(empty).toEqual({ file: files[0], ...nothing, error: 'NO_DATA_FOUND_IN_FILE: The file is empty.' });
    expect(locked).toEqual({ file: files[1], ...nothing, error: expect.stringMatching(/^PDF_IS_PROTECTED: .+\.$/) });
    expect(invoice).toMatchObject({ type: 'invoice', error: null });
  });
});

test('classify --csv prints a header and quoted values that no spreadsheet runs', async () => {
  const child = spawn(
    process.execPath,
    [join(PROJECT_DIR, 'src/cli.ts'), 'classify', '=1.txt', '../../empty.txt', '--rules', rules, '--csv'],
    { cwd: join(folder, 'inbox/older'), env: environment({}), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [header, first, second] = await Array.fromAsync(createInterface({ input: child.stdout! }));
  expect(header).toBe('file,type,confidence,reasoning,error');
  expect(first).toMatch(/^'=1\.txt,invoice,[01]\.\d+,".+",$/);
  expect(second).toBe('../../empty.txt,,,,NO_DATA_FOUND_IN_FILE: The file is empty.');
});

test('classify prints a table of all documents when no format is asked for', async () => {
  const files = [join(folder, 'inbox/b.txt'), join(folder, 'empty.txt')];
  const { code, stdout, stderr } = await runCli(['classify', ...files, '--rules', rules]);
  expect(code).toBe(1);
  // A progress bar is for terminals.
  expect(stderr).toBe('');
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(/^File +Type +Confidence +Reasoning or error$/);
  expect(lines[2]).toMatch(/b\.txt +invoice +[01]\.\d\d +\S/);
  expect(lines[3]).toMatch(/empty\.txt +– +NO_DATA/);
  expect(lines[5]).toBe('2 documents: 1 classified, 0 fit no rule, 1 could not be read');
});

describe('classify, used wrongly, says so and ends with 2', () => {
  test.each([
    ['a path that leads nowhere', ['nowhere.pdf'], 'There is no file or folder nowhere.pdf.'],
    ['two formats', ['inbox', '--json', '--csv'], "option '--json' cannot be used with option '--csv'"],
    ['no number', ['inbox', '--concurrency', 'many'], 'It must be a whole number from 1 to 1024.'],
  ])('%s', async (_, args, message) => {
    const paths = args.map((arg) => (arg.startsWith('inbox') ? join(folder, arg) : arg));
    const { code, stdout, stderr } = await runCli(['classify', ...paths, '--rules', rules]);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('rules that cannot be used', async () => {
    await writeFile(join(folder, 'bad.json'), '[{"type":"a"}]');
    const { code, stderr } = await runCli(['classify', folder, '--rules', join(folder, 'bad.json')]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `${join(folder, 'bad.json')} cannot be used:\n  - rule 1 ("a"), description is missing; it must be text\n`,
    );
  });
});

describe('classify, when it is to end early', () => {
  /** Scans take long enough that some of many are always being read. */
  async function startOnScans(): Promise<{ child: ChildProcess; lines: AsyncIterator<string> }> {
    const scans = await temporaryDirectory();
    await writeFile(join(scans, '0.txt'), INVOICE);
    for (let number = 1; number < 40; number++) {
      await copyFile(join(DOCUMENTS, 'scan.pdf'), join(scans, `${number}.pdf`));
    }
    const child = spawn(
      process.execPath,
      [join(PROJECT_DIR, 'src/cli.ts'), 'classify', scans, '--rules', rules, '--json', '--concurrency', '2'],
      // A process group of its own, as a terminal makes one for each command.
      { env: environment({}), stdio: ['ignore', 'pipe', 'pipe'], detached: true },
    );
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    expect((await lines.next()).done).toBe(false);
    return { child, lines };
  }

  test('stops on Ctrl-C with exit code 130, without children and without wrong results', async () => {
    const { child, lines } = await startOnScans();
    const children = childrenOf(child.pid!);
    let stderr = '';
    child.stderr!.on('data', (chunk) => (stderr += chunk));
    const began = performance.now();
    // A terminal interrupts the processes that read documents as well.
    process.kill(-child.pid!, 'SIGINT');
    const [code] = await once(child, 'exit');
    expect({ code, stderr }).toEqual({ code: 130, stderr: 'Interrupted.\n' });
    expect(performance.now() - began).toBeLessThan(3_000);
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      expect(JSON.parse(line.value)).toMatchObject({ error: null });
    }
    if (existsSync('/proc')) expect(children.length).toBeGreaterThan(0);
    expect(children.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  });

  test('stops without a word when nobody reads its results any more', async () => {
    const { child } = await startOnScans();
    let stderr = '';
    child.stderr!.on('data', (chunk) => (stderr += chunk));
    child.stdout!.destroy();
    const [code] = await once(child, 'exit');
    expect({ code, stderr }).toEqual({ code: 141, stderr: '' });
  });
});

function childrenOf(pid: number): number[] {
  if (!existsSync('/proc')) return [];
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
}

test('classify --help tells arguments, options, formats and an example', () => {
  let help = '';
  classifyCommand()
    .configureOutput({ writeOut: (text) => (help += text) })
    .outputHelp();
  for (const part of ['<path...>', '--rules <file>', '--json', '--csv', '--concurrency', 'Exit code', 'Examples:']) {
    expect(help).toContain(part);
  }
});
