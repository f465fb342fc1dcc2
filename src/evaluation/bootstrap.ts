import type { Interval } from './interval.ts';
import type { Answer } from './metrics.ts';
import { seededRandom } from './random.ts';

/** How much a figure differs between two ways to answer the same documents. */
export interface Difference {
  /** After − before. */
  value: number;
  /** Where the difference lies with 95 % confidence. */
  interval: Interval;
  /** Probability of a difference at least this large, in either direction, if both were equally good. */
  pValue: number;
}

/** Two answers to one document. */
export interface AnswerPair {
  label: string | null;
  before: Answer;
  after: Answer;
}

const RESAMPLES = 2_000;
/** Any will do; it must only be the same for everyone, so that a comparison can be repeated. */
const SEED = 20_260_101;

/**
 * Draws as many documents as there are, with replacement, 2,000 times, and looks how the difference varies (Efron &
 * Tibshirani 1993, chapter 16; paired, as both answer the same documents). The same answers give the same figures.
 *
 * @param documents the pairs of each document. A document that was asked about several times is drawn with all of them:
 *   as documents of their own they would feign more of them than there are, and the interval would be too narrow.
 */
export function pairedBootstrap(documents: readonly (readonly AnswerPair[])[]): {
  accuracy: Difference;
  macroF1: Difference;
} {
  const coded = encode(documents);
  const random = seededRandom(SEED);
  const drawn = new Uint32Array(documents.length);
  const samples = Array.from({ length: documents.length === 0 ? 0 : RESAMPLES }, () => {
    for (let at = 0; at < drawn.length; at++) drawn[at] = Math.floor(random() * drawn.length);
    return differences(coded, drawn);
  });
  const everyone = Uint32Array.from(documents.keys());
  const observed = documents.length === 0 ? { accuracy: 0, macroF1: 0 } : differences(coded, everyone);
  const summary = (name: keyof typeof observed) =>
    summarise(
      observed[name],
      samples.map((sample) => sample[name]),
    );
  return { accuracy: summary('accuracy'), macroF1: summary('macroF1') };
}

function summarise(value: number, samples: number[]): Difference {
  if (samples.length === 0) return { value, interval: [0, 0], pValue: 1 };
  const sorted = samples.toSorted((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  const tail = (isBeyond: (sample: number) => boolean) => (samples.filter(isBeyond).length + 1) / (samples.length + 1);
  const pValue = Math.min(
    1,
    2 *
      Math.min(
        tail((sample) => sample <= 0),
        tail((sample) => sample >= 0),
      ),
  );
  return { value, interval: [quantile(0.025), quantile(0.975)], pValue };
}

interface Coded {
  /** Types, labels and "unreadable" by number. */
  kinds: number;
  /** The pairs of document d are those from `starts[d]` to `starts[d + 1]`, exclusive. */
  starts: Uint32Array;
  labels: Uint32Array;
  before: Uint32Array;
  after: Uint32Array;
}

function encode(documents: readonly (readonly AnswerPair[])[]): Coded {
  const numbers = new Map<Answer, number>();
  const numberOf = (kind: Answer) => {
    if (!numbers.has(kind)) numbers.set(kind, numbers.size);
    return numbers.get(kind)!;
  };
  const starts = new Uint32Array(documents.length + 1);
  documents.forEach((pairs, at) => {
    starts[at + 1] = starts[at]! + pairs.length;
  });
  const all = documents.flat();
  const labels = Uint32Array.from(all, ({ label }) => numberOf(label));
  const before = Uint32Array.from(all, (pair) => numberOf(pair.before));
  const after = Uint32Array.from(all, (pair) => numberOf(pair.after));
  return { kinds: numbers.size, starts, labels, before, after };
}

function differences(coded: Coded, drawn: Uint32Array): { accuracy: number; macroF1: number } {
  const before = figures(coded, coded.before, drawn);
  const after = figures(coded, coded.after, drawn);
  return { accuracy: after.accuracy - before.accuracy, macroF1: after.macroF1 - before.macroF1 };
}

/** Accuracy and macro-F1 as `measure` defines them, over the drawn documents. */
function figures({ kinds, starts, labels }: Coded, answers: Uint32Array, drawn: Uint32Array) {
  const right = new Uint32Array(kinds);
  const labelled = new Uint32Array(kinds);
  const answered = new Uint32Array(kinds);
  let correct = 0;
  let pairs = 0;
  for (const document of drawn) {
    for (let at = starts[document]!; at < starts[document + 1]!; at++) {
      const label = labels[at]!;
      const answer = answers[at]!;
      pairs++;
      labelled[label]!++;
      answered[answer]!++;
      if (label === answer) {
        right[label]!++;
        correct++;
      }
    }
  }
  let f1 = 0;
  let present = 0;
  for (let kind = 0; kind < kinds; kind++) {
    if (labelled[kind] === 0) continue;
    present++;
    f1 += (2 * right[kind]!) / (labelled[kind]! + answered[kind]!);
  }
  return { accuracy: correct / pairs, macroF1: f1 / present };
}
