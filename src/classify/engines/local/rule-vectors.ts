import type { Rule } from '../../../domain/rules.ts';
import { WeightedLru } from '../../../lib/weighted-lru.ts';
import type { RuleMeaning } from './features/meaning.ts';

/** What the encoder made of a rule: the rows of the `RuleMeaning` of each of its readings, one after another, in memory that all threads share. */
export type RuleVectors = Float32Array;

/** Bytes of vectors that are kept; a rule with ten phrases takes 20 KB. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Characters of descriptions a thread embeds at a time, some tens of milliseconds: other jobs wait no longer for their turn. */
const PIECE_CHARACTERS = 600;

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

/**
 * Vectors of rules, each made once for all threads: by several threads at a time when there are many rules, and never
 * again while they are kept, so that a changed rule among 500 costs one rule's work.
 *
 * @param options.lanes pieces of work that a call has under way at a time.
 * @param options.embed makes the vectors of some rules, in their order.
 */
export function createRuleVectors(options: {
  lanes: number;
  embed(rules: readonly Rule[]): Promise<RuleVectors[]>;
}): (rules: readonly Rule[]) => Promise<RuleVectors[]> {
  const kept = new WeightedLru<Promise<RuleVectors>>(MAX_BYTES);

  return (rules) => {
    const fresh: { key: string; rule: Rule; made: PromiseWithResolvers<RuleVectors> }[] = [];
    const all = rules.map((rule) => {
      const key = keyOfRule(rule);
      const known = kept.get(key);
      if (known !== undefined) return known;
      const made = Promise.withResolvers<RuleVectors>();
      kept.set(key, made.promise, 0);
      fresh.push({ key, rule, made });
      return made.promise;
    });
    const pieces: (typeof fresh)[] = [];
    let characters = PIECE_CHARACTERS;
    for (const entry of fresh) {
      if (characters >= PIECE_CHARACTERS) {
        pieces.push([]);
        characters = 0;
      }
      pieces.at(-1)!.push(entry);
      characters += entry.rule.description.length;
    }
    const lane = async () => {
      for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) await make(piece);
    };
    for (let count = 0; count < options.lanes; count++) void lane();
    return Promise.all(all);

    async function make(piece: typeof fresh): Promise<void> {
      try {
        const vectors = await options.embed(piece.map(({ rule }) => rule));
        piece.forEach(({ key, made }, at) => {
          kept.set(key, made.promise, vectors[at]!.byteLength);
          made.resolve(vectors[at]!);
        });
      } catch (error) {
        for (const { key, made } of piece) {
          if (kept.get(key) === made.promise) kept.delete(key);
          made.reject(error);
        }
      }
    }
  };
}
