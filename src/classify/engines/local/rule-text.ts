import type { Rule } from '../../../domain/rules.ts';

/** A rule's words, taken apart. */
export interface RuleText {
  /** The type as words: `annual_report`, `annualReport` and `Annual-Report` are all "annual report". */
  name: string;
  /** The description without what it says the type is not. */
  positive: string;
  /** What follows "not", "excluding", "other than" …, one entry a clause. */
  negated: string[];
  /** Phrases of the positive text: "an invoice number, line items and a total" has three. */
  cues: string[];
}

export const MAX_CUES = 16;
const MAX_CUE_WORDS = 8;
/** Shorter leftovers of a cut are punctuation or a lone article. */
const MIN_CLAUSE_LENGTH = 4;

const SENTENCE_BREAK = /(?<=[.!?;])\s|\n|\s[-—–]\s/;
const NEGATION =
  /[,(;]?(?:\bbut)? ?\b(?:but not|not including|excluding|except(?: for)?|rather than|other than|as opposed to|(?:and|is|are|it is|this is) not|not|nicht|keine?[nrms]?|außer|ausgenommen|mais pas|(?<!ne )pas|sauf|excepté|pero no|excepto|salvo|ma non|tranne|mas não|exceto|maar geen|niet|behalve|ale nie|oprócz|z wyjątkiem)\b/i;
const CUE_BREAK =
  /,(?!\d)|[:;()]|\b(?:and\/or|and|or|such as|e\.g\.|with|including|containing|like|und|oder|mit|sowie|et|ou|avec|con|com|met|oraz|lub)\b/i;
const FILLER_CUE = /^(?:etc|other|more|similar)$/i;
/** Words that begin a phrase and say nothing about the type: articles, "document", "that contains", "usually" … */
const LEADING_WORDS = new Set(
  (
    'a an the any all its their some document documents file files page pages text texts doc docs article articles post ' +
    'posts record records that which who with about on describing containing including listing showing requesting ' +
    'discussing presenting contain contains include includes has have list lists show shows describe describes discuss ' +
    'discusses mention mentions present presents request requests typically usually often is are cover covers like e.g. ' +
    'either entweder soit'
  ).split(' '),
);

/**
 * Takes a rule apart. Linear in its length; never fails: a description that is all negation is read as a whole.
 *
 * @param maxCues phrases that are kept.
 */
export function readRule(rule: Rule, maxCues = MAX_CUES): RuleText {
  const description = rule.description
    .normalize('NFKC')
    .replace(/[^\S\n]+/g, ' ')
    .trim();
  const positive: string[] = [];
  const negated: string[] = [];
  for (const sentence of description.split(SENTENCE_BREAK)) {
    const negation = NEGATION.exec(sentence);
    const kept = (negation === null ? sentence : sentence.slice(0, negation.index)).trim();
    const rejected = negation === null ? '' : trimClause(sentence.slice(negation.index + negation[0].length));
    if (kept.length >= MIN_CLAUSE_LENGTH) positive.push(kept);
    if (rejected.length >= MIN_CLAUSE_LENGTH) negated.push(rejected);
  }
  return {
    name: splitTypeName(rule.type),
    positive: positive.join(' ') || description,
    negated,
    cues: [...new Set(positive.flatMap(cuesOf))].slice(0, maxCues),
  };
}

/** "either … or …" in the languages where the first word stands before both. */
const EITHER_OR: readonly (readonly [either: RegExp, or: RegExp])[] = [
  [/\beither\b/i, /,?\s+or(?: else)?\s+/i],
  [/\bentweder\b/i, /,?\s+oder\s+/i],
  [/\bsoit\b/i, /,?\s+(?:soit|ou(?: bien)?)\s+/i],
];
/** What may stand before it without saying anything: further on it joins what a document contains, not what it is. */
const EMPTY_OPENING =
  /^(?:(?:this|it|the (?:document|file|text)|das dokument|le document) (?:is|ist|est)|(?:a |any |the )?(?:document|file|text)s?(?: that (?:is|are))?)?$/i;
/** "an invoice, with line items, a total": the commas go on with the thing, and do not separate things. */
const GOES_ON = /,\s+(?:with|that|which|who|whose|including|mit|avec|qui)\b/i;
const MAX_ALTERNATIVES = 4;

/**
 * What a description allows to choose from, each with the sentences that follow: "Either an invoice or a receipt. Not a quote." →
 * "an invoice. Not a quote.", "a receipt. Not a quote."; [] when it does not. Only its beginning can say so.
 */
export function alternativesOf(description: string): string[] {
  const [sentence = '', ...rest] = description.trim().split(SENTENCE_BREAK);
  for (const [either, or] of EITHER_OR) {
    const found = either.exec(sentence);
    if (found === null || !EMPTY_OPENING.test(sentence.slice(0, found.index).trim())) continue;
    const choices = sentence.slice(found.index + found[0].length).split(or);
    if (choices.length < 2) continue;
    const listed = choices.flatMap((choice, at) =>
      at < choices.length - 1 && !GOES_ON.test(choice) ? choice.split(/,\s+/) : [choice],
    );
    const alternatives = listed.map(trimClause).filter((choice) => choice.length >= MIN_CLAUSE_LENGTH);
    if (alternatives.length < 2 || alternatives.length > MAX_ALTERNATIVES) continue;
    return alternatives.map((choice) => [choice, ...rest].join('. '));
  }
  return [];
}

/** `annualReport_10-K` → "annual report 10 k". */
export function splitTypeName(type: string): string {
  return type
    .normalize('NFKC')
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/[_\-/.\s]+/g, ' ')
    .trim()
    .toLowerCase();
}

function cuesOf(sentence: string): string[] {
  return sentence
    .split(CUE_BREAK)
    .map((part) => withoutLeadingWords(trimClause(part)).toLowerCase())
    .filter((cue) => cue.length > 2 && cue.split(' ').length <= MAX_CUE_WORDS && !FILLER_CUE.test(cue));
}

function withoutLeadingWords(phrase: string): string {
  const parts = phrase.split(' ');
  const first = parts.findIndex((word) => !LEADING_WORDS.has(word.toLowerCase()));
  return first === -1 ? '' : parts.slice(first).join(' ');
}

/** Without spaces at the ends and without closing punctuation. */
function trimClause(text: string): string {
  let end = text.length;
  while (end > 0 && ' ).!?,;'.includes(text[end - 1]!)) end--;
  return text.slice(0, end).trim();
}
