import type { RankerFeatures } from './ranker.ts';

/** What the gate knows about the best rule beside its ranker features. */
export interface LexiconView {
  lexicon: number;
  lexiconAdvantage: number;
  typeGate: number;
  topicGate: number;
}

/** The inputs of the logistic "no rule fits" model. */
export interface GateInputs {
  /** ln(p / (1 − p)) of the best rule's share. */
  bestLogit: number;
  /** Best score minus the second, at most 6; 3 for a single rule. */
  margin: number;
  /** Entropy of the shares over ln(rules). */
  entropy: number;
  logRules: number;
  logWords: number;
  bestScore: number;
  bestOverMean: number;
  meaning: number;
  centredMeaning: number;
  meaningBestChunk: number;
  centroidCosine: number;
  softCoverageZ: number;
  headCoverage: number;
  cueCoverage: number;
  lexicon: number;
  lexiconAdvantage: number;
  typeGate: number;
  gatedLexiconAdvantage: number;
  gatedLexicon: number;
  topicGate: number;
  gatedTopics: number;
}

export interface GateWeights {
  readonly bias: number;
  /** How often no rule fits, before anything is known of the document. */
  readonly prior: number;
  readonly inputs: { readonly [name in keyof GateInputs]: { mean: number; deviation: number; weight: number } };
}

const MAX_MARGIN = 6;
const SINGLE_RULE_MARGIN = 3;

export function gateInputs(options: {
  /** Scores and shares of all rules, in the same order. */
  scores: readonly number[];
  shares: readonly number[];
  best: number;
  features: RankerFeatures;
  view: LexiconView;
  wordCount: number;
}): GateInputs {
  const { scores, shares, best, features, view } = options;
  const rules = scores.length;
  const share = shares[best]!;
  const bestScore = scores[best]!;
  const second = Math.max(...scores.filter((_, index) => index !== best));
  const total = scores.reduce((sum, score) => sum + score, 0);
  const entropy = -shares.reduce((sum, p) => sum + p * Math.log(p + 1e-12), 0);
  return {
    bestLogit: Math.log((share + 1e-4) / (1 - share + 1e-4)),
    margin: rules > 1 ? Math.min(MAX_MARGIN, bestScore - second) : SINGLE_RULE_MARGIN,
    entropy: entropy / Math.log(Math.max(2, rules)),
    logRules: Math.log(rules),
    logWords: Math.log(options.wordCount + 1),
    bestScore,
    bestOverMean: bestScore - total / rules,
    meaning: features.meaning,
    centredMeaning: features.centredMeaning,
    meaningBestChunk: features.meaningBestChunk,
    centroidCosine: features.centroidCosine,
    softCoverageZ: features.softCoverageZ,
    headCoverage: features.headCoverage,
    cueCoverage: features.cueCoverage,
    lexicon: view.lexicon,
    lexiconAdvantage: view.lexiconAdvantage,
    typeGate: view.typeGate,
    gatedLexiconAdvantage: view.typeGate * view.lexiconAdvantage,
    gatedLexicon: view.typeGate * view.lexicon,
    topicGate: view.topicGate,
    gatedTopics: features.gatedTopics,
  };
}

/** P(no rule fits) = σ(bias + Σ weight·(input − mean)/deviation + logit(prior) + learned), `learned` from examples. */
export function noneProbability(inputs: GateInputs, weights: GateWeights, learned = 0): number {
  let z = weights.bias + Math.log(weights.prior / (1 - weights.prior)) + learned;
  for (const name of Object.keys(weights.inputs) as (keyof GateInputs)[]) {
    const { mean, deviation, weight } = weights.inputs[name];
    z += (weight * (inputs[name] - mean)) / deviation;
  }
  return 1 / (1 + Math.exp(-z));
}
