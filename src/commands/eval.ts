import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Example } from '../classify/engine.ts';
import type { ClassifyConfiguration } from '../domain/rules.ts';
import { compareRuns } from '../evaluation/compare.ts';
import { evaluateRun } from '../evaluation/evaluation.ts';
import { htmlReport } from '../evaluation/html-report.ts';
import { askWithExamples, type LearnedAnswers, measureLearning, unreadableAnswers } from '../evaluation/learning.ts';
import { type LabelledSet, openLabelledSet } from '../evaluation/manifest.ts';
import { newRun, Run, type RunDocument } from '../evaluation/run.ts';
import { askAll, type Batch, concurrencyOption } from './batch.ts';
import { checkSet } from './check-set.ts';
import { evaluationJson, evaluationReport } from './eval-report.ts';
import { examplesOption, openExamples, readExamples } from './examples-file.ts';
import { interruptible } from './interruptible.ts';
import { type LearnOptions, type Lessons, learnOptions, prepareLessons } from './learn.ts';
import { readRulesFile } from './rules-file.ts';
import { outputColumns } from './text-table.ts';
import { UsageError } from './usage-error.ts';

/** A saved run of 100,000 documents takes about 50 MB. */
const MAX_RUN_FILE_BYTES = 512 * 1024 * 1024;

interface EvalOptions extends LearnOptions {
  rules: string;
  examples?: string;
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
    .addOption(examplesOption().conflicts('learn'))
    .addOption(learnOptions.learn())
    .addOption(learnOptions.learnTypes())
    .addOption(learnOptions.splits())
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
          learning is null without --learn, or {"splits","short":{label:examples},"steps":[{"examples_per_type",
          "examples","all":gain,"others":gain}]}; a gain is {"documents","accuracy_without","accuracy_with",
          "difference"}. short are labels with fewer examples than asked for; others are the documents whose label has
          no examples, null when there are none.

--learn makes documents of the set examples, at most half of each label's, and measures on those that are left; the
figures are means over the splits, which are the same every time. All other figures are without these examples.

The text of documents is kept in the folder "readings" of PIGEONHOLE_CACHE_DIR for 30 days after its last use, so that
measuring again after a change of the rules is quick. Saved runs and reports quote the documents.

Exit code: 0 = measured, 1 = no document could be read, 2 = wrong use.

Examples:
  pigeonhole eval labelled/manifest.jsonl --rules rules.yaml --save before.json
  pigeonhole eval labelled/manifest.jsonl --rules rules.yaml --baseline before.json --report report.html
  pigeonhole eval labelled/manifest.jsonl --rules rules.yaml --learn 1,3,5,10`,
    )
    .action(async (path: string, options: EvalOptions) => {
      const configuration = await readRulesFile(options.rules);
      const comparedRules = options.compareRules === undefined ? null : await readRulesFile(options.compareRules);
      const baseline = options.baseline === undefined ? null : await readRun(options.baseline);
      const set = await openLabelledSet(path);
      checkSet(set, configuration, { path, rules: options.rules });
      if (comparedRules !== null) checkSet(set, comparedRules, { path, rules: options.compareRules! });
      const labelled =
        options.examples === undefined ? null : await openExamples(options.examples, configuration, options.rules);
      const lessons = await prepareLessons(set, configuration, options);
      if (set.ignored > 0) {
        process.stderr.write(
          `${path}: ${set.ignored} files are in no sub-folder, so they have no label and are ignored.\n`,
        );
      }

      await interruptible(async (signal) => {
        const reading = {
          parsing: configuration.parsing_configuration,
          concurrency: options.concurrency,
          showProgress: true,
          keepsReadings: options.cache,
          signal,
        };
        const examples = labelled === null ? [] : await readExamples(labelled, reading);
        const context = { setName: basename(path), options, examples, reading };
        const taught = lessons === null ? null : await lessons.read(reading);
        const { run, answers } = await runSet(set, configuration, {
          ...context,
          rulesFile: options.rules,
          lessons: taught,
        });
        const before =
          comparedRules === null
            ? baseline
            : (await runSet(set, comparedRules, { ...context, rulesFile: options.compareRules!, lessons: null })).run;
        const evaluation = evaluateRun(run, {
          targetAccuracy: options.targetAccuracy,
          comparison: before === null ? null : { before, ...compareRuns(before, run) },
          learning: taught === null ? null : measureLearning(taught.plan, taught.examples, answers),
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

interface RunContext {
  setName: string;
  rulesFile: string;
  options: EvalOptions;
  /** Given to the engine with every document. */
  examples: readonly Example[];
  /** Examples to ask with once more; null = none. */
  lessons: Lessons | null;
  reading: Pick<Batch<never, never>, 'concurrency' | 'showProgress' | 'keepsReadings' | 'signal'>;
}

/** Classifies the whole set. `answers` is empty without lessons. */
async function runSet(
  set: LabelledSet,
  configuration: ClassifyConfiguration,
  context: RunContext,
): Promise<{ run: Run; answers: LearnedAnswers[] }> {
  const { options, examples, lessons, reading } = context;
  const { signal } = reading;
  const startedAt = new Date().toISOString();
  const began = performance.now();
  const documents: RunDocument[] = [];
  const answers: LearnedAnswers[] = [];
  let engineVersion = '';
  const results = askAll({
    ...reading,
    documents: withPlaces(set.documents()),
    size: set.size,
    parsing: configuration.parsing_configuration,
    ask: async ({ place }, pages, engine) => {
      const classify = (given: readonly Example[]) =>
        engine.classify(pages, configuration.rules, { signal, examples: given });
      const answer = await classify(examples);
      const ask = async (given: readonly Example[]) => (await classify(given)).type;
      const learned = lessons === null ? [] : await askWithExamples({ place, pages }, lessons, ask);
      return { ...answer, learned };
    },
  });
  for await (const { document, outcome, engine } of results) {
    const { id, label, place } = document;
    engineVersion = engine;
    if (outcome.error !== undefined) {
      documents.push({ id, label, error: outcome.error });
      if (lessons !== null) answers.push(unreadableAnswers(place, lessons.plan));
      continue;
    }
    const { type, confidence, reasoning, scores, learned } = outcome.answer;
    const noneScore = 1 - scores.reduce((total, { score }) => total + score, 0);
    documents.push({ id, label, type, confidence, none_score: noneScore, reasoning });
    if (lessons !== null) answers.push({ without: type, learned });
  }
  const run = newRun({
    started_at: startedAt,
    seconds: (performance.now() - began) / 1000,
    set: context.setName,
    rules_file: basename(context.rulesFile),
    examples_file: options.examples === undefined ? null : basename(options.examples),
    engine: engineVersion,
    rules: configuration.rules,
    documents,
  });
  return { run, answers };
}

async function* withPlaces<Document>(documents: AsyncIterable<Document>): AsyncGenerator<Document & { place: number }> {
  let place = 0;
  for await (const document of documents) yield { ...document, place: place++ };
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
