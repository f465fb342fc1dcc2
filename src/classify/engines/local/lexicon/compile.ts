import { type LexiconEntry, readEntries } from './entries.ts';
import type { CompiledLexicon, Cue, DocumentType, NameMeaning } from './lexicon.ts';
import { splitPhrases, wordings } from './phrase-syntax.ts';
import { compilePhrases } from './phrase-table.ts';
import { isSign } from './signs.ts';

/** Reads the lexicon's files and prepares them: 221 kinds of documents in eight languages, about a second. */
export function compileLexicon(entries: readonly LexiconEntry[] = readEntries()): CompiledLexicon {
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
  return { types, cues, names, phrases: compilePhrases(phrases) };

  /** The first entry that claims a name keeps it, unless a later one means nothing else by it. */
  function addName(wording: string, meaning: NameMeaning): void {
    const known = names.get(wording);
    if (known === undefined || (known.generic && !meaning.generic)) names.set(wording, meaning);
  }
}
