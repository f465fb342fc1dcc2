import { withoutAccents } from './lexicon/tokens.ts';

/** Something a rule's description demands that is true or false of a document: no likeness can stand in for it. */
export type Requirement =
  | { kind: 'amount'; comparison: 'above' | 'below'; amount: number; text: string }
  | { kind: 'year'; year: number; text: string }
  | { kind: 'phrase'; phrase: string; text: string };

/** A requirement held against a document. */
export interface Check {
  requirement: Requirement;
  met: boolean;
  /** The document's words that decide it, null when it has none: the amount or the phrase. */
  quote: string | null;
}

const NUMBER = String.raw`(\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?)`;
const CURRENCY = `(?:[$€£]|eur|usd|gbp|chf|pln|euros?|dollars?)?`;
const ABOVE =
  'above|over|more than|greater than|higher than|exceed(?:s|ing)?|at least|über|mehr als|mindestens|supérieur à|plus de|más de|superior a|più di|mais de|meer dan|ponad|powyżej';
const BELOW =
  'below|under|less than|lower than|at most|up to|unter|weniger als|höchstens|inférieur à|moins de|menos de|inferior a|meno di|minder dan|poniżej';
const AMOUNT = new RegExp(
  String.raw`\b(?:total|amount|sum|value|price|balance|betrag|summe|montant|importe|importo|valor|bedrag|kwota)\b[^.;]{0,30}?(?<!\p{L})(?:(${ABOVE})|(${BELOW}))\s*${CURRENCY}\s*${NUMBER}`,
  'giu',
);
const YEAR =
  /\b(?:dated|date[sd]? (?:in|from|of)|issued in|signed in|for the (?:fiscal |tax )?year|datiert|vom jahr|daté de|fechad[oa] en)\s+(?:in\s+|on\s+|from\s+)?(?:\p{L}+ )?((?:19|20)\d\d)\b/giu;
const PHRASE =
  /\b(?:mentions?|mentioning|contains? the (?:words?|phrase)|containing the (?:words?|phrase)|addressed to|issued by|sent by|names?|refers to|erwähnt|ausgestellt von|mentionne|menciona|menziona|vermeldt)\s+(?:["“„«]([^"”“»]{2,60})["”“»]|((?:\p{Lu}[\p{L}\p{N}&.'-]*)(?:\s+(?:&|\p{Lu}[\p{L}\p{N}&.'-]*))*))/gu;

/** More demands than anybody writes. */
const MAX_REQUIREMENTS = 8;

/** "total above 10,000", "dated 2023", "mentions Acme GmbH", each wording once, the first 8. */
export function requirementsOf(description: string): Requirement[] {
  const found: Requirement[] = [];
  for (const match of description.matchAll(AMOUNT)) {
    const amount = parseAmount(match[3]!);
    found.push({ kind: 'amount', comparison: match[1] === undefined ? 'below' : 'above', amount, text: match[0] });
  }
  for (const match of description.matchAll(YEAR)) found.push({ kind: 'year', year: Number(match[1]), text: match[0] });
  for (const match of description.matchAll(PHRASE)) {
    const phrase = (match[1] ?? match[2]!).replace(/[.,]+$/, '').trim();
    if (phrase.length > 1) found.push({ kind: 'phrase', phrase, text: match[0] });
  }
  return [...new Map(found.map((requirement) => [requirement.text, requirement])).values()].slice(0, MAX_REQUIREMENTS);
}

/** @param text folded by `foldText`. */
export function check(requirement: Requirement, text: string): Check {
  switch (requirement.kind) {
    case 'amount': {
      const total = totalIn(text);
      if (total === null) return { requirement, met: false, quote: null };
      const { comparison, amount } = requirement;
      const met = comparison === 'above' ? total.amount > amount : total.amount < amount;
      return { requirement, met, quote: total.quote };
    }
    case 'year': {
      const year = new RegExp(String.raw`(?<!\d)${requirement.year}(?!\d)`).exec(text);
      return { requirement, met: year !== null, quote: year?.[0] ?? null };
    }
    case 'phrase':
      return { requirement, ...phraseIn(text, requirement.phrase) };
  }
}

const TOTAL_LINE =
  /\b(?:total|amount due|balance due|amount payable|gesamt|summe|rechnungsbetrag|zahlbetrag|betrag|montant|net à payer|importe|totale|importo|valor|totaal|bedrag|razem|do zapłaty|suma)/iu;
const MONEY = /(?<![\d.,])\d{1,3}(?:[.,' ]\d{3})*(?:[.,]\d{2})(?!\d)|(?<![\d.,])\d{1,3}(?:[,.']\d{3})+(?!\d)/g;

/** The largest amount on a line that speaks of a total; without such a line the largest amount with cents. */
function totalIn(text: string): { amount: number; quote: string } | null {
  let best: { amount: number; quote: string; onTotal: boolean } | null = null;
  for (const line of text.split('\n')) {
    const onTotal = TOTAL_LINE.test(line);
    if (best?.onTotal && !onTotal) continue;
    for (const [quote] of line.matchAll(MONEY)) {
      const amount = parseAmount(quote);
      if (best === null || (onTotal && !best.onTotal) || amount > best.amount) best = { amount, quote, onTotal };
    }
  }
  return best;
}

/** 1,190.00 = 1.190,00 = 1190: the last separator is a decimal point when one or two digits follow it. */
function parseAmount(text: string): number {
  const decimal = /[.,](\d{1,2})$/.exec(text);
  const whole = (decimal === null ? text : text.slice(0, decimal.index)).replace(/\D/g, '');
  return Number(`${whole}.${decimal?.[1] ?? '0'}`);
}

/** Whole words in this order, whatever their case and accents. */
function phraseIn(text: string, phrase: string): { met: boolean; quote: string | null } {
  const wanted = wordsWithPlaces(phrase);
  const words = wordsWithPlaces(text);
  for (let start = 0; start + wanted.length <= words.length; start++) {
    if (!wanted.every(({ word }, offset) => words[start + offset]!.word === word)) continue;
    return { met: true, quote: text.slice(words[start]!.start, words[start + wanted.length - 1]!.end) };
  }
  return { met: false, quote: null };
}

function wordsWithPlaces(text: string): { word: string; start: number; end: number }[] {
  return Array.from(text.matchAll(/[\p{L}\p{M}\p{N}]+/gu), (match) => ({
    word: withoutAccents(match[0]),
    start: match.index,
    end: match.index + match[0].length,
  }));
}
