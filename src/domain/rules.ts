import { z } from 'zod';
import { parsePageRanges } from './page-ranges.ts';
import { boundedText } from './text.ts';

/** Rules a job may have. The published API names no maximum. */
export const MAX_RULES = 500;

// Marks belong to letters: Hindi and Thai cannot be written without them, nor é as some systems store it.
const TYPE_CHARACTERS = /^[\p{L}\p{M}\p{N} _-]*$/u;

/** A document type in the user's words: what to call it and how to recognise it. */
export const Rule = z
  .object({
    type: boundedText({ min: 1, max: 50 })
      .refine((type) => TYPE_CHARACTERS.test(type), {
        error: 'type may only contain letters, digits, spaces, hyphens and underscores',
      })
      .describe('The document type: letters, digits, spaces, hyphens and underscores; unique within the job.'),
    description: boundedText({ min: 10, max: 500 }).describe(
      'What distinguishes this type, in plain language: what it contains, what it is for, what it is not.',
    ),
  })
  .meta({ id: 'ClassifyRule' });
export type Rule = z.infer<typeof Rule>;

/** Pages and inclusive ranges, `"1,3,5-7"`. */
export const PageRanges = boundedText({ max: 1_000 }).check((context) => {
  const parsed = parsePageRanges(context.value);
  if ('problem' in parsed) context.issues.push({ code: 'custom', message: parsed.problem, input: context.value });
});

/** Which part of a document to read and in which language. */
export const ParsingConfiguration = z
  .object({
    lang: boundedText({ min: 1, max: 20 }).default('en').describe('ISO 639-1 code of the language of scanned pages.'),
    max_pages: z.int().min(1).nullable().default(null).describe('Read at most this many pages; null reads all.'),
    target_pages: PageRanges.nullable()
      .default(null)
      .describe('Pages and inclusive ranges, 1-based: "1,3,5-7"; null reads all. Applied before max_pages.'),
  })
  .meta({ id: 'ClassifyParsingConfiguration' });
export type ParsingConfiguration = z.infer<typeof ParsingConfiguration>;

/** The rules of a job. */
export const UniqueRules = z
  .array(Rule)
  .min(1)
  .max(MAX_RULES)
  .refine((rules) => repeatedType(rules) === undefined, {
    error: (issue) => `rule types must be unique, "${repeatedType(issue.input as Rule[])}" is there twice`,
  });

/** Everything that decides how a document is classified, with defaults filled in. */
export const ClassifyConfiguration = z
  .object({
    rules: UniqueRules,
    mode: z.literal('FAST').default('FAST').describe('FAST is the only mode of this API.'),
    parsing_configuration: ParsingConfiguration.nullable().default(null),
  })
  .meta({ id: 'ClassifyConfiguration' });
export type ClassifyConfiguration = z.infer<typeof ClassifyConfiguration>;

function repeatedType(rules: readonly Rule[]): string | undefined {
  const seen = new Set<string>();
  for (const { type } of rules) {
    if (seen.has(type)) return type;
    seen.add(type);
  }
  return undefined;
}
