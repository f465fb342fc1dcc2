import snowball, { type Stemmer } from 'snowball-stemmers';
import type { LanguageCode } from './language.ts';

const ALGORITHMS: Partial<Record<LanguageCode, string>> = {
  en: 'english',
  de: 'german',
  fr: 'french',
  es: 'spanish',
  it: 'italian',
  pt: 'portuguese',
  nl: 'dutch',
};
/** Endings of Polish nouns, adjectives and verbs, longest first: Snowball has no Polish. */
const POLISH_ENDINGS = (
  'owaniami owaniach owania owanie owych owymi owego owemu ością ości ami ach owi owie ego emu ymi imi ych ich ej ie ia iu ' +
  'ów om em ą ę a e i o u y'
)
  .split(' ')
  .map((ending) => ending.normalize('NFD').replace(/\p{M}+/gu, ''));
const MIN_POLISH_STEM = 3;
const MAX_REMEMBERED = 50_000;

const stemmers = new Map<LanguageCode, Stemmer>();
const remembered = new Map<LanguageCode, Map<string, string>>();

/** The stem of a word in lower case: Snowball's for the language, for Polish the word without its ending. */
export function stemIn(word: string, code: LanguageCode): string {
  let stems = remembered.get(code);
  if (stems === undefined) {
    stems = new Map();
    remembered.set(code, stems);
  }
  let stem = stems.get(word);
  if (stem === undefined) {
    stem = code === 'pl' ? polishStem(word) : stemmerOf(code).stem(word);
    if (stems.size >= MAX_REMEMBERED) stems.clear();
    stems.set(word, stem);
  }
  return stem;
}

function stemmerOf(code: LanguageCode): Stemmer {
  let stemmer = stemmers.get(code);
  if (stemmer === undefined) {
    stemmer = snowball.newStemmer(ALGORITHMS[code]!);
    stemmers.set(code, stemmer);
  }
  return stemmer;
}

function polishStem(word: string): string {
  const ending = POLISH_ENDINGS.find(
    (candidate) => word.length - candidate.length >= MIN_POLISH_STEM && word.endsWith(candidate),
  );
  return ending === undefined ? word : word.slice(0, word.length - ending.length);
}
