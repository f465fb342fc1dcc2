import { type LexiconEntry, readEntries, readTopics, type TopicEntry } from './entries.ts';
import type { CompiledLexicon, Cue, DocumentType, NameMeaning, TopicWord } from './lexicon.ts';
import { splitPhrases, wordings } from './phrase-syntax.ts';
import { compilePhrases } from './phrase-table.ts';
import { isSign } from './signs.ts';

const STRONG_WEIGHT = 2;

/** Reads the lexicon's files and prepares them: kinds of documents in eight languages, and topics; about a second. */
export function compileLexicon(
  entries: readonly LexiconEntry[] = readEntries(),
  topicEntries: readonly TopicEntry[] = readTopics(),
): CompiledLexicon {
  const types: DocumentType[] = [];
  const cues: Cue[] = [];
  const phrases: [phrase: string, id: number][] = [];
  const names = new Map<string, NameMeaning>();
  for (const [id, entry] of entries) {
    const type = types.length;
    let totalWeight = 0;
    const signed = [...entry.cues.map((cue) => ({ cue, sign: 1 })), ...entry.against.map((cue) => ({ cue, sign: -1 }))];
    for (const { cue, sign } of signed) {
      const all = Object.entries(cue).flatMap(([key, list]) => (key === 'weight' ? [] : splitPhrases(String(list))));
      for (const phrase of all) if (!isSign(phrase)) phrases.push([phrase, cues.length]);
      cues.push({ type, weight: sign * cue.weight, signs: all.filter(isSign) });
      if (sign === 1) totalWeight += cue.weight;
    }
    types.push({ id, kinds: entry.kinds, totalWeight });
  }
  entries.forEach(([id, entry], type) => {
    const title = cues.length + type;
    for (const list of Object.values(entry.heads)) for (const head of splitPhrases(list)) phrases.push([head, title]);
    const [certain, general] = [false, true].map((generic) => ({ id, generic }));
    for (const name of Object.values(entry.names).flatMap(splitPhrases)) {
      const generic = name.endsWith('~');
      const plain = generic ? name.slice(0, -1) : name;
      if (!generic) phrases.push([plain, title]);
      for (const wording of wordings(plain)) addName(wording, generic ? general! : certain!);
    }
  });
  const firstTopicWord = cues.length + types.length;
  const topicNames = new Map<string, NameMeaning[]>();
  const topicWords: TopicWord[] = [];
  for (const [id, entry] of topicEntries) {
    for (const [list, weight] of [
      [entry.words, 1],
      [entry.strong, STRONG_WEIGHT],
    ] as const) {
      // One object for all of them: there are tens of thousands.
      const word: TopicWord = { topic: id, weight };
      for (const phrase of splitPhrases(list)) {
        phrases.push([phrase, firstTopicWord + topicWords.length]);
        topicWords.push(word);
      }
    }
    for (const name of splitPhrases(entry.names)) {
      const generic = name.endsWith('~');
      const plain = generic ? name.slice(0, -1) : name;
      if (!generic) {
        phrases.push([plain, firstTopicWord + topicWords.length]);
        topicWords.push({ topic: id, weight: 1 });
      }
      for (const wording of wordings(plain)) {
        topicNames.set(wording, [...(topicNames.get(wording) ?? []), { id, generic }]);
      }
    }
  }
  const topics = new Map(topicEntries.map(([id, { parts }]) => [id, parts]));
  for (const part of [...topics.values()].flat()) if (!topics.has(part)) throw new Error(`there is no topic ${part}`);
  return { types, cues, names, topics, topicNames, topicWords, phrases: compilePhrases(phrases) };

  /** The first entry that claims a name keeps it, unless a later one means nothing else by it. */
  function addName(wording: string, meaning: NameMeaning): void {
    const known = names.get(wording);
    if (known === undefined || (known.generic && !meaning.generic)) names.set(wording, meaning);
  }
}
