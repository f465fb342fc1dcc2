/**
 * `npm run fit -- --data DIR… [--write]`: fits the ranker and the "no rule fits" gate on the labelled sets in folders and
 * prints what they would do on each set when fitted on the others only. What says how sure to be, the scale of scores and the
 * gate, is fitted on scores that sets got from rankers that had not seen them. `--write` puts the weights fitted on all of them
 * into src/classify/data/weights.json; no text of any set is kept.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { decide } from '../src/classify/decide.ts';
import type { Weights } from '../src/classify/engines/local/classifier.ts';
import { loadClassifier, WEIGHTS_FILE } from '../src/classify/engines/local/load.ts';
import { noneProbability } from '../src/classify/engines/local/none-gate.ts';
import { type RankerWeights, softmax } from '../src/classify/engines/local/ranker.ts';
import { measure, type Outcome } from '../src/evaluation/metrics.ts';
import { cachedEncoder } from './measure/cached-encoder.ts';
import { createCachedParser } from './measure/cached-parser.ts';
import { fitGate, fitRanker, fitScale, gateInputsOf, type Scored, scaledRanker, scored } from './measure/fitting.ts';
import { type MeasuredSet, readSets } from './measure/labelled-sets.ts';
import { makeSamples, type Sample } from './measure/samples.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', multiple: true },
    cache: { type: 'string', default: path.join(tmpdir(), 'pigeonhole-measure') },
    write: { type: 'boolean', default: false },
    'ranker-ridge': { type: 'string', default: '0.003' },
    'gate-ridge': { type: 'string', default: '0.003' },
  },
});
if (values.data === undefined) throw new Error('usage: npm run fit -- --data DIR [--data DIR …] [--write]');
const rankerRidge = Number(values['ranker-ridge']);
const gateRidge = Number(values['gate-ridge']);

const parser = createCachedParser({ cacheDir: values.cache, processes: 2 });
const sets: MeasuredSet[] = [];
for (const folder of values.data) sets.push(...(await readSets(folder, parser)));
await parser.close();
const { classifier, close } = await loadClassifier({
  cacheDir: values.cache,
  encoderThreads: 1,
  wrapEncoder: (encoder) => cachedEncoder(encoder, values.cache),
});
const samples = await makeSamples(sets, classifier);
await close();
const start = (JSON.parse(readFileSync(new URL('./measure/start-weights.json', import.meta.url), 'utf8')) as Weights)
  .ranker;
console.log(`${samples.length} questions from ${sets.map(({ name }) => name).join(', ')}\n`);

// Scores of every question by a ranker that has not seen its group: they show how far to trust scores elsewhere.
const groups = new Set(samples.map((sample) => sample.group));
const leftOut = new Map<Sample, Scored>();
const rankers = new Map<string, RankerWeights>();
for (const group of groups) {
  const ranker = fitRanker(
    samples.filter((sample) => sample.group !== group),
    start,
    rankerRidge,
  );
  rankers.set(group, ranker);
  for (const sample of samples.filter((candidate) => candidate.group === group)) {
    leftOut.set(sample, scored(sample, ranker));
  }
}
const fitted = (ranker: RankerWeights, others: readonly Scored[]): Weights => {
  const scale = fitScale(others);
  const scaled = others.map((entry) => ({ ...entry, scores: entry.scores.map((score) => scale * score) }));
  return { ranker: scaledRanker(ranker, scale), gate: fitGate(scaled, gateRidge) };
};
const answers = new Map<string, Outcome[]>();
const seen = new Map<string, Outcome[]>();
const all = fitted(fitRanker(samples, start, rankerRidge), [...leftOut.values()]);
for (const group of groups) {
  const others = [...leftOut].flatMap(([sample, entry]) => (sample.group === group ? [] : [entry]));
  const weights = fitted(rankers.get(group)!, others);
  for (const sample of samples.filter((candidate) => candidate.group === group)) {
    const kind = sample.original ? sample.set : `${sample.set}, varied rules`;
    answers.set(kind, [...(answers.get(kind) ?? []), answer(sample, weights)]);
    seen.set(kind, [...(seen.get(kind) ?? []), answer(sample, all)]);
  }
}
console.log('| set | left out: accuracy | ECE | null AUROC | fitted on it: accuracy | ECE | null AUROC |');
console.log('|---|---|---|---|---|---|---|');
for (const [set, outcomes] of [...answers].sort()) {
  const cells = [outcomes, seen.get(set)!].flatMap((list) => {
    const { accuracy, ece, noneAuroc } = measure(list, [...new Set(list.flatMap(({ label }) => label ?? []))]);
    return [accuracy, ece, noneAuroc].map((value) => value?.toFixed(3) ?? '–');
  });
  console.log(`| ${set} | ${cells.join(' | ')} |`);
}
console.log(all.ranker);
if (values.write) writeFileSync(WEIGHTS_FILE, `${JSON.stringify(all, null, 2)}\n`);

function answer(sample: Sample, { ranker, gate }: Weights): Outcome {
  const entry = scored(sample, ranker);
  const shares = softmax(entry.scores);
  const none = noneProbability(gateInputsOf(entry), gate);
  const decision = decide({
    shares: shares.map((share, rule) => ({ type: `rule ${String(rule).padStart(3, '0')}`, share })),
    catchAlls: [],
    none,
  });
  return {
    label: sample.label < 0 ? null : `rule ${String(sample.label).padStart(3, '0')}`,
    predicted: decision.type,
    confidence: decision.confidence,
    noneScore: none,
  };
}
