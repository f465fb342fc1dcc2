import type { Difference } from './bootstrap.ts';
import type { Change, Comparison } from './compare.ts';
import type { Evaluation } from './evaluation.ts';
import { NO_TYPE, UNREADABLE } from './metrics.ts';
import { isAnswered, type RunDocument } from './run.ts';

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
    `Before: ${before.rules_file} on ${before.set}, ${readableTime(before.started_at)}, engine ${before.engine}.`,
    `${documents} documents are in both runs; ${onlyBefore} only before, ${onlyAfter} only now.`,
    ...(relabelled > 0
      ? [`${relabelled} have another label than before; both answers are judged by the new one.`]
      : []),
  ];
}

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
