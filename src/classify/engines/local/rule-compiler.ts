import { sha256 } from '../../../lib/cached-file.ts';
import { WeightedLru } from '../../../lib/weighted-lru.ts';
import type { Background, Distribution } from './background.ts';
import type { Encoder } from './encoder/encoder.ts';
import { rarityAmong } from './features/coverage.ts';
import { typeGate } from './features/lexicon.ts';
import type { RuleMeaning } from './features/meaning.ts';
import { type TopicRelations, topicRelations } from './features/topics.ts';
import type { GivenRule } from './given.ts';
import { isCatchAllRule, type RuleProfile, type RuleReadingParts, readRuleProfile } from './rule-profile.ts';
import { keyOfRule, packMeanings, type RuleVectors, unpackMeanings } from './rule-vectors.ts';
import type { LanguageCode } from './text/language.ts';
import { englishOf } from './text/words.ts';
import { centred } from './vector.ts';

/** A rule with everything computed that does not depend on the document. */
export interface CompiledRule extends RuleProfile {
  meaning: RuleMeaning;
  backgroundSoftCoverage: Distribution;
  alternatives: CompiledRule[];
}

/** A set of rules with what the rules are to each other. */
export interface CompiledRules extends TopicRelations {
  /** Rules that describe something, in the order of their types' code units. */
  described: CompiledRule[];
  /** Empty, or the stand-in that a single rule competes with. */
  standIns: CompiledRule[];
  catchAlls: string[];
  typeGate: number;
  /** How rare a term is among the rules. */
  stemRarity: (key: string) => number;
}

/** Compiled rules kept, alone and as sets; one takes about 15 KB beside its vectors. */
const MAX_COMPILED_RULES = 2_000;

/**
 * What a single rule competes with: alone it would always have the whole share, and neither shares nor margins would say
 * anything. What the stand-in wins is "none fits".
 */
const STAND_IN: GivenRule = {
  rule: {
    type: 'something else',
    description: 'A news story, a private message, a discussion, a technical text or another everyday document',
  },
  language: 'en',
};

/** Prepares rules and remembers the last ones by their content, and the last sets of them. */
export class RuleCompiler {
  readonly #encoder: Encoder;
  readonly #background: Background;
  readonly #parts: RuleReadingParts;
  readonly #rules = new WeightedLru<CompiledRule>(MAX_COMPILED_RULES);
  readonly #sets = new WeightedLru<CompiledRules>(MAX_COMPILED_RULES);

  constructor(parts: RuleReadingParts & { encoder: Encoder; background: Background }) {
    this.#encoder = parts.encoder;
    this.#background = parts.background;
    this.#parts = parts;
  }

  /**
   * The order of the rules must not change an answer, not even in the last bit: they are sorted before anything else. For
   * rules with vectors the encoder has nothing to do.
   */
  async compile(rules: readonly GivenRule[]): Promise<CompiledRules> {
    const sorted = rules
      .map((given) => ({ ...given, key: keyOfRule(given.rule) }))
      .sort((a, b) => (a.rule.type < b.rule.type ? -1 : 1));
    const key = sha256(...sorted.map((entry) => entry.key));
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    const described: CompiledRule[] = [];
    for (const entry of sorted) if (!isCatchAllRule(entry.rule)) described.push(await this.#compileRule(entry));
    const compiled: CompiledRules = {
      described,
      standIns: described.length === 1 ? [await this.#compileRule({ ...STAND_IN, key: keyOfRule(STAND_IN.rule) })] : [],
      catchAlls: sorted.filter(({ rule }) => isCatchAllRule(rule)).map(({ rule }) => rule.type),
      ...relationsOf(described),
    };
    const readings = described.reduce((sum, { alternatives }) => sum + 1 + alternatives.length, 0);
    this.#sets.set(key, compiled, Math.max(1, readings));
    return compiled;
  }

  /** What the encoder makes of a rule, to be given back to `compile` in any thread. */
  async embed(given: GivenRule): Promise<RuleVectors> {
    if (isCatchAllRule(given.rule)) return packMeanings([]);
    return packMeanings(await this.#meaningsOf(this.#readingsOf(given)));
  }

  /** The rule as a whole, then as each of its alternatives. */
  #readingsOf(given: GivenRule): RuleProfile[] {
    const whole = readRuleProfile(given, this.#parts);
    return [whole, ...whole.alternatives];
  }

  async #meaningsOf(readings: readonly RuleProfile[]): Promise<RuleMeaning[]> {
    const meanings: RuleMeaning[] = [];
    for (const reading of readings) meanings.push(await this.#meaningOf(reading));
    return meanings;
  }

  async #compileRule({ key, ...given }: GivenRule & { key: string }): Promise<CompiledRule> {
    const known = this.#rules.get(key);
    if (known !== undefined) return known;
    const readings = this.#readingsOf(given);
    const meanings =
      given.vectors === undefined
        ? await this.#meaningsOf(readings)
        : unpackMeanings(
            given.vectors,
            readings.map(({ cues }) => cues.length),
          );
    const [compiled, ...alternatives] = readings.map(
      (reading, index): CompiledRule => ({
        ...reading,
        meaning: meanings[index]!,
        backgroundSoftCoverage: this.#background.softCoverage(reading),
        alternatives: [],
      }),
    );
    compiled!.alternatives = alternatives;
    this.#rules.set(key, compiled!, readings.length);
    return compiled!;
  }

  async #meaningOf({ text, language, cues }: RuleProfile): Promise<RuleMeaning> {
    const texts = [`${text.name}: ${text.positive}`, text.name, ...cues.map(({ phrase }) => phrase)];
    const vectors = await this.#encoder.embed(texts.map((part) => inEnglish(part, language)));
    const [whole, name, ...phrases] = vectors.map((vector) => centred(vector, this.#background.ruleMean));
    return { vector: vectors[0]!, centred: whole!, centredName: name!, centredCues: phrases };
  }
}

/** The encoder knows English only: of a rule in another language it gets the words that have an English one. */
function inEnglish(text: string, language: LanguageCode): string {
  return language === 'en' ? text : englishOf(text, language).join(' ') || text;
}

/** What only the set tells: also for fitting, which makes sets of compiled rules. */
export function relationsOf(
  described: readonly CompiledRule[],
): TopicRelations & Pick<CompiledRules, 'typeGate' | 'stemRarity'> {
  return { typeGate: typeGate(described), ...topicRelations(described), stemRarity: rarityAmong(described) };
}
