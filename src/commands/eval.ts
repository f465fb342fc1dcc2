import { Command } from 'commander';
import { type LabelledDocument, type LabelledSet, NO_TYPE_FOLDER, openLabelledSet } from '../evaluation/manifest.ts';
import { measure, type Outcome } from '../evaluation/metrics.ts';
import { classifyAll, concurrencyOption } from './batch.ts';
import { type Evaluation, evaluationJson, evaluationReport, type Mistake } from './eval-report.ts';
import { interruptible } from './interruptible.ts';
import { readRulesFile } from './rules-file.ts';
import { outputColumns } from './text-table.ts';
import { UsageError } from './usage-error.ts';

/** Mistakes and unreadable documents that are kept to be shown. */
const MAX_KEPT = 10;

const MAX_PROBLEMS = 20;

interface EvalOptions {
  rules: string;
  json?: true;
  concurrency?: number;
}

export function evalCommand(): Command {
  return new Command('eval')
    .description('Measure how well rules do on documents whose type is known: no server, no network, no key.')
    .argument('<set>', 'a manifest of JSON lines, or a folder with one sub-folder a type')
    .requiredOption('--rules <file>', 'rules in YAML or JSON, as for "pigeonhole classify"')
    .option('--json', 'print one JSON object and nothing else')
    .addOption(concurrencyOption())
    .usage('<set> --rules <file> [options]')
    .showHelpAfterError('(add --help for more)')
    .addHelpText(
      'after',
      `
A manifest has one line a document; label is a type of the rules, or null where no rule fits:
  {"id": "a-17", "file": "scans/17.pdf", "label": "invoice"}      file is relative to the manifest
  {"id": "a-18", "text": "Dear Sir or Madam, …", "label": null}   text needs no file

A folder has a sub-folder for each type, and "_none" for documents that no rule fits:
  documents/invoice/17.pdf
  documents/_none/18.txt

  --json  {"documents","errors","accuracy","macro_f1","ece","none_auroc","per_type":{type:{"precision","recall",
          "f1","documents"}},"confusion":{label:{answer:documents}},"seconds"}
          "No rule fits" is spelled (none), and could not be read (error). Documents that could not be read count as
          wrong. ece is null when nothing could be read, none_auroc when all documents, or none, fit a rule.

Exit code: 0 = measured, 1 = no document could be read, 2 = wrong use.

Example:
  pigeonhole eval labelled/manifest.jsonl --rules rules.yaml`,
    )
    .action(async (path: string, options: EvalOptions) => {
      const configuration = await readRulesFile(options.rules);
      const types = configuration.rules.map(({ type }) => type);
      const set = await openLabelledSet(path);
      checkSet(set, types, { path, rules: options.rules });

      await interruptible(async (signal) => {
        const evaluation = await evaluate(
          types,
          classifyAll({
            documents: set.documents(),
            size: set.size,
            configuration,
            concurrency: options.concurrency,
            showProgress: true,
            signal,
          }),
        );
        process.stdout.write(
          options.json
            ? `${JSON.stringify(evaluationJson(evaluation))}\n`
            : evaluationReport(evaluation, outputColumns()),
        );
        if (evaluation.metrics.errors === evaluation.metrics.documents) process.exitCode = 1;
      });
    });
}

/** Reads the whole set's outcomes, keeping of each document only what the figures and the report need. */
async function evaluate(
  types: readonly string[],
  results: ReturnType<typeof classifyAll<LabelledDocument>>,
): Promise<Evaluation> {
  const began = performance.now();
  const outcomes: Outcome[] = [];
  const worst: Mistake[] = [];
  const unreadable: Evaluation['unreadable'] = [];
  for await (const { document, outcome } of results) {
    const { id, label } = document;
    if (outcome.error !== undefined) {
      outcomes.push({ label, unreadable: true });
      if (unreadable.length < MAX_KEPT) unreadable.push({ id, error: outcome.error });
      continue;
    }
    const { type: predicted, confidence, reasoning, scores } = outcome.answer;
    const noneScore = 1 - scores.reduce((total, { score }) => total + score, 0);
    outcomes.push({ label, predicted, confidence, noneScore });
    if (predicted !== label) {
      worst.push({ id, label, predicted, confidence, reasoning });
      worst.sort((a, b) => b.confidence - a.confidence);
      worst.length = Math.min(worst.length, MAX_KEPT);
    }
  }
  const seconds = (performance.now() - began) / 1000;
  return { metrics: measure(outcomes, types), seconds, worst, unreadable };
}

/** @throws UsageError when the set cannot be used, or not with these rules. */
function checkSet(set: LabelledSet, types: readonly string[], { path, rules }: { path: string; rules: string }): void {
  if (set.problems.length > 0) {
    const more = set.problems.length - MAX_PROBLEMS;
    const listed = set.problems.slice(0, MAX_PROBLEMS);
    throw new UsageError([...listed, ...(more > 0 ? [`and ${more} more problems`] : [])].join('\n'));
  }
  const unknown = [...set.labels].filter(([label]) => label !== null && !types.includes(label));
  if (unknown.length > 0) {
    const listed = unknown.map(([label, count]) => `  "${label}" (${count} ${count === 1 ? 'document' : 'documents'})`);
    throw new UsageError(
      `These labels of ${path} are not types of ${rules}:
${listed.join('\n')}
Its types are ${types.map((type) => `"${type}"`).join(', ')}.
Documents that no rule fits have the label null, or are in the sub-folder "${NO_TYPE_FOLDER}".`,
    );
  }
  if (set.ignored > 0) {
    process.stderr.write(
      `${path}: ${set.ignored} files are in no sub-folder, so they have no label and are ignored.\n`,
    );
  }
}
