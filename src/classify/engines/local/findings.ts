import type { Findings } from '../../evidence.ts';
import type { Lexicon } from './lexicon/lexicon.ts';
import { tokenise } from './lexicon/tokens.ts';
import { NAME_FACTOR, type RuleProfile } from './rule-profile.ts';
import type { LanguageCode } from './text/language.ts';
import { meaningsOf, words } from './text/words.ts';

/** What a passage has of a rule: its stems with their weights, names double, the cues of the types it means and the words of topics. */
export function findingsFor(
  rule: RuleProfile,
  { matcher, cues, types, topicWords }: Lexicon,
  language: LanguageCode,
  topics: ReadonlyMap<string, number>,
): (passage: string) => Findings {
  return (passage) => {
    const findings = new Map<string, number>();
    for (const { key } of words(passage).flatMap((word) => meaningsOf(word, language))) {
      const term = rule.terms.get(key);
      if (term !== undefined) findings.set(key, term.weight * (term.inName ? NAME_FACTOR : 1));
    }
    matcher.scan(tokenise(passage), (id) => {
      const cue = cues[id];
      if (cue !== undefined && cue.weight > 0 && rule.types.has(types[cue.type]!.id)) {
        findings.set(`cue ${id}`, cue.weight);
      }
      const word = topicWords[id - cues.length - types.length];
      if (word !== undefined && topics.has(word.topic)) findings.set(`topic ${id}`, word.weight);
    });
    return findings;
  };
}
