import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { Classification } from '../classify/engine.ts';
import { loadConfig } from '../config.ts';
import { listFiles } from '../lib/list-files.ts';
import { askAll, concurrencyOption, type Outcome } from './batch.ts';
import { examplesOption, openExamples, readExamples } from './examples-file.ts';
import { interruptible } from './interruptible.ts';
import { readRulesFile } from './rules-file.ts';
import { outputColumns, textTable } from './text-table.ts';
import { UsageError } from './usage-error.ts';

const NO_TYPE = '–';

/** More of a reasoning than fits into any terminal's line is not kept until the table is printed. */
const MAX_TABLE_NOTE = 300;

interface ClassifyOptions {
  rules: string;
  examples?: string;
  json?: true;
  csv?: true;
  concurrency?: number;
}

/** A document and what came of it; null where there is nothing to say. */
interface Result {
  file: string;
  type: string | null;
  confidence: number | null;
  reasoning: string | null;
  scores: { type: string; score: number }[];
  error: string | null;
}

/** How results are written: each as soon as its turn has come, or all at the end. */
interface Format {
  start(): string;
  result(result: Result): string;
  end(): string;
}

export function classifyCommand(): Command {
  return new Command('classify')
    .description('Classify files on this machine: no server, no network, no key.')
    .argument('<path...>', 'files, and folders to search for files (hidden files, and links to folders, are skipped)')
    .requiredOption('--rules <file>', 'rules in YAML or JSON: {rules: [{type, description}, …]} or only the list')
    .addOption(examplesOption())
    .addOption(new Option('--json', 'print one JSON object a line, as soon as a document is done').conflicts('csv'))
    .option('--csv', 'print comma-separated values: file, type, confidence, reasoning, error')
    .addOption(concurrencyOption())
    .usage('<path...> --rules <file> [options]')
    .showHelpAfterError('(add --help for more)')
    .addHelpText(
      'after',
      `
Results come in the order of the paths, folders sorted by name. Without --json and --csv they are a table at the end.

  --json  {"file","type","confidence","reasoning","scores":[{"type","score"}],"error"}
          type is null when no rule fits. After an error, which is "CODE: sentence", all but file are null or [].
  --csv   A text that a spreadsheet would run as a formula (it begins with =, +, -, @, a tab or a line break) gets
          an apostrophe in front. Use --json where every character counts.

Exit code: 0 = all documents were read, 1 = some could not be read, 2 = wrong use.

Examples:
  pigeonhole classify inbox/ scan.pdf --rules rules.yaml
  pigeonhole classify inbox/ --rules rules.yaml --examples labelled/

  with rules.yaml
    rules:
      - type: invoice
        description: A bill with an invoice number, line items and the total that is due
      - type: contract
        description: An agreement between parties, with terms and signatures
    parsing_configuration:   # optional
      lang: en               # language of scanned pages
      max_pages: 5           # read no more than the first five
      target_pages: null     # or "1,3,5-7"`,
    )
    .action(async (paths: string[], options: ClassifyOptions) => {
      const configuration = await readRulesFile(options.rules);
      const files = await findFiles(paths);
      const labelled =
        options.examples === undefined ? null : await openExamples(options.examples, configuration, options.rules);
      const format = options.json ? jsonLines : options.csv ? csv : table(files.length);
      const streams = options.json || options.csv;
      let failed = 0;

      await interruptible(async (signal) => {
        const work = {
          parsing: configuration.parsing_configuration,
          concurrency: options.concurrency,
          // Results that appear on the same terminal show the progress and would tear the bar apart.
          showProgress: !(streams && process.stdout.isTTY),
          signal,
        };
        const examples = labelled === null ? [] : await readExamples(labelled, work);
        await write(format.start(), signal);
        try {
          const outcomes = askAll({
            ...work,
            documents: files.map((path) => ({ path, source: { path } })),
            size: files.length,
            ask: (_, pages, engine) => engine.classify(pages, configuration.rules, { signal, examples }),
          });
          for await (const { document, outcome } of outcomes) {
            if (outcome.error !== undefined) failed++;
            await write(format.result(resultOf(document.path, outcome)), signal);
          }
        } finally {
          // Also after Ctrl-C: what is known by then was worth waiting for.
          process.stdout.write(format.end());
        }
        if (failed > 0) process.exitCode = 1;
      });
    });
}

/** @throws UsageError naming all paths that lead nowhere. */
async function findFiles(paths: readonly string[]): Promise<string[]> {
  // A path that two arguments lead to is one document; the map keeps the place and the spelling of the first.
  const found = new Map<string, string>();
  const problems: string[] = [];
  // The default data folder is in the current folder, and what it holds was made by us.
  const skip = [loadConfig().dataDir];
  const add = (file: string) => found.has(resolve(file)) || found.set(resolve(file), file);
  for (const path of paths) {
    try {
      if ((await stat(path)).isDirectory()) for (const file of await listFiles(path, { skip })) add(file);
      else add(path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EACCES') throw error;
      problems.push(code === 'EACCES' ? `${path} may not be read.` : `There is no file or folder ${path}.`);
    }
  }
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  if (found.size === 0) throw new UsageError(`There are no files in ${paths.join(', ')}.`);
  return [...found.values()];
}

function resultOf(file: string, { answer, error }: Outcome<Classification>): Result {
  if (error !== undefined) return { file, type: null, confidence: null, reasoning: null, scores: [], error };
  const { type, confidence, reasoning, scores } = answer;
  return { file, type, confidence, reasoning, scores, error: null };
}

const jsonLines: Format = {
  start: () => '',
  result: (result) => `${JSON.stringify(result)}\n`,
  end: () => '',
};

const csv: Format = {
  start: () => 'file,type,confidence,reasoning,error\n',
  result: ({ file, type, confidence, reasoning, error }) =>
    `${[csvText(file), csvText(type), confidence ?? '', csvText(reasoning), csvText(error)].join(',')}\n`,
  end: () => '',
};

/**
 * A text as a cell of comma-separated values. Reasoning quotes the document, and a document that makes a spreadsheet run
 * its formula could send the other cells away; spreadsheets take what follows an apostrophe as text.
 */
export function csvText(text: string | null): string {
  if (text === null) return '';
  const harmless = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

function table(size: number): Format {
  const rows: string[][] = [];
  const counts = { classified: 0, none: 0, failed: 0 };
  return {
    start: () => '',
    result({ file, type, confidence, reasoning, error }) {
      counts[error !== null ? 'failed' : type === null ? 'none' : 'classified']++;
      const note = (error ?? reasoning ?? '').slice(0, MAX_TABLE_NOTE);
      rows.push([file, type ?? NO_TYPE, confidence?.toFixed(2) ?? '', note]);
      return '';
    },
    end() {
      if (rows.length === 0) return '';
      const width = outputColumns();
      const text = textTable(
        [
          { title: 'File', ...(process.stdout.isTTY ? { maxWidth: Math.floor(width * 0.35), cut: 'start' } : {}) },
          { title: 'Type', maxWidth: 30 },
          { title: 'Confidence', align: 'right' },
          { title: 'Reasoning or error' },
        ],
        rows,
        width,
      );
      const summary = [
        `${size} ${size === 1 ? 'document' : 'documents'}: ${counts.classified} classified`,
        `${counts.none} fit no rule`,
        `${counts.failed} could not be read`,
        ...(rows.length < size ? [`${size - rows.length} left out`] : []),
      ];
      return `${text}\n${summary.join(', ')}\n`;
    },
  };
}

/** Waits when whoever reads standard output is slower than we are. */
async function write(text: string, signal: AbortSignal): Promise<void> {
  if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain', { signal });
}
