import type { DocumentMeaning } from '../document-profile.ts';
import { centred, dot, largest } from '../vector.ts';

/** The encoder's vector of "name: description", as it is and with the mean of unrelated rules removed. */
export interface RuleMeaning {
  vector: Float32Array;
  centred: Float32Array;
}

/** Cosine of the whole document with the rule. */
export function meaning(document: DocumentMeaning, rule: RuleMeaning): number {
  return dot(document.mean, rule.vector);
}

/** Cosine of the passage that is closest to the rule. */
export function meaningBestChunk(document: DocumentMeaning, rule: RuleMeaning): number {
  return largest(document.chunks.map((chunk) => dot(chunk, rule.vector)));
}

/**
 * The same after subtracting the mean of background texts from the document and that of background rules from the rule:
 * all English prose is close to all English prose, and what is left tells documents apart.
 */
export function centredMeaning(document: DocumentMeaning, rule: RuleMeaning): number {
  return dot(document.centredMean, rule.centred);
}

/** The closest passage after subtracting the means, at least 0. */
export function centredMeaningBestChunk(document: DocumentMeaning, rule: RuleMeaning): number {
  return Math.max(0, largest(document.centredChunks.map((chunk) => dot(chunk, rule.centred))));
}

/**
 * Cosine of the document without the background's mean with what sets the rule apart from the other rules of its set: its
 * vector minus the mean of theirs. 0 for a single rule.
 */
export function contrastMeaning(document: DocumentMeaning, rule: RuleMeaning, setMean: Float32Array | null): number {
  return setMean === null ? 0 : dot(document.centredMean, centred(rule.vector, setMean));
}
