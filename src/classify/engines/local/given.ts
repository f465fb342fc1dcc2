import type { PageText } from '../../../domain/document.ts';
import { headOf } from '../../../domain/examples.ts';
import type { Rule } from '../../../domain/rules.ts';
import { splitTypeName } from './rule-text.ts';
import type { RuleVectors } from './rule-vectors.ts';
import { languageDetector, SAMPLE_CHARACTERS } from './text/detect-language.ts';
import { foldPages } from './text/fold.ts';
import type { Language, LanguageCode } from './text/language.ts';
import { withoutOrders } from './text/orders.ts';

/*
 * What a classifier is given: texts with their languages. Whoever gives them has told the languages: the table for that
 * takes 50 MB, which a process can afford once but not in every thread.
 */

export interface GivenDocument {
  pages: readonly PageText[];
  language: Language;
  /** The encoder's vectors of its passages one after another, where they were made before. */
  vectors?: Float32Array | null | undefined;
}

/** A labelled document; one whose vectors are known needs no pages. */
export interface GivenExample extends GivenDocument {
  type: string | null;
}

export interface GivenRule {
  rule: Rule;
  language: LanguageCode;
  /** What the encoder made of the rule before. */
  vectors?: RuleVectors | undefined;
}

/** Characters of a document that are looked at for its language: megabytes of white space must not hold up the caller. */
const LOOKED_AT = 20_000;

/** What tells a document to a classifier; without the sentences that speak to classifiers, as it will be read. */
export async function givenDocument(pages: readonly PageText[], vectors?: Float32Array | null): Promise<GivenDocument> {
  const detectLanguage = await languageDetector();
  const beginning = withoutOrders(foldPages(headOf(pages, LOOKED_AT), SAMPLE_CHARACTERS));
  return { pages, language: detectLanguage(beginning), vectors };
}

export async function givenRules(rules: readonly Rule[]): Promise<GivenRule[]> {
  const detectLanguage = await languageDetector();
  return rules.map((rule) => ({
    rule,
    language: detectLanguage(`${splitTypeName(rule.type)}: ${rule.description}`).code,
  }));
}
