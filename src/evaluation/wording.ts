import type { Difference } from './bootstrap.ts';
import type { Change, Comparison } from './compare.ts';
import type { Evaluation } from './evaluation.ts';
import type { Gain, Learning } from './learning.ts';
import { NO_TYPE, UNREADABLE } from './metrics.ts';
import { isAnswered, type Run, type RunDocument } from './run.ts';

// How figures are said, on the terminal and in the report alike.

export function figure(value: number): string {
  return value.toFixed(3);
}

export function signed(value: number): string {
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${figure(Math.abs(value))}`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1).replace(/\.0$/, '')} %`;
}

/** The answer as it is spelled where a type is expected. */
export function answerName(document: RunDocument): string {
  return isAnswered(document) ? (document.type ?? NO_TYPE) : UNREADABLE;
}

/** What was run, for people. */
export function runName({ rules_file, set, examples_file }: Run): string {
  return `${rules_file} on ${set}${examples_file === null ? '' : ` with examples of ${examples_file}`}`;
}

/** What `recommended` promises, and by which criterion it was chosen. */
export function thresholdAdvice({ recommended, targetAccuracy }: Evaluation): string {
  const target = percent(targetAccuracy);
  if (recommended === null) return `No threshold makes ${target} of the trusted answers right on these documents.`;
  const { threshold, coverage, accuracy, interval } = recommended;
  return `Recommended threshold: ${figure(threshold)}, the lowest at which ${target} of the trusted answers are right. It trusts ${percent(coverage)} of the documents, of which ${percent(accuracy)} are right (95 % interval ${interval.map(percent).join(' to ')}).`;
}

/** What was compared with what. */
export function comparisonNotes({ before, ...comparison }: NonNullable<Evaluation['comparison']>): string[] {
  const { documents, onlyBefore, onlyAfter, relabelled } = comparison;
  return [
    `Before: ${runName(before)}, ${readableTime(before.started_at)}, engine ${before.engine}.`,
    `${documents} documents are in both runs; ${onlyBefore} only before, ${onlyAfter} only now.`,
    ...(relabelled > 0
      ? [`${relabelled} have another label than before; both answers are judged by the new one.`]
      : []),
  ];
}

/** How the figures of `learning` came about. */
export function learningNotes({ splits, short }: Learning): string[] {
  const listed = short.map(({ label, examples }) => `${label ?? NO_TYPE} ${examples}`);
  return [
    `Examples were drawn from the set at random, ${splits} ${splits === 1 ? 'time' : 'times'}; the documents that are left were measured without and with them. All other figures of this report are without these examples.`,
    ...(listed.length === 0
      ? []
      : [`At most half of a label's documents are examples, so some have fewer than asked for: ${listed.join(', ')}.`]),
  ];
}

/** The figures of `learning` as tables: of all documents, and of those whose label has no examples. */
export function learningTables({
  steps,
}: Learning): { title: string; rows: { perLabel: number; gain: Gain; cells: string[] }[] }[] {
  const row = (step: Learning['steps'][number], gain: Gain) => {
    const { documents, without, learned, difference } = gain;
    const counts = [step.perLabel, Math.round(step.examples), documents].map(String);
    const shares = [figure(without), figure(learned), signed(difference.value)];
    return {
      perLabel: step.perLabel,
      gain,
      cells: [...counts, ...shares, difference.interval.map(signed).join(' to '), verdictOn(difference)],
    };
  };
  return [
    { title: 'All documents', rows: steps.map((step) => row(step, step.all)) },
    {
      title: 'Documents whose label has no examples',
      rows: steps.flatMap((step) => (step.others === null ? [] : [row(step, step.others)])),
    },
  ].filter(({ rows }) => rows.length > 0);
}

export const LEARNING_COLUMNS = [
  'Examples a label',
  'In all',
  'Documents',
  'Accuracy without',
  'With',
  'Gain',
  '95 % interval',
  'Paired bootstrap',
];

export function verdictOn({ value, pValue }: Difference): 'better' | 'worse' | 'may be chance' {
  if (pValue >= 0.05) return 'may be chance';
  return value > 0 ? 'better' : 'worse';
}

export function changesByKind(comparison: Comparison): [kind: string, changes: readonly Change[]][] {
  return [
    ['Fixed', comparison.fixed],
    ['Broken', comparison.broken],
    ['Wrong in another way', comparison.stillWrong],
  ];
}

/** `2026-01-31T10:00:00.123Z` → `2026-01-31 10:00:00 UTC`. */
export function readableTime(time: string): string {
  return time.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
}
