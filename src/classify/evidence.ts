import type { PageText } from '../domain/document.ts';
import type { Evidence } from './engine.ts';

/** What a passage has that speaks for a type: a name for each finding, so that none is counted twice, and its weight. */
export type Findings = ReadonlyMap<string, number>;

const MAX_QUOTES = 3;
const MAX_QUOTE_LENGTH = 90;
/** Passages looked at, from the beginning of the document. */
const MAX_PASSAGES = 400;
/** Passages at the top, where documents say what they are, count more. */
const HEAD_PASSAGES = 6;
const HEAD_FACTOR = 1.3;
/** A finding that is already quoted adds little. */
const REPEATED_FACTOR = 0.2;
const MIN_WEIGHT = 0.5;
/** A long line is cut after a sentence only when the sentence is not too short. */
const MIN_SENTENCE_LENGTH = 25;

/**
 * The passages that say most, best first, at most 3. A passage is a line, or a part of at most 90 characters of a longer
 * one.
 */
export function findEvidence(pages: readonly PageText[], findingsIn: (passage: string) => Findings): Evidence[] {
  const candidates: { evidence: Evidence; findings: Findings; factor: number }[] = [];
  let count = 0;
  for (const evidence of passages(pages)) {
    const findings = findingsIn(evidence.quote);
    if (findings.size > 0) candidates.push({ evidence, findings, factor: count < HEAD_PASSAGES ? HEAD_FACTOR : 1 });
    if (++count === MAX_PASSAGES) break;
  }
  const chosen: Evidence[] = [];
  const quoted = new Set<string>();
  while (chosen.length < MAX_QUOTES && candidates.length > 0) {
    const weights = candidates.map(({ findings, factor }) => factor * newWeight(findings, quoted));
    const best = weights.indexOf(Math.max(...weights));
    if (weights[best]! < MIN_WEIGHT) break;
    const [{ evidence, findings }] = candidates.splice(best, 1) as [(typeof candidates)[number]];
    for (const name of findings.keys()) quoted.add(name);
    if (!chosen.some(({ quote }) => quote === evidence.quote)) chosen.push(evidence);
  }
  return chosen;
}

function newWeight(findings: Findings, quoted: ReadonlySet<string>): number {
  let sum = 0;
  for (const [name, weight] of findings) sum += weight * (quoted.has(name) ? REPEATED_FACTOR : 1);
  return sum;
}

/** All passages in order. Reads each character at most twice. */
function* passages(pages: readonly PageText[]): Generator<Evidence> {
  for (const { number, text } of pages) {
    let start = 0;
    while (start < text.length) {
      if (isBlank(text.charCodeAt(start))) {
        start++;
        continue;
      }
      const end = passageEnd(text, start);
      yield { page: number, quote: foldQuote(text.slice(start, end)), start, end };
      start = end;
    }
  }
}

/** Where the passage that begins at `start` ends: at the line's last word, or before it would exceed 90 folded characters. */
function passageEnd(text: string, start: number): number {
  let length = 0;
  let end = start; // after the last character that is not blank
  let wordEnd = -1;
  let sentenceEnd = -1;
  let afterBlank = false;
  for (let place = start; place < text.length; place++) {
    const code = text.charCodeAt(place);
    if (code === 10) return end;
    if (isBlank(code)) {
      if (!afterBlank) {
        wordEnd = place;
        if (length >= MIN_SENTENCE_LENGTH && '.!?;'.includes(text[place - 1]!)) sentenceEnd = place;
      }
      afterBlank = true;
      continue;
    }
    length += afterBlank ? 2 : 1;
    afterBlank = false;
    if (length > MAX_QUOTE_LENGTH) {
      if (sentenceEnd !== -1) return sentenceEnd;
      return wordEnd !== -1 ? wordEnd : withoutHalfPair(text, place);
    }
    end = place + 1;
  }
  return end;
}

/** Never cuts between the two halves of a surrogate pair. */
function withoutHalfPair(text: string, end: number): number {
  const code = text.charCodeAt(end);
  return code >= 0xdc00 && code <= 0xdfff ? end - 1 : end;
}

/** White space and control characters: the latter could not be stored or shown. */
function isBlank(code: number): boolean {
  return (
    code <= 32 ||
    (code >= 127 && code <= 160) ||
    code === 0x3000 ||
    code === 0xfeff ||
    (code >= 0x2000 && code <= 0x200d) ||
    code === 0x2028 ||
    code === 0x2029
  );
}

/** The text with every run of blanks as one space. */
export function foldQuote(text: string): string {
  let folded = '';
  let afterBlank = false;
  for (let place = 0; place < text.length; place++) {
    if (isBlank(text.charCodeAt(place))) afterBlank = folded !== '';
    else {
      folded += (afterBlank ? ' ' : '') + text[place];
      afterBlank = false;
    }
  }
  return folded;
}
