import type { PageText } from '../../../domain/document.ts';
import type { Rule } from '../../../domain/rules.ts';
import { sha256 } from '../../../lib/cached-file.ts';
import { WeightedLru } from '../../../lib/weighted-lru.ts';
import { decide } from '../../decide.ts';
import type { Classification } from '../../engine.ts';
import { findEvidence } from '../../evidence.ts';
import { explain } from '../../reasoning.ts';
import type { Background, Distribution } from './background.ts';
import { type DocumentMeaning, type DocumentWords, readMeaning, readWords } from './document-profile.ts';
import type { Encoder } from './encoder/encoder.ts';
import { cueCoverage, headCoverage, nameInHead, negatedStems } from './features/coverage.ts';
import { lexiconAdvantage, lexiconScore, negatedType, typeGate } from './features/lexicon.ts';
import {
  centredMeaning,
  centredMeaningBestChunk,
  meaning,
  meaningBestChunk,
  type RuleMeaning,
} from './features/meaning.ts';
import { centroidCosine, nearSynonyms, softCoverage, type WordHits, wordHitsOf } from './features/word-similarity.ts';
import { findingsFor } from './findings.ts';
import { type LexiconScores, scoreDocumentTypes } from './lexicon/score.ts';
import { type GateWeights, gateInputs, noneProbability } from './none-gate.ts';
import { type RankerFeatures, type RankerWeights, rankerScore, softmax } from './ranker.ts';
import { type RuleProfile, readRuleProfile } from './rule-profile.ts';
import { chunkText } from './text/chunks.ts';
import { foldPages } from './text/fold.ts';
import { centred } from './vector.ts';
import type { WordVectors } from './word-vectors.ts';

export interface Weights {
  ranker: RankerWeights;
  gate: GateWeights;
}

export interface ClassifierParts {
  encoder: Encoder;
  vectors: WordVectors;
  background: Background;
  weights: Weights;
}

/** A rule with everything computed that does not depend on the document. */
interface CompiledRule extends RuleProfile {
  meaning: RuleMeaning;
  backgroundSoftCoverage: Distribution;
}

interface CompiledRules {
  /** Rules that describe something, in the order of their types' code units. */
  described: CompiledRule[];
  /** Empty, or the stand-in that a single rule competes with. */
  standIns: CompiledRule[];
  catchAlls: string[];
  typeGate: number;
}

/** A document as the features see it. */
interface ReadDocument {
  words: DocumentWords;
  hits: (word: string) => WordHits;
  meaning: DocumentMeaning;
  lexicon: LexiconScores;
}

/** Characters of folded text that are read: 10 pages or so. What a document is, it says before that. */
const HEAD_CHARACTERS = 30_000;
const MIN_Z = -4;
const MAX_Z = 6;
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

/** The engine proper, for one thread: no state but caches, and the same answer whatever is in them. */
export class Classifier {
  readonly #parts: ClassifierParts;
  readonly #compiled = new WeightedLru<CompiledRules>(MAX_COMPILED_RULES);

  constructor(parts: ClassifierParts) {
    this.#parts = parts;
  }

  /** Same contract as `Engine.classify`. */
  async classify(pages: readonly PageText[], rules: readonly Rule[]): Promise<Classification> {
    const compiled = await this.#compile(rules);
    const { described, catchAlls } = compiled;
    const document = await this.#read(pages);
    const belief = described.length === 0 ? { shares: [], none: 1 } : this.#believe(document, compiled);
    const decision = decide({
      shares: described.map(({ rule }, index) => ({ type: rule.type, share: belief.shares[index]! })),
      catchAlls,
      none: belief.none,
    });
    const nearest = described[indexOfLargest(belief.shares)];
    const evidence = nearest === undefined ? [] : findEvidence(pages, findingsFor(nearest));
    const scoreOf = new Map(decision.ranking.map(({ type, score }) => [type, score]));
    return {
      type: decision.type,
      confidence: decision.confidence,
      reasoning: explain(decision, catchAlls, evidence),
      scores: rules.map(({ type }) => ({ type, score: scoreOf.get(type)! })),
      // Quotes for the nearest rule explain why no rule fits; they are no evidence for another answer.
      evidence: decision.type === nearest?.rule.type ? evidence : [],
    };
  }

  /** Shares of the describing rules (they sum to 1) and the probability that none of them fits. */
  #believe(document: ReadDocument, compiled: CompiledRules): { shares: number[]; none: number } {
    const competing = [...compiled.described, ...compiled.standIns];
    const features = competing.map((rule) => featuresOf(document, rule, compiled.typeGate));
    const scores = features.map((values) => rankerScore(values, this.#parts.weights.ranker));
    const shares = softmax(scores);
    const best = indexOfLargest(scores);
    const inputs = gateInputs({
      scores,
      shares,
      best,
      features: features[best]!,
      view: {
        lexicon: lexiconScore(document.lexicon, competing[best]!),
        lexiconAdvantage: lexiconAdvantage(document.lexicon, competing[best]!),
        typeGate: compiled.typeGate,
      },
      wordCount: document.words.wordCount,
    });
    const gate = noneProbability(inputs, this.#parts.weights.gate);
    const described = shares.slice(0, compiled.described.length);
    const total = described.reduce((sum, share) => sum + share, 0);
    return { shares: described.map((share) => share / total), none: 1 - (1 - gate) * Math.min(1, total) };
  }

  async #read(pages: readonly PageText[]): Promise<ReadDocument> {
    const { encoder, vectors, background } = this.#parts;
    const text = foldPages(pages, HEAD_CHARACTERS);
    const words = readWords(text, vectors);
    return {
      words,
      hits: wordHitsOf(words, vectors),
      meaning: readMeaning(await encoder.embed(chunkText(text)), background.documentMean),
      lexicon: scoreDocumentTypes(text),
    };
  }

  /** The order of the rules must not change an answer, not even in the last bit: they are sorted before anything else. */
  async #compile(rules: readonly Rule[]): Promise<CompiledRules> {
    const sorted = [...rules].sort((a, b) => (a.type < b.type ? -1 : 1));
    const key = sha256(JSON.stringify(sorted.map(({ type, description }) => [type, description])));
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const profiles = sorted.map((rule) => readRuleProfile(rule, this.#parts.vectors));
    const describing = profiles.filter(({ catchAll }) => !catchAll);
    const compiled: CompiledRules = {
      described: await this.#complete(describing),
      standIns: describing.length === 1 ? await this.#complete([readRuleProfile(STAND_IN, this.#parts.vectors)]) : [],
      catchAlls: profiles.filter(({ catchAll }) => catchAll).map(({ rule }) => rule.type),
      typeGate: typeGate(describing),
    };
    this.#compiled.set(key, compiled, rules.length);
    return compiled;
  }

  async #complete(profiles: RuleProfile[]): Promise<CompiledRule[]> {
    const { encoder, background } = this.#parts;
    const vectors = await encoder.embed(profiles.map(({ text }) => `${text.name}: ${text.positive}`));
    return profiles.map((profile, index) => {
      const vector = vectors[index]!;
      return {
        ...profile,
        meaning: { vector, centred: centred(vector, background.ruleMean) },
        backgroundSoftCoverage: background.softCoverage(profile),
      };
    });
  }
}

function featuresOf(document: ReadDocument, rule: CompiledRule, gate: number): RankerFeatures {
  const { words, hits } = document;
  return {
    headCoverage: headCoverage(words, rule),
    nameInHead: nameInHead(words, rule),
    cueCoverage: cueCoverage(words, rule),
    centroidCosine: centroidCosine(words, rule),
    nearSynonyms: nearSynonyms(rule, hits),
    softCoverageZ: zScore(softCoverage(words, rule, hits), rule.backgroundSoftCoverage),
    meaning: meaning(document.meaning, rule.meaning),
    meaningBestChunk: meaningBestChunk(document.meaning, rule.meaning),
    centredMeaning: centredMeaning(document.meaning, rule.meaning),
    centredMeaningBestChunk: centredMeaningBestChunk(document.meaning, rule.meaning),
    gatedLexicon: gate * lexiconScore(document.lexicon, rule),
    negatedType: negatedType(document.lexicon, rule),
    negatedStems: negatedStems(words, rule),
  };
}

function indexOfLargest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

/** How many deviations a value is above what unrelated texts have, between −4 and 6. */
function zScore(value: number, { mean, deviation }: Distribution): number {
  return Math.max(MIN_Z, Math.min(MAX_Z, (value - mean) / deviation));
}
