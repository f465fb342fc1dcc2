import type { Rule } from '../../../domain/rules.ts';
import { WeightedLru } from '../../../lib/weighted-lru.ts';
import { type GivenRule, givenRules } from './given.ts';
import { keyOfRule, type RuleVectors } from './rule-vectors.ts';

/** Bytes of rules and vectors that are kept; a rule with ten phrases takes 20 KB. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Of the rule's text and its key. */
const BYTES_PER_CHARACTER = 4;
/** Characters of descriptions a thread embeds at a time, some tens of milliseconds: other jobs wait no longer for their turn. */
const PIECE_CHARACTERS = 600;

/**
 * Gives rules their language and their vectors, each made once for all threads: by several threads at a time when there are many rules, and
 * never again while they are kept, so that a changed rule among 500 costs one rule's work.
 *
 * @param options.lanes pieces of work that a call has under way at a time.
 * @param options.embed makes the vectors of some rules, in their order.
 */
export function createRuleEmbedder(options: {
  lanes: number;
  embed(rules: readonly GivenRule[]): Promise<RuleVectors[]>;
}): (rules: readonly Rule[]) => Promise<GivenRule[]> {
  const kept = new WeightedLru<Promise<GivenRule>>(MAX_BYTES);

  return (rules) => {
    const fresh: { key: string; rule: Rule; made: PromiseWithResolvers<GivenRule> }[] = [];
    const all = rules.map((rule) => {
      const key = keyOfRule(rule);
      const known = kept.get(key);
      if (known !== undefined) return known;
      const made = Promise.withResolvers<GivenRule>();
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
        const given = await givenRules(piece.map(({ rule }) => rule));
        const all = await options.embed(given);
        piece.forEach(({ key, made }, at) => {
          const vectors = all[at]!;
          kept.set(key, made.promise, vectors.byteLength + BYTES_PER_CHARACTER * key.length);
          made.resolve({ ...given[at]!, vectors });
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
