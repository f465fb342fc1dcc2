import { DOCUMENT_TYPES } from './document-types.ts';

/** Characters the patterns run on; also what bounds their time. */
export const LEXICON_CHARACTERS = 12_000;
const TITLE_CHARACTERS = 450;
const TITLE_SHARE = 0.35;
/** Types with few cues reach a high share by chance: below 8 points of cues, the share counts less. */
const FULL_CUE_WEIGHT = 8;
const MIN_CUE_FACTOR = 0.6;

/** How much a document looks like each known type, 0 to 1.35, by type id. */
export type LexiconScores = ReadonlyMap<string, number>;

/**
 * share·(.6 + .4·min(1, total/8)) + .35·title, where share = weight of the cues that match, at least 0, over the
 * total of the positive weights.
 *
 * @param folded text folded by `foldText`; only the first 12,000 characters are read.
 */
export function scoreDocumentTypes(folded: string): LexiconScores {
  const text = folded.slice(0, LEXICON_CHARACTERS).toLowerCase();
  const head = text.slice(0, TITLE_CHARACTERS);
  const scores = new Map<string, number>();
  for (const { id, title, cues } of DOCUMENT_TYPES) {
    let matched = 0;
    let total = 0;
    for (const { pattern, weight } of cues) {
      if (weight > 0) total += weight;
      if (pattern.test(text)) matched += weight;
    }
    const factor = MIN_CUE_FACTOR + (1 - MIN_CUE_FACTOR) * Math.min(1, total / FULL_CUE_WEIGHT);
    scores.set(id, (Math.max(0, matched) / total) * factor + (title.test(head) ? TITLE_SHARE : 0));
  }
  return scores;
}
