import type { Rule } from '../../../domain/rules.ts';
import type { RuleMeaning } from './features/meaning.ts';

/** What the encoder made of a rule: the rows of the `RuleMeaning` of each of its readings, one after another, in memory that all threads share. */
export type RuleVectors = Float32Array;

const ROWS_BESIDE_CUES = 3;

/** @param meanings of the readings of a rule. */
export function packMeanings(meanings: readonly RuleMeaning[]): RuleVectors {
  const rows = meanings.flatMap(({ vector, centred, centredName, centredCues }) => [
    vector,
    centred,
    centredName,
    ...centredCues,
  ]);
  const bytes = rows.reduce((sum, row) => sum + row.byteLength, 0);
  const packed = new Float32Array(new SharedArrayBuffer(bytes));
  rows.forEach((row, at) => {
    packed.set(row, at * row.length);
  });
  return packed;
}

/** @param cueCounts how many phrases each reading has. */
export function unpackMeanings(packed: RuleVectors, cueCounts: readonly number[]): RuleMeaning[] {
  const count = cueCounts.reduce((sum, cues) => sum + ROWS_BESIDE_CUES + cues, 0);
  const dimension = packed.length / count;
  const rows = Array.from({ length: count }, (_, at) => packed.subarray(at * dimension, (at + 1) * dimension));
  return cueCounts.map((cues) => {
    const [vector, centred, centredName, ...centredCues] = rows.splice(0, ROWS_BESIDE_CUES + cues);
    return { vector: vector!, centred: centred!, centredName: centredName!, centredCues };
  });
}

/** Identifies a rule by its content. */
export function keyOfRule({ type, description }: Rule): string {
  return JSON.stringify([type, description]);
}
