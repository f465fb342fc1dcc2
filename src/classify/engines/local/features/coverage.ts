import type { DocumentWords } from '../document-profile.ts';
import { NAME_FACTOR, type RuleProfile, type RuleTerm } from '../rule-profile.ts';

/** Stems of one cue phrase stand at most this many words apart. */
const CUE_WINDOW = 10;
/** All words of the name are in the head, but not next to each other. */
const SCATTERED_NAME = 0.7;
const SEEN_IN_BODY = 0.4;

/**
 * Σ w·value(term) / Σ w over the rule's terms, w = IDF weight, doubled for words of the name: the weighted mean that every
 * coverage feature is.
 */
export function weightedMean(
  terms: ReadonlyMap<string, RuleTerm>,
  value: (key: string, term: RuleTerm) => number,
): number {
  let sum = 0;
  let total = 0;
  for (const [key, term] of terms) {
    const weight = term.weight * (term.inName ? NAME_FACTOR : 1);
    sum += weight * value(key, term);
    total += weight;
  }
  return total === 0 ? 0 : sum / total;
}

/** Weighted share of the rule's stems in the document's first lines. Documents name themselves there. */
export function headCoverage(document: DocumentWords, rule: RuleProfile): number {
  return weightedMean(rule.terms, (key) => (document.headStemSet.has(key) ? 1 : 0));
}

/** 1 when the type's name stands in the first lines as a phrase, .7 when its words do in any order, else 0. */
export function nameInHead(document: DocumentWords, rule: RuleProfile): number {
  const name = rule.nameStems;
  if (name.length === 0 || !name.every((key) => document.headStemSet.has(key))) return 0;
  const head = document.headStems;
  for (let start = 0; start + name.length <= head.length; start++) {
    if (name.every((key, offset) => head[start + offset] === key)) return 1;
  }
  return SCATTERED_NAME;
}

/** Share of the rule's cue phrases of which all stems stand within 10 words of each other somewhere in the document. */
export function cueCoverage(document: DocumentWords, rule: RuleProfile): number {
  if (rule.cues.length === 0) return 0;
  return rule.cues.filter(({ keys }) => standTogether(document, keys)).length / rule.cues.length;
}

/** The cue phrases of the rule, as its description words them, that the document does not have. */
export function missingCues(document: DocumentWords, rule: RuleProfile): string[] {
  return rule.cues.filter(({ keys }) => !standTogether(document, keys)).map(({ phrase }) => phrase);
}

function standTogether(document: DocumentWords, stems: readonly string[]): boolean {
  const positions: number[][] = [];
  for (const key of stems) {
    const term = document.terms.get(key);
    if (term === undefined) return false;
    positions.push(term.positions);
  }
  const [first, ...others] = positions;
  return first!.some((place) =>
    others.every((places) => places.some((other) => Math.abs(other - place) <= CUE_WINDOW)),
  );
}

/** How much of what the rule says it is *not* the document shows: mean over the stems of 1 (first lines) or .4 (below). */
export function negatedStems(document: DocumentWords, rule: RuleProfile): number {
  if (rule.negatedStems.length === 0) return 0;
  let sum = 0;
  for (const key of rule.negatedStems) {
    if (document.headStemSet.has(key)) sum += 1;
    else if (document.terms.has(key)) sum += SEEN_IN_BODY;
  }
  return sum / rule.negatedStems.length;
}

/** A word that occurs often says more, but not proportionally; long documents have every word more often. */
const SATURATION = 1.2;
const MEAN_WORDS = 250;

/**
 * Σ w·r·f(count) / Σ w·r over the rule's terms, where r is how rare the term is among the rules of the set and
 * f(n) = n·2.2/(n + 1.2·(.4 + .6·length)) as in BM25: what only this rule asks for, and how much of it there is.
 */
export function distinctCoverage(document: DocumentWords, rule: RuleProfile, rarity: (key: string) => number): number {
  const length = Math.min(4, document.wordCount / MEAN_WORDS);
  let sum = 0;
  let total = 0;
  for (const [key, term] of rule.terms) {
    const weight = term.weight * (term.inName ? NAME_FACTOR : 1) * rarity(key);
    const count = document.terms.get(key)?.count ?? 0;
    total += weight;
    sum += (weight * count * (SATURATION + 1)) / (count + SATURATION * (0.4 + 0.6 * length));
  }
  return total === 0 ? 0 : sum / total;
}

/** How rare a term is among the rules: ln((n + .5)/df) / ln(n + .5), at least .05; 1 for a single rule. */
export function rarityAmong(rules: readonly RuleProfile[]): (key: string) => number {
  const counts = new Map<string, number>();
  for (const { terms } of rules) for (const key of terms.keys()) counts.set(key, (counts.get(key) ?? 0) + 1);
  const count = rules.length;
  return (key) =>
    count < 2 ? 1 : Math.max(0.05, Math.log((count + 0.5) / (counts.get(key) ?? 1)) / Math.log(count + 0.5));
}
