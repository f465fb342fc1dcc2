import snowball from 'snowball-stemmers';

const stemmer = snowball.newStemmer('english');
const stems = new Map<string, string>();
const MAX_CACHED_STEMS = 50_000;
/** Longer runs of letters are data (keys, encoded bytes), not words. */
const MAX_WORD_LENGTH = 40;

const STOP_WORDS = new Set(
  (
    'a an the of to and in for on with at by from as is are was were be been being it its this that these those or not no ' +
    'but if then than so such into over under about between within without during before after above below up down out ' +
    'off again further once here there when where why how all any both each few more most other some own same too very ' +
    'can will just should now has have had having do does did doing he she they them his her their we you your i me my ' +
    'our us who whom which what also may might must shall would could etc eg ie via per vs'
  ).split(' '),
);

/** The words and numbers of a text in lower case, without possessive endings, in order. */
export function words(text: string): string[] {
  const found: string[] = [];
  for (const match of text
    .toLowerCase()
    .normalize('NFKC')
    .match(/\p{L}[\p{L}\p{M}\p{N}'’]*|\p{N}+/gu) ?? []) {
    const word = withoutPossessive(match);
    if (word.length <= MAX_WORD_LENGTH) found.push(word);
  }
  return found;
}

function withoutPossessive(word: string): string {
  return word.replace(/['’]s?$/, '');
}

export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}

/** The Snowball (Porter2, English) stem of a word in lower case. */
export function stem(word: string): string {
  let found = stems.get(word);
  if (found === undefined) {
    if (stems.size >= MAX_CACHED_STEMS) stems.clear();
    found = stemmer.stem(word);
    stems.set(word, found);
  }
  return found;
}

/** Stems of the words that carry meaning, in order, with repetitions. */
export function contentStems(text: string): string[] {
  return words(text)
    .filter((word) => !STOP_WORDS.has(word))
    .map(stem);
}
