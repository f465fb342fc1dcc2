import type { Decision } from './decide.ts';
import type { Classification, Evidence } from './engine.ts';

const MAX_QUOTES = 3;
const MAX_MISSING = 2;

/** What the reasoning tells beside the decision. */
export interface Findings {
  catchAlls: readonly string[];
  /** For the answer, or for the nearest rule when no rule fits. */
  evidence: readonly Evidence[];
  /** The next best describing rule, or the best when none fits. */
  nearest: Classification['nearest'];
  language: Classification['language'];
  checks: Classification['checks'];
  examples: Classification['examples'];
}

/**
 * A few plain sentences for people: the answer, what the document says for it in its own words, and what the next best rule
 * lacked. Nothing is claimed that was not looked up: quotes are copied, "not found" are phrases of the rule.
 */
export function explain(decision: Decision, findings: Findings): string {
  const { type } = decision;
  const { catchAlls, evidence, nearest, language } = findings;
  const sentences: string[] = [];
  if (type === null || catchAlls.includes(type)) {
    sentences.push(type === null ? 'No rule fits.' : `No other rule fits, which leaves "${type}".`);
    if (nearest !== null) {
      sentences.push(`Nearest was ${named(nearest)}${evidence.length > 0 ? `: ${quoted(evidence)}` : ''}.`);
      if (nearest.missing.length > 0) sentences.push(`Not found: ${listed(nearest.missing)}.`);
    }
  } else {
    sentences.push(
      `Matches "${type}"${evidence.length > 0 ? `: ${quoted(evidence)}.` : ' by its overall meaning; no single passage stands out.'}`,
    );
    if (nearest !== null) {
      const lacked = nearest.missing.length > 0 ? `; not found: ${listed(nearest.missing)}` : '';
      sentences.push(`Next was ${named(nearest)}${lacked}.`);
    }
  }
  // Examples of null are those of a catch-all rule, too.
  const label = type !== null && catchAlls.includes(type) ? null : type;
  const alike = findings.examples.find((example) => example.type === label)?.alike ?? 0;
  if (alike > 0) {
    const documents = alike === 1 ? 'a document' : `${alike} documents`;
    sentences.push(`It is like ${documents} you labelled ${label === null ? 'as fitting no rule' : `"${label}"`}.`);
  }
  const about = new Set([type, nearest?.type]);
  for (const { type: owner, requirement, met, quote } of findings.checks.filter((check) => about.has(check.type))) {
    const shown = quote === null ? 'the document shows none' : `the document shows "${quote}"`;
    sentences.push(`"${owner}" asks for "${requirement}", which is ${met ? 'met' : 'not met'}: ${shown}.`);
  }
  if (!language.supported) {
    sentences.push(`The document is in a language (${language.code}) that this engine knows little of.`);
  }
  return sentences.join(' ');
}

function named({ type, score }: { type: string; score: number }): string {
  return `"${type}" (${score.toFixed(2)})`;
}

function listed(phrases: readonly string[]): string {
  return phrases
    .slice(0, MAX_MISSING)
    .map((phrase) => `"${phrase}"`)
    .join(', ');
}

function enumerated(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** `page 1 shows "a" and "b"`, `page 1 shows "a", page 3 shows "b"`. */
function quoted(evidence: readonly Evidence[]): string {
  const byPage = new Map<number, string[]>();
  for (const { page, quote } of evidence.slice(0, MAX_QUOTES)) {
    byPage.set(page, [...(byPage.get(page) ?? []), `"${quote}"`]);
  }
  return [...byPage].map(([page, quotes]) => `page ${page} shows ${enumerated(quotes)}`).join(', ');
}
