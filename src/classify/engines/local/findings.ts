import type { Findings } from '../../evidence.ts';
import { DOCUMENT_TYPES } from './lexicon/document-types.ts';
import { NAME_FACTOR, type RuleProfile } from './rule-profile.ts';
import { stem, words } from './text/words.ts';

/** What a passage has of a rule: its stems with their weights, names double, and the cues of the types it means. */
export function findingsFor(rule: RuleProfile): (passage: string) => Findings {
  const cues = DOCUMENT_TYPES.filter(({ id }) => rule.types.has(id))
    .flatMap((type) => type.cues)
    .filter(({ weight }) => weight > 0);
  return (passage) => {
    const findings = new Map<string, number>();
    for (const word of words(passage)) {
      const key = stem(word);
      const term = rule.terms.get(key);
      if (term !== undefined) findings.set(key, term.weight * (term.inName ? NAME_FACTOR : 1));
    }
    const lower = passage.toLowerCase();
    for (const { pattern, weight } of cues) if (pattern.test(lower)) findings.set(pattern.source, weight);
    return findings;
  };
}
