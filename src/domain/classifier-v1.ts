import { z } from 'zod';
import { parsePageRanges } from './page-ranges.ts';
import { type ParsingConfiguration, UniqueRules } from './rules.ts';
import { DateTime } from './text.ts';

/*
 * The v1 classifier: one job has many files. Its jobs are groups of v2 jobs, one for each file; what differs is how they
 * are asked for and shown.
 */

/** Files one v1 job takes. */
export const MAX_FILES = 500;
/** Pages the v1 classifier reads of each file when the request says nothing. */
const DEFAULT_MAX_PAGES = 5;
const MAX_TARGET_PAGES = 1_000;
const MAX_RANGES_CHARACTERS = 1_000;

/** Language codes of the parser as v1 knows them. */
// biome-ignore format: a list
const LANGUAGES = [
  'af', 'az', 'bs', 'cs', 'cy', 'da', 'de', 'en', 'es', 'et', 'fr', 'ga', 'hr', 'hu', 'id', 'is', 'it', 'ku', 'la',
  'lt', 'lv', 'mi', 'ms', 'mt', 'nl', 'no', 'oc', 'pi', 'pl', 'pt', 'ro', 'rs_latin', 'sk', 'sl', 'sq', 'sv', 'sw',
  'tl', 'tr', 'uz', 'vi', 'ar', 'fa', 'ug', 'ur', 'bn', 'as', 'mni', 'ru', 'rs_cyrillic', 'be', 'bg', 'uk', 'mn',
  'abq', 'ady', 'kbd', 'ava', 'dar', 'inh', 'che', 'lbe', 'lez', 'tab', 'tjk', 'hi', 'mr', 'ne', 'bh', 'mai', 'ang',
  'bho', 'mah', 'sck', 'new', 'gom', 'sa', 'bgc', 'th', 'ch_sim', 'ch_tra', 'ja', 'ko', 'ta', 'te', 'kn',
] as const;

/** Those that are no ISO 639-1 codes, as the parser of v2 jobs knows them. */
const ISO_CODES: Readonly<Record<string, string>> = {
  rs_latin: 'sr',
  rs_cyrillic: 'sr',
  ch_sim: 'zh',
  ch_tra: 'zh-Hant',
};

export const V1_MODES = ['FAST', 'MULTIMODAL'] as const;
export const V1_STATUSES = ['PENDING', 'SUCCESS', 'ERROR', 'PARTIAL_SUCCESS', 'CANCELLED'] as const;
export type V1Status = (typeof V1_STATUSES)[number];

const TargetPages = z
  .union([z.array(z.int().min(0).max(999_999)).min(1).max(MAX_TARGET_PAGES), z.string().max(MAX_RANGES_CHARACTERS)])
  .check((context) => {
    const text = typeof context.value === 'string' ? context.value : rangesOf(context.value);
    const parsed = parsePageRanges(text);
    const problem = (message: string) => context.issues.push({ code: 'custom', message, input: context.value });
    if ('problem' in parsed) problem(parsed.problem);
    if (text.length > MAX_RANGES_CHARACTERS) problem('Name fewer pages, or pages that follow each other.');
  })
  .describe('A list of 0-based page numbers, or text with 1-based pages and ranges like "1,3,5-7".');

export const V1ParsingConfiguration = z
  .object({
    lang: z.enum(LANGUAGES).default('en'),
    max_pages: z
      .int()
      .min(1)
      .nullish()
      .describe(`Default ${DEFAULT_MAX_PAGES}, or none with target_pages; null reads all.`),
    target_pages: TargetPages.nullish(),
  })
  .meta({ id: 'ClassifierParsingConfiguration' });
export type V1ParsingConfiguration = z.infer<typeof V1ParsingConfiguration>;

/** What a v1 job is asked for, beside its files. */
export const V1Request = z.object({
  rules: UniqueRules,
  mode: z
    .enum(V1_MODES)
    .default('FAST')
    .describe('Both are answered by the one engine there is, the best this server has.'),
  parsing_configuration: V1ParsingConfiguration.default({ lang: 'en' }),
});
export type V1Request = z.infer<typeof V1Request>;

/** A v1 job as the API shows it. */
export const V1Job = z
  .object({
    id: z.string().describe('A bare UUID.'),
    project_id: z.string(),
    user_id: z.string(),
    rules: UniqueRules,
    mode: z.enum(V1_MODES),
    parsing_configuration: z.object({
      lang: z.string(),
      max_pages: z.int().nullable(),
      target_pages: z.union([z.array(z.int()), z.string()]).nullable(),
    }),
    status: z.enum(V1_STATUSES).describe('PENDING until every file has been classified or has failed.'),
    effective_at: DateTime,
    job_record_id: z.string().nullable().describe('Always null.'),
    error_message: z.string().nullable().describe('Why the first file that failed did.'),
    created_at: DateTime,
    updated_at: DateTime,
  })
  .meta({ id: 'ClassifierJob' });
export type V1Job = z.infer<typeof V1Job>;

/** Which pages a v1 job reads, with the defaults filled in that depend on each other. */
export function shownParsingOfV1({
  lang,
  max_pages,
  target_pages,
}: V1ParsingConfiguration): V1Job['parsing_configuration'] {
  const maxPages = target_pages ? null : DEFAULT_MAX_PAGES;
  return { lang, max_pages: max_pages === undefined ? maxPages : max_pages, target_pages: target_pages ?? null };
}

/** What that means for the v2 jobs of its files. */
export function parsingOfV1({ lang, max_pages, target_pages }: V1Job['parsing_configuration']): ParsingConfiguration {
  return {
    lang: ISO_CODES[lang] ?? lang,
    max_pages,
    target_pages: Array.isArray(target_pages) ? rangesOf(target_pages) : target_pages,
  };
}

/** The status of a v1 job by how its files ended. */
export function v1StatusOf(files: { total: number; completed: number; failed: number; cancelled: number }): V1Status {
  if (files.completed + files.failed + files.cancelled < files.total) return 'PENDING';
  if (files.completed === files.total) return 'SUCCESS';
  if (files.completed > 0) return 'PARTIAL_SUCCESS';
  return files.cancelled === files.total ? 'CANCELLED' : 'ERROR';
}

/** 0-based pages → 1-based ranges: `[0, 1, 2, 6]` → `"1-3,7"`. */
function rangesOf(pages: readonly number[]): string {
  const parts: string[] = [];
  const sorted = [...new Set(pages)].sort((a, b) => a - b);
  for (let at = 0; at < sorted.length; at++) {
    const first = sorted[at]!;
    while (sorted[at + 1] === sorted[at]! + 1) at++;
    const last = sorted[at]!;
    parts.push(first === last ? `${first + 1}` : `${first + 1}-${last + 1}`);
  }
  return parts.join(',');
}
