import type { Rule } from '../../../domain/rules.ts';
import { wordCentroid } from './document-profile.ts';
import type { GivenRule } from './given.ts';
import type { Lexicon } from './lexicon/lexicon.ts';
import { type RuleTopic, recogniseTopics, recogniseTypes } from './lexicon/recognise.ts';
import { type Requirement, requirementsOf } from './requirements.ts';
import { alternativesOf, MAX_CUES, type RuleText, readRule, splitTypeName } from './rule-text.ts';
import type { LanguageCode } from './text/language.ts';
import { wordWeight } from './text/word-weight.ts';
import { contentKeys, type Meaning, meaningsOf, words } from './text/words.ts';
import type { WordVectors } from './word-vectors.ts';

export interface RuleTerm {
  word: string;
  weight: number;
  inName: boolean;
}

/** The lexical side of a rule. */
export interface RuleProfile {
  rule: Rule;
  text: RuleText;
  /** The language it is written in. */
  language: LanguageCode;
  nameStems: string[];
  /** Stem → word and weight, of the name and the positive text. */
  terms: Map<string, RuleTerm>;
  /** Each cue phrase with its stems. */
  cues: { phrase: string; keys: string[] }[];
  /** Stems that stand only in what the rule is not. */
  negatedStems: string[];
  /** Document types of the lexicon the rule means, and how surely: see `recogniseTypes`. */
  types: Map<string, number>;
  /** Topics of the lexicon it is about, and how surely: see `recogniseTopics`. */
  topics: Map<string, RuleTopic>;
  /** Document types it says it is not. */
  negatedTypes: string[];
  centroid: Float32Array | null;
  /** What its description demands outright. */
  requirements: Requirement[];
  /** The rule as if its description named only one of the things it allows to choose from; [] when there is no choice. */
  alternatives: RuleProfile[];
}

/** Stems of words about documents and texts as such; they say little about a type. */
const META_STEMS = new Set(
  (
    'document contain includ describ text page articl post newswir file discuss particular relat typic usual someth type ' +
    'kind'
  ).split(' '),
);
const META_FACTOR = 0.3;
/** The name counts more than the description in the centroid … */
const CENTROID_NAME_FACTOR = 1.5;
/** … and twice in every coverage feature. */
export const NAME_FACTOR = 2;

/** What a rule is read with. */
export interface RuleReadingParts {
  vectors: WordVectors;
  lexicon: Lexicon;
}

export function readRuleProfile({ rule, language }: GivenRule, parts: RuleReadingParts): RuleProfile {
  const whole = readReading({ rule, language }, parts);
  const readings = alternativesOf(rule.description)
    .map((description) => ({ type: rule.type, description }))
    .filter((reading) => !isCatchAllRule(reading));
  // What the rule is not, none of its readings is; and all of them together have no more phrases than a rule may have.
  const { negatedStems, negatedTypes } = whole;
  const maxCues = Math.floor(MAX_CUES / Math.max(1, readings.length));
  const alternatives = readings.map((reading) => ({
    ...readReading({ rule: reading, language }, parts, maxCues),
    negatedStems,
    negatedTypes,
  }));
  return { ...whole, alternatives };
}

function readReading(
  { rule, language }: GivenRule,
  { vectors, lexicon }: RuleReadingParts,
  maxCues?: number,
): RuleProfile {
  const text = readRule(rule, maxCues);
  const terms = new Map<string, RuleTerm>();
  for (const { key, word } of contentOf(text.positive, language)) {
    const weight = wordWeight(word, vectors) * (META_STEMS.has(key) ? META_FACTOR : 1);
    if (!terms.has(key)) terms.set(key, { word, weight, inName: false });
  }
  for (const { key, word } of contentOf(text.name, language)) {
    const term = terms.get(key) ?? { word, weight: wordWeight(word, vectors), inName: true };
    terms.set(key, { ...term, inName: true });
  }
  const keysOf = (phrase: string) => contentKeys(phrase, language);
  return {
    rule,
    text,
    language,
    nameStems: keysOf(text.name),
    terms,
    cues: text.cues
      .map((phrase) => ({ phrase, keys: [...new Set(keysOf(phrase))].filter((key) => !META_STEMS.has(key)) }))
      .filter(({ keys }) => keys.length > 0),
    negatedStems: [...new Set(text.negated.flatMap(keysOf))].filter((key) => !META_STEMS.has(key) && !terms.has(key)),
    types: recogniseTypes(lexicon, text.name, text.positive),
    topics: recogniseTopics(lexicon, text.name, text.positive),
    negatedTypes: [...new Set(text.negated.flatMap((clause) => [...recogniseTypes(lexicon, clause, clause).keys()]))],
    requirements: requirementsOf(rule.description),
    alternatives: [],
    centroid: wordCentroid(
      [...terms.values()].map(({ word, weight, inName }) => ({
        word,
        weight: weight * (inName ? CENTROID_NAME_FACTOR : 1),
      })),
      vectors,
    ),
  };
}

function contentOf(text: string, language: LanguageCode): Meaning[] {
  return words(text).flatMap((word) => meaningsOf(word, language));
}

const CATCH_ALL_NAME =
  /^(?:others?|misc|miscellaneous|unknown|none|everything else|anything else|none of the above|unclassified|uncategori[sz]ed|rest|remaining|fallback|catch all|default|sonstiges?|andere[rs]?|übrige[s]?|autres?|divers|otros?|altro|altri|varie|outros?|diversen|overige?|overig|inne|pozostałe)(?: (?:documents?|types?|files?|categor(?:y|ies)|class))?$/;
const CATCH_ALL_DESCRIPTION =
  /^(?:(?:any|all|every) other\b|.*\b(?:from|of|in) any other (?:source|kind|type|sort|category)\b|.*\b(?:does not|doesn't|do not|don't) (?:fit|match|belong)[^.]{0,30}\b(?:any|other|above|else)\b|.*\bnot covered by\b|alle (?:anderen|übrigen)\b|tous? les autres\b|cualquier otro\b|todos los demás\b|qualsiasi altro\b|qualquer outro\b|alle andere\b|wszystkie inne\b|(?:any|every)thing (?:else|that (?:fits|matches|does not fit|doesn't fit))|none of the\b|(?:a |any )?(?:document|file|text)s? (?:from|of) any other\b|(?:a |any )?(?:document|file|text)s? that (?:fits?|match(?:es)?|belongs?)(?: to| in)? (?:none|no)\b)/i;

/** "other", "miscellaneous", "anything that fits no other type": rules for whatever the others are not, which no feature can describe. */
export function isCatchAllRule({ type, description }: Rule): boolean {
  return CATCH_ALL_NAME.test(splitTypeName(type)) || CATCH_ALL_DESCRIPTION.test(description.trim());
}
