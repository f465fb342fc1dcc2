/** The features a rule's score is made of; see `features/` for what each measures. */
export interface RankerFeatures {
  headCoverage: number;
  nameInHead: number;
  cueCoverage: number;
  distinctCoverage: number;
  centroidCosine: number;
  nearSynonyms: number;
  softCoverageZ: number;
  meaning: number;
  meaningBestChunk: number;
  centredMeaning: number;
  centredMeaningBestChunk: number;
  headMeaning: number;
  nameMeaning: number;
  nameMeaningHead: number;
  cueMeaning: number;
  cueMeaningBestChunk: number;
  gatedLexicon: number;
  gatedTopics: number;
  negatedType: number;
  negatedStems: number;
}

export type RankerWeights = { readonly [name in keyof RankerFeatures]: number };

/**
 * Σ weight·feature. Linear with weights whose sign is fixed (≥ 0, negations ≤ 0), because that carries over to sets of
 * rules never seen; boosted trees fitted the sets they saw better and new ones worse.
 */
export function rankerScore(features: RankerFeatures, weights: RankerWeights): number {
  let score = 0;
  for (const name of Object.keys(weights) as (keyof RankerFeatures)[]) score += weights[name] * features[name];
  return score;
}

/** e^score / Σ e^score, computed relative to the best so that nothing overflows. */
export function softmax(scores: readonly number[]): number[] {
  const best = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - best));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
