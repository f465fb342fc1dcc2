import type { Rule } from '../../../domain/rules.ts';
import { sha256 } from '../../../lib/cached-file.ts';
import { WeightedLru } from '../../../lib/weighted-lru.ts';
import type { Background, Distribution } from './background.ts';
import type { Encoder } from './encoder/encoder.ts';
import { rarityAmong } from './features/coverage.ts';
import { typeGate } from './features/lexicon.ts';
import type { RuleMeaning } from './features/meaning.ts';
import { type RuleProfile, readRuleProfile } from './rule-profile.ts';
import type { LanguageCode } from './text/language.ts';
import { englishOf } from './text/words.ts';
import { centred } from './vector.ts';
import type { WordVectors } from './word-vectors.ts';

/** A rule with everything computed that does not depend on the document. */
export interface CompiledRule extends RuleProfile {
  meaning: RuleMeaning;
  backgroundSoftCoverage: Distribution;
}

/** A set of rules with what the rules are to each other. */
export interface CompiledRules {
  /** Rules that describe something, in the order of their types' code units. */
  described: CompiledRule[];
  /** Empty, or the stand-in that a single rule competes with. */
  standIns: CompiledRule[];
  catchAlls: string[];
  typeGate: number;
  /** How rare a term is among the rules. */
  stemRarity: (key: string) => number;
}

/** Compiled rules kept, over all sets; one takes about 15 KB. */
const MAX_COMPILED_RULES = 2_000;

/**
 * What a single rule competes with: alone it would always have the whole share, and neither shares nor margins would say
 * anything. What the stand-in wins is "none fits".
 */
const STAND_IN: Rule = {
  type: 'something else',
  description: 'A news story, a private message, a discussion, a technical text or another everyday document',
};

/** Prepares rules and remembers the last sets by their content. */
export class RuleCompiler {
  readonly #encoder: Encoder;
  readonly #vectors: WordVectors;
  readonly #background: Background;
  readonly #compiled = new WeightedLru<CompiledRules>(MAX_COMPILED_RULES);

  constructor(parts: { encoder: Encoder; vectors: WordVectors; background: Background }) {
    this.#encoder = parts.encoder;
    this.#vectors = parts.vectors;
    this.#background = parts.background;
  }

  /** The order of the rules must not change an answer, not even in the last bit: they are sorted before anything else. */
  async compile(rules: readonly Rule[]): Promise<CompiledRules> {
    const sorted = [...rules].sort((a, b) => (a.type < b.type ? -1 : 1));
    const key = sha256(JSON.stringify(sorted.map(({ type, description }) => [type, description])));
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const profiles = sorted.map((rule) => readRuleProfile(rule, this.#vectors));
    const described = await this.#complete(profiles.filter(({ catchAll }) => !catchAll));
    const compiled: CompiledRules = {
      described,
      standIns: described.length === 1 ? await this.#complete([readRuleProfile(STAND_IN, this.#vectors)]) : [],
      catchAlls: profiles.filter(({ catchAll }) => catchAll).map(({ rule }) => rule.type),
      ...relationsOf(described),
    };
    this.#compiled.set(key, compiled, rules.length);
    return compiled;
  }

  async #complete(profiles: RuleProfile[]): Promise<CompiledRule[]> {
    const compiled: CompiledRule[] = [];
    for (const profile of profiles) {
      compiled.push({
        ...profile,
        meaning: await this.#meaningOf(profile),
        backgroundSoftCoverage: this.#background.softCoverage(profile),
      });
    }
    return compiled;
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
export function relationsOf(described: readonly CompiledRule[]): Pick<CompiledRules, 'typeGate' | 'stemRarity'> {
  return { typeGate: typeGate(described), stemRarity: rarityAmong(described) };
}
