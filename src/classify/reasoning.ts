import type { Decision } from './decide.ts';
import type { Evidence } from './engine.ts';

const MAX_QUOTES = 2;

/**
 * One or two sentences for people: the answer, what the document says for it in its own words, and the runner-up.
 *
 * @param evidence for the answer, or for the nearest rule when no rule fits.
 */
export function explain(decision: Decision, catchAlls: readonly string[], evidence: readonly Evidence[]): string {
  const { type, ranking } = decision;
  const described = ranking.filter((entry) => !catchAlls.includes(entry.type));
  const nearest = described[0];
  if (type === null || catchAlls.includes(type)) {
    const answer = type === null ? 'No rule fits.' : `No other rule fits, which leaves "${type}".`;
    if (nearest === undefined) return answer;
    return `${answer} Nearest was ${named(nearest)}${evidence.length > 0 ? `: ${quoted(evidence)}` : ''}.`;
  }
  const why = evidence.length > 0 ? `: ${quoted(evidence)}.` : ' by its overall meaning; no single passage stands out.';
  const next = ranking.find((entry) => entry.type !== type);
  return `Matches "${type}"${why}${next === undefined ? '' : ` Next was ${named(next)}.`}`;
}

function named({ type, score }: { type: string; score: number }): string {
  return `"${type}" (${score.toFixed(2)})`;
}

/** `page 1 shows "a" and "b"`, `page 1 shows "a", page 3 shows "b"`. */
function quoted(evidence: readonly Evidence[]): string {
  const byPage = new Map<number, string[]>();
  for (const { page, quote } of evidence.slice(0, MAX_QUOTES)) {
    byPage.set(page, [...(byPage.get(page) ?? []), `"${quote}"`]);
  }
  return [...byPage].map(([page, quotes]) => `page ${page} shows ${quotes.join(' and ')}`).join(', ');
}
