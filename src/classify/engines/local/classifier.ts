import type { Page } from '../../../domain/document.ts';
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

/** The engine proper, for one thread: no state but caches, and the same answer whatever is in them. */
export class Classifier {
  readonly #parts: ClassifierParts;
  readonly #compiled = new WeightedLru<CompiledRules>(MAX_COMPILED_RULES);

  constructor(parts: ClassifierParts) {
    this.#parts = parts;
  }

  /** Same contract as `Engine.classify`. */
  async classify(pages: readonly Page[], rules: readonly Rule[]): Promise<Classification> {
    const compiled = await this.#compile(rules);
    const { described, catchAlls } = compiled;
    const document = await this.#read(pages);
    const features = described.map((rule) => featuresOf(document, rule, compiled.typeGate));
    const scores = features.map((values) => rankerScore(values, this.#parts.weights.ranker));
    const shares = softmax(scores);
    const best = scores.indexOf(Math.max(...scores));
    const nearest = described[best];
    const none =
      nearest === undefined ? 1 : this.#none(document, nearest, { scores, shares, features, best, compiled });
    const decision = decide({
      shares: described.map(({ rule }, index) => ({ type: rule.type, share: shares[index]! })),
      catchAlls,
      none,
    });
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

  #none(
    document: ReadDocument,
    nearest: CompiledRule,
    ranked: { scores: number[]; shares: number[]; features: RankerFeatures[]; best: number; compiled: CompiledRules },
  ): number {
    const inputs = gateInputs({
      scores: ranked.scores,
      shares: ranked.shares,
      best: ranked.best,
      features: ranked.features[ranked.best]!,
      view: {
        lexicon: lexiconScore(document.lexicon, nearest),
        lexiconAdvantage: lexiconAdvantage(document.lexicon, nearest),
        typeGate: ranked.compiled.typeGate,
      },
      wordCount: document.words.wordCount,
    });
    return noneProbability(inputs, this.#parts.weights.gate);
  }

  async #read(pages: readonly Page[]): Promise<ReadDocument> {
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

/** How many deviations a value is above what unrelated texts have, between −4 and 6. */
function zScore(value: number, { mean, deviation }: Distribution): number {
  return Math.max(MIN_Z, Math.min(MAX_Z, (value - mean) / deviation));
}
