import type { DocumentMeaning } from '../document-profile.ts';
import { dot, largest } from '../vector.ts';

/** The encoder's vectors of a rule; "centred" ones have the mean of unrelated rules removed. */
export interface RuleMeaning {
  /** Of "name: description". */
  vector: Float32Array;
  centred: Float32Array;
  /** Of the name alone. */
  centredName: Float32Array;
  /** Of each phrase of the description. */
  centredCues: Float32Array[];
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

/** Cosine of the first passage, where documents say what they are, with the rule. */
export function headMeaning(document: DocumentMeaning, rule: RuleMeaning): number {
  return headCosine(document, rule.centred);
}

/** Cosine of the document with the type's name alone. */
export function nameMeaning(document: DocumentMeaning, rule: RuleMeaning): number {
  return dot(document.centredMean, rule.centredName);
}

/** Cosine of the first passage with the type's name, at least 0. */
export function nameMeaningHead(document: DocumentMeaning, rule: RuleMeaning): number {
  return Math.max(0, headCosine(document, rule.centredName));
}

/** Mean cosine of the document with each phrase of the description; 0 without phrases. */
export function cueMeaning(document: DocumentMeaning, rule: RuleMeaning): number {
  return mean(rule.centredCues.map((cue) => dot(document.centredMean, cue)));
}

/**
 * For each phrase of the description the passage that is closest to it, at least 0, and the mean of that: a list of what
 * a document contains is spread over its passages.
 */
export function cueMeaningBestChunk(document: DocumentMeaning, rule: RuleMeaning): number {
  const best = (cue: Float32Array) => Math.max(0, largest(document.centredChunks.map((chunk) => dot(chunk, cue))));
  return mean(rule.centredCues.map(best));
}

function headCosine(document: DocumentMeaning, direction: Float32Array): number {
  const [head] = document.centredChunks;
  return head === undefined ? 0 : dot(head, direction);
}

function mean(values: number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
