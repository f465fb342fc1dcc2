import type { Lexicon } from './lexicon.ts';
import { signsIn } from './signs.ts';
import { tokenise } from './tokens.ts';

/** Characters the phrases are looked for in. */
export const LEXICON_CHARACTERS = 12_000;
const TITLE_CHARACTERS = 450;
const TITLE_SHARE = 0.35;
/** Types with few cues reach a high share by chance: below 8 points of cues, the share counts less. */
const FULL_CUE_WEIGHT = 8;
const MIN_CUE_FACTOR = 0.6;
/** Topics are scored by so many words of text; in a text of few words, a hit counts less. */
const TOPIC_WORDS = 60;
const FEW_WORDS = 20;

/** How much a document looks like each known type, 0 to 1.35, by type id. */
export type LexiconScores = ReadonlyMap<string, number>;
/** What a document says about each topic, from 0, by topic id; topics it says nothing about are missing. */
export type TopicScores = ReadonlyMap<string, number>;

/**
 * Types: share·(.6 + .4·min(1, total/8)) + .35·title, where share = weight of the cues that the text shows, at least 0, over
 * the total of the positive weights; title = a name of the type, or a heading of such documents, stands in the first 450
 * characters.
 *
 * Topics: 60/(20 + words of the text)·Σ weight·(1 + ln count) over the topic's words and phrases in it.
 *
 * @param folded text folded by `foldText`; only the first 12,000 characters are read.
 */
export function scoreByLexicon(lexicon: Lexicon, folded: string): { types: LexiconScores; topics: TopicScores } {
  const { types, cues, topicWords, matcher } = lexicon;
  const text = folded.slice(0, LEXICON_CHARACTERS);
  const shown = new Uint8Array(cues.length);
  const titled = new Uint8Array(types.length);
  const counts = new Map<number, number>();
  const tokens = tokenise(text);
  matcher.scan(tokens, (id, _first, last) => {
    if (id < cues.length) shown[id] = 1;
    else if (id >= cues.length + types.length) counts.set(id, (counts.get(id) ?? 0) + 1);
    else if (last.end <= TITLE_CHARACTERS) titled[id - cues.length] = 1;
  });
  const signs = signsIn(text);
  const matched = new Float64Array(types.length);
  cues.forEach((cue, index) => {
    if (shown[index] === 1 || cue.signs.some((sign) => signs.has(sign))) matched[cue.type]! += cue.weight;
  });
  const topics = new Map<string, number>();
  const perWord = TOPIC_WORDS / (FEW_WORDS + tokens.length);
  for (const [id, count] of counts) {
    const { topic, weight } = topicWords[id - cues.length - types.length]!;
    topics.set(topic, (topics.get(topic) ?? 0) + perWord * weight * (1 + Math.log(count)));
  }
  return {
    types: new Map(
      types.map(({ id, totalWeight }, type) => {
        const factor = MIN_CUE_FACTOR + (1 - MIN_CUE_FACTOR) * Math.min(1, totalWeight / FULL_CUE_WEIGHT);
        const share = Math.max(0, matched[type]!) / totalWeight;
        return [id, share * factor + titled[type]! * TITLE_SHARE];
      }),
    ),
    topics,
  };
}
