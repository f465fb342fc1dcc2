/** How "no rule fits" and "could not be read" are spelled where a type is expected. Parentheses occur in no type. */
export const NO_TYPE = '(none)';
export const UNREADABLE = '(error)';

/** What a document was taken for: a type, null = no rule fits, or `UNREADABLE`. */
export type Answer = string | null;

/** What came of one labelled document. A null type means that no rule fits. */
export type Outcome =
  | {
      label: string | null;
      predicted: string | null;
      /** Of the prediction, 0..1. */
      confidence: number;
      /** How much speaks for "no rule fits": 1 − Σ of the rules' scores. */
      noneScore: number;
    }
  | { label: string | null; unreadable: true };

type ReadOutcome = Exclude<Outcome, { unreadable: true }>;

export interface TypeMetrics {
  /** 0 where nothing was predicted as this type. */
  precision: number;
  /** 0 where no document has this label. */
  recall: number;
  f1: number;
  /** Documents with this label. */
  documents: number;
}

/** Documents whose confidence falls into `from` ≤ confidence < `to` (the last bin includes 1). */
export interface CalibrationBin {
  from: number;
  to: number;
  documents: number;
  /** 0 in an empty bin, as is `accuracy`. */
  meanConfidence: number;
  accuracy: number;
}

export interface Metrics {
  documents: number;
  /** Documents that could not be read. They count as wrong, and have no part in calibration and `noneAuroc`. */
  errors: number;
  /** Share of documents whose type is the label, where null is a type like any other. */
  accuracy: number;
  /** Mean F1 over the labels that documents have, null included. */
  macroF1: number;
  /** Expected calibration error: mean distance of confidence and accuracy over the bins, weighted by documents. Null = nothing was read. */
  ece: number | null;
  calibration: CalibrationBin[];
  /** Probability that `noneScore` ranks a document that fits no rule above one that fits one. Null = one of the two is missing. */
  noneAuroc: number | null;
  /** By type, in the order of `types`, then `NO_TYPE` if it is a label or a prediction. */
  perType: Map<string, TypeMetrics>;
  /** Label → prediction → documents, labels in the order of `perType`. Zeros are left out. */
  confusion: Map<string, Map<string, number>>;
}

const CALIBRATION_BINS = 10;

/** @param types all types that could have been predicted. Labels must be among them, or null. */
export function measure(outcomes: readonly Outcome[], types: readonly string[]): Metrics {
  const read = outcomes.filter((outcome) => 'predicted' in outcome);
  const calibration = calibrate(read);
  const counts = countConfusion(outcomes, types);
  const perType = measureTypes(counts);
  const labelled = [...perType.values()].filter(({ documents }) => documents > 0);
  return {
    documents: outcomes.length,
    errors: outcomes.length - read.length,
    accuracy: ratio(read.filter(isRight).length, outcomes.length),
    macroF1: ratio(
      sum(labelled, ({ f1 }) => f1),
      labelled.length,
    ),
    ece: read.length === 0 ? null : expectedCalibrationError(calibration),
    calibration,
    noneAuroc: auroc(
      read.filter(({ label }) => label === null).map(({ noneScore }) => noneScore),
      read.filter(({ label }) => label !== null).map(({ noneScore }) => noneScore),
    ),
    perType,
    confusion: new Map([...counts].filter(([, row]) => row.size > 0)),
  };
}

/**
 * Area under the ROC curve: the probability that a random one of `positives` is greater than a random one of
 * `negatives`, equal ones counting half. Null when either is empty.
 */
export function auroc(positives: readonly number[], negatives: readonly number[]): number | null {
  if (positives.length === 0 || negatives.length === 0) return null;
  const ranked = [
    ...positives.map((score) => ({ score, positive: true })),
    ...negatives.map((score) => ({ score, positive: false })),
  ].sort((a, b) => a.score - b.score);
  let rankSum = 0;
  for (let first = 0; first < ranked.length; ) {
    let end = first + 1;
    while (ranked[end]?.score === ranked[first]!.score) end++;
    const meanRank = (first + 1 + end) / 2;
    for (let at = first; at < end; at++) if (ranked[at]!.positive) rankSum += meanRank;
    first = end;
  }
  const n = positives.length;
  return (rankSum - (n * (n + 1)) / 2) / (n * negatives.length);
}

export function isRight({ label, predicted }: ReadOutcome): boolean {
  return label === predicted;
}

function calibrate(read: readonly ReadOutcome[]): CalibrationBin[] {
  return Array.from({ length: CALIBRATION_BINS }, (_, bin) => {
    const inside = read.filter(({ confidence }) => binOf(confidence) === bin);
    return {
      from: bin / CALIBRATION_BINS,
      to: (bin + 1) / CALIBRATION_BINS,
      documents: inside.length,
      meanConfidence: ratio(
        sum(inside, ({ confidence }) => confidence),
        inside.length,
      ),
      accuracy: ratio(inside.filter(isRight).length, inside.length),
    };
  });
}

function binOf(confidence: number): number {
  return Math.max(0, Math.min(Math.floor(confidence * CALIBRATION_BINS), CALIBRATION_BINS - 1));
}

function expectedCalibrationError(bins: readonly CalibrationBin[]): number {
  return ratio(
    sum(bins, ({ documents, meanConfidence, accuracy }) => documents * Math.abs(meanConfidence - accuracy)),
    sum(bins, ({ documents }) => documents),
  );
}

/** A row for every type, also for those that no document has as its label. */
function countConfusion(outcomes: readonly Outcome[], types: readonly string[]): Map<string, Map<string, number>> {
  const counts = new Map(types.map((type) => [type, new Map<string, number>()]));
  for (const outcome of outcomes) {
    const label = outcome.label ?? NO_TYPE;
    const predicted = 'predicted' in outcome ? (outcome.predicted ?? NO_TYPE) : UNREADABLE;
    const rowName = label === NO_TYPE || predicted === NO_TYPE ? NO_TYPE : label;
    if (!counts.has(rowName)) counts.set(rowName, new Map());
    const row = counts.get(label)!;
    row.set(predicted, (row.get(predicted) ?? 0) + 1);
  }
  return counts;
}

function measureTypes(counts: Map<string, Map<string, number>>): Map<string, TypeMetrics> {
  const predictions = new Map<string, number>();
  for (const row of counts.values()) {
    for (const [predicted, count] of row) predictions.set(predicted, (predictions.get(predicted) ?? 0) + count);
  }
  return new Map(
    [...counts].map(([type, row]) => {
      const documents = sum([...row.values()], (count) => count);
      const right = row.get(type) ?? 0;
      const predicted = predictions.get(type) ?? 0;
      return [
        type,
        {
          precision: ratio(right, predicted),
          recall: ratio(right, documents),
          f1: ratio(2 * right, predicted + documents),
          documents,
        },
      ];
    }),
  );
}

function sum<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

/** 0 of nothing is 0. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
