import { type GateInputs, type GateWeights, gateInputs } from '../../src/classify/engines/local/none-gate.ts';
import {
  type RankerFeatures,
  type RankerWeights,
  rankerScore,
  softmax,
} from '../../src/classify/engines/local/ranker.ts';
import type { Sample } from './samples.ts';

type Name = keyof RankerFeatures;

/** These speak against a rule: their weights are ≤ 0, all others ≥ 0. */
const AGAINST: ReadonlySet<Name> = new Set<Name>(['negatedType', 'negatedStems']);
const STEPS = 400;
const STEP_SIZE = 0.05;
/** How often no rule fits where the engine is used; samples are half and half. */
const NONE_PRIOR = 0.12;

/**
 * Conditional logit: the weights under which the right rules are likeliest, Σ weight·−ln softmax(Xw)[right], plus
 * `ridge`·|w − start|². Projected Adam; signs are fixed, because free signs fit the sets at hand and no others.
 */
export function fitRanker(samples: readonly Sample[], start: RankerWeights, ridge: number): RankerWeights {
  const names = Object.keys(start) as Name[];
  const questions = samples.filter(({ label, features }) => label >= 0 && features.length > 1);
  const weights = balanced(questions);
  const rows = questions.map(({ features }) => features.map((values) => names.map((name) => values[name])));
  const w = names.map((name) => start[name]);
  minimise(
    w,
    names.map((name) => (AGAINST.has(name) ? -1 : 1)),
    (gradient) => {
      for (const [k, name] of names.entries()) gradient[k] = 2 * ridge * (w[k]! - start[name]);
      questions.forEach(({ label }, q) => {
        const shares = softmax(rows[q]!.map((row) => row.reduce((sum, value, k) => sum + value * w[k]!, 0)));
        rows[q]!.forEach((row, r) => {
          const pull = weights[q]! * (shares[r]! - (r === label ? 1 : 0));
          for (let k = 0; k < row.length; k++) gradient[k]! += pull * row[k]!;
        });
      });
    },
  );
  return Object.fromEntries(names.map((name, k) => [name, round(w[k]!)])) as unknown as RankerWeights;
}

/** A question with the score of each rule. */
export interface Scored {
  sample: Sample;
  scores: number[];
}

export function scored(sample: Sample, ranker: RankerWeights): Scored {
  return { sample, scores: sample.features.map((values) => rankerScore(values, ranker)) };
}

const MAX_SCALE = 4;

/**
 * What scores have to be multiplied with so that the right rules are likeliest, "temperature scaling" (Guo et al. 2017): below
 * 1 for scores of sets a ranker has not seen, where its margins mean less.
 */
export function fitScale(entries: readonly Scored[]): number {
  const questions = entries.filter(({ sample, scores }) => sample.label >= 0 && scores.length > 1);
  const weights = balanced(questions.map(({ sample }) => sample));
  const slope = (scale: number) =>
    questions.reduce((sum, { sample, scores }, q) => {
      const shares = softmax(scores.map((score) => scale * score));
      const expected = scores.reduce((total, score, rule) => total + shares[rule]! * score, 0);
      return sum + weights[q]! * (expected - scores[sample.label]!);
    }, 0);
  // The loss is convex in the scale, so its slope is 0 in one place.
  let low = 0;
  let high = MAX_SCALE;
  for (let step = 0; step < 30; step++) {
    const middle = (low + high) / 2;
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export function scaledRanker(ranker: RankerWeights, scale: number): RankerWeights {
  return Object.fromEntries(
    Object.entries(ranker).map(([name, weight]) => [name, round(weight * scale)]),
  ) as unknown as RankerWeights;
}

/** Logistic regression on whether no rule fits, fitted and wrong answers half and half. */
export function fitGate(entries: readonly Scored[], ridge: number): GateWeights {
  const samples = entries.map(({ sample }) => sample);
  const inputs = entries.map(gateInputsOf);
  const names = Object.keys(inputs[0]!) as (keyof GateInputs)[];
  const moments = names.map((name) => {
    const mean = inputs.reduce((sum, input) => sum + input[name], 0) / inputs.length;
    const variance = inputs.reduce((sum, input) => sum + (input[name] - mean) ** 2, 0) / inputs.length;
    return { mean, deviation: Math.sqrt(variance) || 1 };
  });
  const rows = inputs.map((input) => [
    1,
    ...names.map((name, k) => (input[name] - moments[k]!.mean) / moments[k]!.deviation),
  ]);
  const none = samples.map(({ label }) => (label < 0 ? 1 : 0));
  const weights = balanced(samples);
  const noneWeight = weights.reduce((sum, weight, q) => sum + weight * none[q]!, 0);
  const w = rows[0]!.map(() => 0);
  minimise(
    w,
    w.map(() => 0),
    (gradient) => {
      for (const [k, value] of w.entries()) gradient[k] = k === 0 ? 0 : 2 * ridge * value;
      rows.forEach((row, q) => {
        const p = 1 / (1 + Math.exp(-row.reduce((sum, value, k) => sum + value * w[k]!, 0)));
        const balance = none[q] === 1 ? 0.5 / noneWeight : 0.5 / (1 - noneWeight);
        const pull = weights[q]! * balance * (p - none[q]!);
        for (let k = 0; k < row.length; k++) gradient[k]! += pull * row[k]!;
      });
    },
  );
  return {
    bias: round(w[0]!),
    prior: NONE_PRIOR,
    inputs: Object.fromEntries(
      names.map((name, k) => [
        name,
        { mean: round(moments[k]!.mean), deviation: round(moments[k]!.deviation), weight: round(w[k + 1]!) },
      ]),
    ) as GateWeights['inputs'],
  };
}

export function gateInputsOf({ sample: { features, views, wordCount }, scores }: Scored): GateInputs {
  const best = scores.indexOf(Math.max(...scores));
  return gateInputs({
    scores,
    shares: softmax(scores),
    best,
    features: features[best]!,
    view: views[best]!,
    wordCount,
  });
}

/** A weight a sample, 1 in all: every set counts the same, and sets of types as much as sets of topics. */
function balanced(samples: readonly Sample[]): number[] {
  const ofTypes = (sample: Sample) =>
    sample.set.includes('docs') || (sample.views[0]?.typeGate ?? 0) > 0.5 ? 'types' : 'topics';
  const perSet = new Map<string, number>();
  const kinds = new Map<string, Set<string>>();
  for (const sample of samples) {
    const kind = ofTypes(sample);
    const key = `${kind} ${sample.set}`;
    perSet.set(key, (perSet.get(key) ?? 0) + 1);
    kinds.set(kind, (kinds.get(kind) ?? new Set()).add(key));
  }
  return samples.map((sample) => {
    const kind = ofTypes(sample);
    return 1 / (kinds.size * kinds.get(kind)!.size * perSet.get(`${kind} ${sample.set}`)!);
  });
}

/** Adam. `signs`: 1 = stays ≥ 0, -1 = stays ≤ 0, 0 = free. */
function minimise(w: number[], signs: readonly number[], fill: (gradient: number[]) => void): void {
  const first = w.map(() => 0);
  const second = w.map(() => 0);
  const gradient = w.map(() => 0);
  for (let step = 1; step <= STEPS; step++) {
    fill(gradient);
    const rate = STEP_SIZE * (step > STEPS / 2 ? 0.3 : 1);
    for (let k = 0; k < w.length; k++) {
      first[k] = 0.9 * first[k]! + 0.1 * gradient[k]!;
      second[k] = 0.999 * second[k]! + 0.001 * gradient[k]! ** 2;
      w[k]! -= (rate * first[k]!) / (1 - 0.9 ** step) / (Math.sqrt(second[k]! / (1 - 0.999 ** step)) + 1e-8);
      if (signs[k]! * w[k]! < 0) w[k] = 0;
    }
  }
}

const round = (value: number): number => Math.round(value * 1e4) / 1e4;
