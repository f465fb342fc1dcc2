import { decide } from '../../decide.ts';
import type { Classification } from '../../engine.ts';
import { findEvidence } from '../../evidence.ts';
import { explain } from '../../reasoning.ts';
import type { Background } from './background.ts';
import { DocumentReader, type ReadDocument, vectorsOf } from './document-reader.ts';
import type { Encoder } from './encoder/encoder.ts';
import { type Likeness, likenessOf, type ReadExample } from './examples.ts';
import { rankerFeatures } from './features/all.ts';
import { missingCues } from './features/coverage.ts';
import { lexiconAdvantage, lexiconScore } from './features/lexicon.ts';
import { findingsFor } from './findings.ts';
import type { GivenDocument, GivenExample, GivenRule } from './given.ts';
import type { Lexicon } from './lexicon/lexicon.ts';
import { type GateWeights, gateInputs, noneProbability } from './none-gate.ts';
import { type RankerFeatures, type RankerWeights, rankerScore, softmax } from './ranker.ts';
import { type Check, check } from './requirements.ts';
import { type CompiledRule, type CompiledRules, RuleCompiler } from './rule-compiler.ts';
import { dot } from './vector.ts';
import type { WordVectors } from './word-vectors.ts';

export interface Weights {
  ranker: RankerWeights;
  gate: GateWeights;
}

export interface ClassifierParts {
  encoder: Encoder;
  vectors: WordVectors;
  background: Background;
  lexicon: Lexicon;
  weights: Weights;
}

/** Vectors of passages that had to be made, as in `NewGists`. */
export interface NewVectors {
  document: Float32Array | null;
  examples: (Float32Array | null)[];
}

/** Taken off a rule's score for each of its demands that the document does not meet: more than any score, so nothing makes it good. */
const UNMET_PENALTY = 40;
const UNKNOWN_LANGUAGE_SURENESS = 0.5;
/** Phrases that are named as missing in the next best rule. */
const MAX_MISSING = 4;

/** The engine proper, for one thread: no state but caches, and the same answer whatever is in them. */
export class Classifier {
  readonly #weights: Weights;
  readonly #lexicon: Lexicon;
  readonly reader: DocumentReader;
  readonly compiler: RuleCompiler;

  constructor(parts: ClassifierParts) {
    this.#weights = parts.weights;
    this.#lexicon = parts.lexicon;
    this.reader = new DocumentReader(parts);
    this.compiler = new RuleCompiler(parts);
  }

  /** Same contract as `Engine.classify`, with the vectors of passages in place of gists. */
  async classify(
    given: GivenDocument,
    rules: readonly GivenRule[],
    {
      noneThreshold,
      examples = [],
      onVectors = () => {},
    }: {
      noneThreshold?: number | undefined;
      examples?: readonly GivenExample[] | undefined;
      onVectors?: ((vectors: NewVectors) => void) | undefined;
    } = {},
  ): Promise<Classification> {
    const compiled = await this.compiler.compile(rules);
    const { described, catchAlls } = compiled;
    const document = await this.reader.read(given);
    const { likeness, made } = await this.#compare(document, compiled, examples);
    onVectors({ document: given.vectors ? null : vectorsOf(document.meaning), examples: made });
    const belief =
      described.length === 0
        ? { shares: [], none: 1, readings: [] }
        : believe(document, compiled, this.#weights, likeness);
    const decision = decide({
      shares: described.map(({ rule }, index) => ({ type: rule.type, share: belief.shares[index]! })),
      catchAlls,
      none: belief.none,
      noneThreshold,
    });
    const best = described[indexOfLargest(belief.shares)];
    const evidence =
      best === undefined
        ? []
        : findEvidence(given.pages, findingsFor(best, this.#lexicon, document.language.code, compiled.topicsOf(best)));
    const scoreOf = new Map(decision.ranking.map(({ type, score }) => [type, score]));
    const next = decision.ranking.find(({ type }) => type !== decision.type && !catchAlls.includes(type));
    const nextRule = belief.readings.find(({ reading }) => reading.rule.type === next?.type)?.reading;
    const findings = {
      catchAlls,
      evidence,
      nearest:
        next === undefined || nextRule === undefined
          ? null
          : { ...next, missing: missingCues(document.words, nextRule).slice(0, MAX_MISSING) },
      language: { code: document.language.detected, supported: document.language.supported },
      checks: belief.readings.flatMap(({ reading, checks }) =>
        checks.map(({ requirement, met, quote }) => ({
          type: reading.rule.type,
          requirement: requirement.text,
          met,
          quote,
        })),
      ),
      examples: likeness.labels,
    };
    return {
      type: decision.type,
      confidence: decision.confidence,
      reasoning: explain(decision, findings),
      scores: rules.map(({ rule: { type } }) => ({ type, score: scoreOf.get(type)! })),
      // Quotes for the nearest rule explain why no rule fits; they are no evidence for another answer.
      evidence: decision.type === best?.rule.type ? evidence : [],
      none: belief.none,
      language: findings.language,
      nearest: findings.nearest,
      checks: findings.checks,
      examples: findings.examples,
    };
  }

  /** What the examples say, and vectors that had to be made for that. A catch-all rule is what is right when no other fits, so its examples are those of null. */
  async #compare(
    document: ReadDocument,
    { described, catchAlls }: CompiledRules,
    examples: readonly GivenExample[],
  ): Promise<{ likeness: Likeness; made: (Float32Array | null)[] }> {
    const types = described.map(({ rule }) => rule.type);
    const read: ReadExample[] = [];
    const made: (Float32Array | null)[] = examples.map(() => null);
    for (const [index, { type, ...example }] of examples.entries()) {
      const label = type !== null && catchAlls.includes(type) ? null : type;
      if (label !== null && !types.includes(label)) continue;
      const { direction, meaning } = await this.reader.readDirection(example);
      if (meaning !== null) made[index] = vectorsOf(meaning);
      read.push({ type: label, direction });
    }
    const direction = document.meaning.centredMean;
    const kinship = (one: number, other: number) =>
      dot(described[one]!.meaning.centred, described[other]!.meaning.centred);
    return { likeness: likenessOf({ direction, wordCount: document.words.wordCount }, read, types, kinship), made };
  }
}

/** How a rule was read, with what that demands. */
interface Reading {
  reading: CompiledRule;
  features: RankerFeatures;
  checks: Check[];
  score: number;
}

/**
 * Shares of the describing rules (they sum to 1), the probability that none of them fits, and how each rule was read: a rule
 * that allows to choose ("either an invoice or a receipt") is read as the alternative that fits best.
 */
export function believe(
  document: ReadDocument,
  compiled: CompiledRules,
  weights: Weights,
  likeness?: Likeness,
): { shares: number[]; none: number; readings: Reading[] } {
  // Of a language it knows nothing of, the engine sees names, numbers and loan words: it must not be sure of anything.
  const sureness = document.language.supported ? 1 : UNKNOWN_LANGUAGE_SURENESS;
  const read = (reading: CompiledRule): Reading => {
    const features = rankerFeatures(document, reading, compiled);
    const checks = reading.requirements.map((wanted) => check(wanted, document.text));
    const unmet = checks.filter(({ met }) => !met).length;
    return {
      reading,
      features,
      checks,
      score: sureness * rankerScore(features, weights.ranker) - unmet * UNMET_PENALTY,
    };
  };
  const readings = [...compiled.described, ...compiled.standIns].map((rule) =>
    [rule, ...rule.alternatives].map(read).reduce((best, other) => (other.score > best.score ? other : best)),
  );
  const scores = readings.map(({ score }, index) => score + (likeness?.scores[index] ?? 0));
  const shares = softmax(scores);
  const best = indexOfLargest(scores);
  const { reading, features } = readings[best]!;
  const inputs = gateInputs({
    scores,
    shares,
    best,
    features,
    view: {
      lexicon: lexiconScore(document.lexicon, reading),
      lexiconAdvantage: lexiconAdvantage(document.lexicon, reading),
      typeGate: compiled.typeGate,
      topicGate: compiled.topicGate,
    },
    wordCount: document.words.wordCount,
  });
  const gate = noneProbability(inputs, weights.gate, likeness?.none);
  const count = compiled.described.length;
  const total = shares.slice(0, count).reduce((sum, share) => sum + share, 0);
  return {
    // Among themselves: beside a stand-in, the share of a rule whose demands are not met can be too small for a number.
    shares: softmax(scores.slice(0, count)),
    none: 1 - (1 - gate) * Math.min(1, total),
    readings: readings.slice(0, count),
  };
}

function indexOfLargest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}
