import type { Interval } from './interval.ts';
import { seededRandom } from './random.ts';
import { isAnswered, type Run, type RunDocument } from './run.ts';

/** A document that the two runs answer differently. */
export interface Change {
  id: string;
  /** Its label in the run after. */
  label: string | null;
  before: RunDocument;
  after: RunDocument;
}

/** How much a figure differs between two runs over the same documents. */
export interface Difference {
  /** After − before. */
  value: number;
  /** Where the difference lies with 95 % confidence. */
  interval: Interval;
  /** Probability of a difference at least this large, in either direction, if the runs were equally good. */
  pValue: number;
}

export interface Comparison {
  /** Documents in both runs; everything below is about these. */
  documents: number;
  onlyBefore: number;
  onlyAfter: number;
  /** Documents whose label was another one before. Both answers are judged by the label of now. */
  relabelled: number;
  /** Wrong or unreadable before, right now. */
  fixed: Change[];
  /** Right before, wrong or unreadable now. */
  broken: Change[];
  /** Wrong both times, with different answers. */
  stillWrong: Change[];
  accuracy: Difference;
  macroF1: Difference;
}

interface Pair {
  before: RunDocument;
  after: RunDocument;
}

const RESAMPLES = 2_000;
/** Any will do; it must only be the same for everyone, so that a comparison can be repeated. */
const SEED = 20_260_101;

/** Answers of the same documents in an earlier run and a later one. Documents are the same when their ids are. */
export function compareRuns(before: Run, after: Run): Comparison {
  const pairs = pairDocuments(before.documents, after.documents);
  const changes = pairs.filter((pair) => answerOf(pair.before) !== answerOf(pair.after));
  const listed = (wasRight: boolean, isRightNow: boolean): Change[] =>
    changes
      .filter((pair) => isRight(pair.before, pair) === wasRight && isRight(pair.after, pair) === isRightNow)
      .map((pair) => ({ id: pair.after.id, label: pair.after.label, ...pair }));
  return {
    documents: pairs.length,
    onlyBefore: before.documents.length - pairs.length,
    onlyAfter: after.documents.length - pairs.length,
    relabelled: pairs.filter((pair) => pair.before.label !== pair.after.label).length,
    fixed: listed(false, true),
    broken: listed(true, false),
    stillWrong: listed(false, false),
    ...pairedBootstrap(pairs),
  };
}

/** Ids may repeat: the first of an id belongs to the first of it in the other run, the second to the second. */
function pairDocuments(before: readonly RunDocument[], after: readonly RunDocument[]): Pair[] {
  const earlier = new Map<string, RunDocument[]>();
  for (const document of before) {
    const same = earlier.get(document.id);
    if (same === undefined) earlier.set(document.id, [document]);
    else same.push(document);
  }
  const taken = new Map<string, number>();
  return after.flatMap((document) => {
    const position = taken.get(document.id) ?? 0;
    taken.set(document.id, position + 1);
    const match = earlier.get(document.id)?.[position];
    return match === undefined ? [] : [{ before: match, after: document }];
  });
}

/** Differs for different answers. Types are never the number 0. */
function answerOf(document: RunDocument): string | null | 0 {
  return isAnswered(document) ? document.type : 0;
}

function isRight(document: RunDocument, { after }: Pair): boolean {
  return answerOf(document) === after.label;
}

/**
 * Draws as many documents as there are, with replacement, 2,000 times, and looks how the difference varies (Efron &
 * Tibshirani 1993, chapter 16; paired, as both runs answer the same documents). The same runs give the same figures.
 */
function pairedBootstrap(pairs: readonly Pair[]): { accuracy: Difference; macroF1: Difference } {
  const coded = encode(pairs);
  const random = seededRandom(SEED);
  const drawn = new Uint32Array(pairs.length);
  const samples = Array.from({ length: pairs.length === 0 ? 0 : RESAMPLES }, () => {
    for (let at = 0; at < drawn.length; at++) drawn[at] = Math.floor(random() * drawn.length);
    return differences(coded, drawn);
  });
  const everyone = Uint32Array.from(pairs.keys());
  const observed = pairs.length === 0 ? { accuracy: 0, macroF1: 0 } : differences(coded, everyone);
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
  labels: Uint32Array;
  before: Uint32Array;
  after: Uint32Array;
}

function encode(pairs: readonly Pair[]): Coded {
  const numbers = new Map<string | null | 0, number>();
  const numberOf = (kind: string | null | 0) => {
    if (!numbers.has(kind)) numbers.set(kind, numbers.size);
    return numbers.get(kind)!;
  };
  const labels = Uint32Array.from(pairs, ({ after }) => numberOf(after.label));
  const before = Uint32Array.from(pairs, (pair) => numberOf(answerOf(pair.before)));
  const after = Uint32Array.from(pairs, (pair) => numberOf(answerOf(pair.after)));
  return { kinds: numbers.size, labels, before, after };
}

function differences(coded: Coded, drawn: Uint32Array): { accuracy: number; macroF1: number } {
  const before = figures(coded, coded.before, drawn);
  const after = figures(coded, coded.after, drawn);
  return { accuracy: after.accuracy - before.accuracy, macroF1: after.macroF1 - before.macroF1 };
}

/** Accuracy and macro-F1 as `measure` defines them, over the drawn documents. */
function figures({ kinds, labels }: Coded, answers: Uint32Array, drawn: Uint32Array) {
  const right = new Uint32Array(kinds);
  const labelled = new Uint32Array(kinds);
  const answered = new Uint32Array(kinds);
  let correct = 0;
  for (const at of drawn) {
    const label = labels[at]!;
    const answer = answers[at]!;
    labelled[label]!++;
    answered[answer]!++;
    if (label === answer) {
      right[label]!++;
      correct++;
    }
  }
  let f1 = 0;
  let present = 0;
  for (let kind = 0; kind < kinds; kind++) {
    if (labelled[kind] === 0) continue;
    present++;
    f1 += (2 * right[kind]!) / (labelled[kind]! + answered[kind]!);
  }
  return { accuracy: correct / drawn.length, macroF1: f1 / present };
}
