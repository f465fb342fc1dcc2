/**
 * `npm run eval:all -- --data DIR`: one table over all labelled sets in a folder, each a sub-folder with `docs.jsonl` and
 * `rules.json`. Pages and encoder vectors are kept in `--cache`, so a second run costs seconds; `ms` is then without them:
 * add `--fresh` to measure time.
 */
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { loadClassifier } from '../src/classify/engines/local/load.ts';
import { measure, type Outcome } from '../src/evaluation/metrics.ts';
import { cachedEncoder } from './measure/cached-encoder.ts';
import { createCachedParser } from './measure/cached-parser.ts';
import { type MeasuredSet, readSets } from './measure/labelled-sets.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    cache: { type: 'string', default: path.join(tmpdir(), 'pigeonhole-measure') },
    only: { type: 'string', multiple: true },
    fresh: { type: 'boolean', default: false },
    mistakes: { type: 'boolean', default: false },
  },
});
if (values.data === undefined)
  throw new Error('usage: npm run eval:all -- --data DIR [--only SET] [--fresh] [--mistakes]');

const parser = createCachedParser({ cacheDir: values.cache, processes: 2 });
const sets = await readSets(values.data, parser, values.only);
await parser.close();
const { classifier, close } = await loadClassifier({
  cacheDir: values.cache,
  encoderThreads: 1,
  wrapEncoder: values.fresh ? undefined : (encoder) => cachedEncoder(encoder, values.cache),
});

console.log('| set | documents | rules | accuracy | macro-F1 | ECE | null AUROC | ms |');
console.log('|---|---|---|---|---|---|---|---|');
for (const set of sets) console.log(await row(set));
await close();

async function row({ name, rules, documents }: MeasuredSet): Promise<string> {
  const outcomes: Outcome[] = [];
  let milliseconds = 0;
  for (const { id, label, pages } of documents) {
    if (typeof pages === 'string' || pages.every(({ text }) => text.trim() === '')) {
      outcomes.push({ label, unreadable: true });
      continue;
    }
    const started = performance.now();
    const { type, confidence, scores } = await classifier.classify(pages, rules);
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
