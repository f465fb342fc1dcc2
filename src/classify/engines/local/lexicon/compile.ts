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
    for (const { name, generic } of Object.values(entry.names).flatMap(namesOf)) {
      if (!generic) phrases.push([name, title]);
      for (const wording of wordings(name)) addName(wording, generic ? general! : certain!);
    }
  });
  const firstTopicWord = cues.length + types.length;
  const topicNames = new Map<string, NameMeaning[]>();
  const topicWords: TopicWord[] = [];
  for (const [id, entry] of topicEntries) {
    const weights = new Map<string, number>();
    for (const { name, generic } of namesOf(entry.names)) {
      if (!generic) weights.set(name, 1);
      for (const wording of wordings(name)) {
        topicNames.set(wording, [...(topicNames.get(wording) ?? []), { id, generic }]);
      }
    }
    for (const phrase of splitPhrases(entry.words)) weights.set(phrase, 1);
    for (const phrase of splitPhrases(entry.strong)) weights.set(phrase, STRONG_WEIGHT);
    // One object for all of a weight: there are tens of thousands.
    const [weak, strong] = [1, STRONG_WEIGHT].map((weight): TopicWord => ({ topic: id, weight }));
    for (const [phrase, weight] of weights) {
      phrases.push([phrase, firstTopicWord + topicWords.length]);
      topicWords.push(weight === 1 ? weak! : strong!);
    }
  }
  const parts = new Map(topicEntries.map(([id, entry]) => [id, entry.parts]));
  const topics = new Map(topicEntries.map(([id]) => [id, allPartsOf(id, parts)]));
  return { types, cues, names, topics, topicNames, topicWords, phrases: compilePhrases(phrases) };

  /** The first entry that claims a name keeps it, unless a later one means nothing else by it. */
  function addName(wording: string, meaning: NameMeaning): void {
    const known = names.get(wording);
    if (known === undefined || (known.generic && !meaning.generic)) names.set(wording, meaning);
  }
}

/** The names in a list; one that ends with `~` means much else. */
function namesOf(list: string): { name: string; generic: boolean }[] {
  return splitPhrases(list).map((entry) => {
    const generic = entry.endsWith('~');
    return { name: generic ? entry.slice(0, -1).trim() : entry, generic };
  });
}

/** The parts of a topic and theirs, without itself. */
function allPartsOf(topic: string, parts: ReadonlyMap<string, readonly string[]>): Set<string> {
  const all = new Set<string>();
  const add = (id: string) => {
    const own = parts.get(id);
    if (own === undefined) throw new Error(`there is no topic ${id}`);
    for (const part of own) {
      if (all.has(part)) continue;
      all.add(part);
      add(part);
    }
  };
  add(topic);
  if (all.has(topic)) throw new Error(`the topic ${topic} is part of itself`);
  return all;
}
