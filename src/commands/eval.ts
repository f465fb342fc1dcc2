import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ClassifyConfiguration } from '../domain/rules.ts';
import { compareRuns } from '../evaluation/compare.ts';
import { evaluateRun } from '../evaluation/evaluation.ts';
import { htmlReport } from '../evaluation/html-report.ts';
import { type LabelledSet, NO_TYPE_FOLDER, openLabelledSet } from '../evaluation/manifest.ts';
import { newRun, Run, type RunDocument } from '../evaluation/run.ts';
import { classifyAll, concurrencyOption } from './batch.ts';
import { evaluationJson, evaluationReport } from './eval-report.ts';
import { interruptible } from './interruptible.ts';
import { readRulesFile } from './rules-file.ts';
import { outputColumns } from './text-table.ts';
import { UsageError } from './usage-error.ts';

const MAX_PROBLEMS = 20;

/** A saved run of 100,000 documents takes about 50 MB. */
const MAX_RUN_FILE_BYTES = 512 * 1024 * 1024;

interface EvalOptions {
  rules: string;
  compareRules?: string;
  baseline?: string;
  save?: string;
  report?: string;
  targetAccuracy: number;
  json?: true;
  cache: boolean;
  concurrency?: number;
}

export function evalCommand(): Command {
  return new Command('eval')
    .description('Measure how well rules do on documents whose type is known: no server, no network, no key.')
    .argument('<set>', 'a manifest of JSON lines, or a folder with one sub-folder a type')
    .requiredOption('--rules <file>', 'rules in YAML or JSON, as for "pigeonhole classify"')
    .addOption(
      new Option(
        '--compare-rules <file>',
        'also run these rules, and tell what --rules does better or worse',
      ).conflicts('baseline'),
    )
    .option('--baseline <run.json>', 'tell what is better or worse than in this saved run')
    .option('--save <run.json>', 'keep the run, to be a baseline later')
    .option('--report <report.html>', 'write a report with plots: one file that needs no other')
    .addOption(
      new Option('--target-accuracy <share>', 'how often trusted answers must be right, for the recommended threshold')
        .default(0.95)
        .argParser(parseShare),
    )
    .option('--json', 'print one JSON object and nothing else')
    .option('--no-cache', 'neither use nor keep the text of documents read before')
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
          "f1","documents"}},"confusion":{label:{answer:documents}},"seconds","accuracy_interval":[from,to],
          "calibration":[{"from","to","documents","mean_confidence","accuracy"}],
          "coverage":[{"threshold","coverage","accuracy"}],"recommended_threshold":{"threshold","coverage","accuracy",
          "target_accuracy"},"engine","comparison"}
          "No rule fits" is spelled (none), and could not be read (error). Documents that could not be read count as
          wrong. ece is null when nothing could be read, none_auroc when all documents, or none, fit a rule,
          recommended_threshold when none reaches the target.
          comparison is null or {"documents","only_before","only_after","relabelled","fixed":[change],
          "broken":[change],"still_wrong":[change],"accuracy":difference,"macro_f1":difference}; a change is
          {"id","label","before","after"}, a difference {"value","interval":[from,to],"p_value"}.

The text of documents is kept in the folder "readings" of PIGEONHOLE_CACHE_DIR for 30 days after its last use, so that
measuring again after a change of the rules is quick. Saved runs and reports quote the documents.

Exit code: 0 = measured, 1 = no document could be read, 2 = wrong use.

Examples:
  pigeonhole eval labelled/manifest.jsonl --rules rules.yaml --save before.json
  pigeonhole eval labelled/manifest.jsonl --rules rules.yaml --baseline before.json --report report.html`,
    )
    .action(async (path: string, options: EvalOptions) => {
      const configuration = await readRulesFile(options.rules);
      const comparedRules = options.compareRules === undefined ? null : await readRulesFile(options.compareRules);
      const baseline = options.baseline === undefined ? null : await readRun(options.baseline);
      const set = await openLabelledSet(path);
      checkSet(set, configuration, { path, rules: options.rules });
      if (comparedRules !== null) checkSet(set, comparedRules, { path, rules: options.compareRules! });
      if (set.ignored > 0) {
        process.stderr.write(
          `${path}: ${set.ignored} files are in no sub-folder, so they have no label and are ignored.\n`,
        );
      }

      await interruptible(async (signal) => {
        const runRules = (rules: ClassifyConfiguration, rulesFile: string) =>
          runSet(set, rules, { setName: basename(path), rulesFile: basename(rulesFile), options, signal });
        const run = await runRules(configuration, options.rules);
        const before = comparedRules === null ? baseline : await runRules(comparedRules, options.compareRules!);
        const evaluation = evaluateRun(run, {
          targetAccuracy: options.targetAccuracy,
          comparison: before === null ? null : { before, ...compareRuns(before, run) },
        });
        if (options.save !== undefined) await writeOutput(options.save, `${JSON.stringify(run)}\n`);
        if (options.report !== undefined) await writeOutput(options.report, htmlReport(evaluation));
        process.stdout.write(
          options.json
            ? `${JSON.stringify(evaluationJson(evaluation))}\n`
            : evaluationReport(evaluation, outputColumns()),
        );
        if (evaluation.metrics.errors === evaluation.metrics.documents) process.exitCode = 1;
      });
    });
}

/** Classifies the whole set. */
async function runSet(
  set: LabelledSet,
  configuration: ClassifyConfiguration,
  context: { setName: string; rulesFile: string; options: EvalOptions; signal: AbortSignal },
): Promise<Run> {
  const { options, signal } = context;
  const startedAt = new Date().toISOString();
  const began = performance.now();
  const documents: RunDocument[] = [];
  let engineVersion = '';
  const results = classifyAll({
    documents: set.documents(),
    size: set.size,
    configuration,
    concurrency: options.concurrency,
    showProgress: true,
    keepsReadings: options.cache,
    signal,
  });
  for await (const { document, outcome, engine } of results) {
    const { id, label } = document;
    engineVersion = engine;
    if (outcome.error !== undefined) {
      documents.push({ id, label, error: outcome.error });
      continue;
    }
    const { type, confidence, reasoning, scores } = outcome.answer;
    const noneScore = 1 - scores.reduce((total, { score }) => total + score, 0);
    documents.push({ id, label, type, confidence, none_score: noneScore, reasoning });
  }
  return newRun({
    started_at: startedAt,
    seconds: (performance.now() - began) / 1000,
    set: context.setName,
    rules_file: context.rulesFile,
    engine: engineVersion,
    rules: configuration.rules,
    documents,
  });
}

/** @throws UsageError when the file is not a saved run. */
async function readRun(path: string): Promise<Run> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) throw new UsageError(`There is no saved run ${path}; --save makes one.`);
  if (found.size > MAX_RUN_FILE_BYTES) {
    throw new UsageError(`${path} is larger than ${MAX_RUN_FILE_BYTES / 1024 / 1024} MB, which no saved run is.`);
  }
  try {
    return Run.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    throw new UsageError(`${path} is not a run saved by this version of "pigeonhole eval --save".`);
  }
}

/** @throws UsageError when the file cannot be written. */
async function writeOutput(path: string, content: string): Promise<void> {
  try {
    // It quotes documents: others on the machine need not read it.
    await writeFile(path, content, { mode: 0o600 });
  } catch (error) {
    throw new UsageError(`${path} cannot be written (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function parseShare(text: string): number {
  const share = Number(text);
  if (text.trim() === '' || !(share > 0 && share <= 1)) {
    throw new InvalidArgumentError('It must be a number above 0 and at most 1, for example 0.95.');
  }
  return share;
}

/** @throws UsageError when the set cannot be used, or not with these rules. */
function checkSet(
  set: LabelledSet,
  configuration: ClassifyConfiguration,
  names: { path: string; rules: string },
): void {
  const { path, rules } = names;
  const types = configuration.rules.map(({ type }) => type);
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
}
