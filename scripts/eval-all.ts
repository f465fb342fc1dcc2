/**
 * `npm run eval:all -- --data DIR`: one table over all labelled sets in a folder, each a sub-folder with `docs.jsonl` and
 * `rules.json`. Pages and encoder vectors are kept in `--cache`, so a second run costs seconds; `ms` is then without them:
 * add `--fresh` to measure time.
 *
 * `--learn 1,3,5,10` prints what so many examples a label gain instead: `--splits` random choices of them (3), measured on
 * the documents that are left. With `--half` every second rule gets examples only, and another table tells of the rest.
 */
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { givenDocument, givenRules } from '../src/classify/engines/local/given.ts';
import { loadClassifier } from '../src/classify/engines/local/load.ts';
import { measure, type Outcome } from '../src/evaluation/metrics.ts';
import { cachedEncoder } from './measure/cached-encoder.ts';
import { createCachedParser } from './measure/cached-parser.ts';
import { isReadable, type MeasuredSet, readSets } from './measure/labelled-sets.ts';
import { learningTables } from './measure/learning-table.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    cache: { type: 'string', default: path.join(tmpdir(), 'pigeonhole-measure') },
    only: { type: 'string', multiple: true },
    fresh: { type: 'boolean', default: false },
    mistakes: { type: 'boolean', default: false },
    learn: { type: 'string' },
    splits: { type: 'string', default: '3' },
    half: { type: 'boolean', default: false },
  },
});
const steps = (values.learn?.split(',') ?? []).map(Number).sort((a, b) => a - b);
const splits = Number(values.splits);
if (values.data === undefined || ![...steps, splits].every((number) => Number.isInteger(number) && number > 0)) {
  throw new Error(
    'usage: npm run eval:all -- --data DIR [--only SET] [--fresh] [--mistakes] [--learn 1,3,5,10 [--splits 3] [--half]]',
  );
}

const parser = createCachedParser({ cacheDir: values.cache, processes: 2 });
const sets = await readSets(values.data, parser, values.only);
await parser.close();
const { classifier, close } = await loadClassifier({
  cacheDir: values.cache,
  encoderThreads: 1,
  wrapEncoder: values.fresh ? undefined : (encoder) => cachedEncoder(encoder, values.cache),
});

if (steps.length > 0) {
  for await (const line of learningTables(sets, classifier, { steps, splits, half: values.half })) console.log(line);
} else {
  console.log('| set | documents | rules | accuracy | macro-F1 | ECE | null AUROC | ms |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const set of sets) console.log(await row(set));
}
await close();

async function row({ name, rules, documents }: MeasuredSet): Promise<string> {
  const outcomes: Outcome[] = [];
  let milliseconds = 0;
  const asked = await givenRules(rules);
  for (const { id, label, pages } of documents) {
    if (!isReadable(pages)) {
      outcomes.push({ label, unreadable: true });
      continue;
    }
    const started = performance.now();
    const { type, confidence, scores } = await classifier.classify(await givenDocument(pages), asked);
    milliseconds += performance.now() - started;
    const noneScore = 1 - scores.reduce((sum, { score }) => sum + score, 0);
    outcomes.push({ label, predicted: type, confidence, noneScore });
    if (values.mistakes && type !== label) console.error(name, id, `${label} → ${type}`, confidence.toFixed(2));
  }
  const { accuracy, macroF1, ece, noneAuroc } = measure(
    outcomes,
    rules.map(({ type }) => type),
  );
  const numbers = [accuracy, macroF1, ece, noneAuroc].map((value) => value?.toFixed(3) ?? '–');
  const mean = milliseconds / Math.max(1, outcomes.length);
  return `| ${[name, documents.length, rules.length, ...numbers, mean.toFixed(0)].join(' | ')} |`;
}
