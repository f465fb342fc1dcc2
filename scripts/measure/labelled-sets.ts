import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '../../src/domain/document.ts';
import type { Rule } from '../../src/domain/rules.ts';
import { openLabelledSet } from '../../src/evaluation/manifest.ts';
import type { createCachedParser } from './cached-parser.ts';

/** A set with its documents' pages in memory. */
export interface MeasuredSet {
  name: string;
  rules: Rule[];
  documents: { id: string; label: string | null; pages: Page[] | string }[];
}

/** Reads every folder of `data` that holds `docs.jsonl` and `rules.json`, sorted by name. */
export async function readSets(
  data: string,
  parser: ReturnType<typeof createCachedParser>,
  only?: readonly string[],
): Promise<MeasuredSet[]> {
  const names = readdirSync(data)
    .filter((name) => existsSync(path.join(data, name, 'docs.jsonl')) && (only === undefined || only.includes(name)))
    .sort();
  const sets: MeasuredSet[] = [];
  for (const name of names) {
    const set = await openLabelledSet(path.join(data, name, 'docs.jsonl'));
    if (set.problems.length > 0) throw new Error(`${name}: ${set.problems[0]}`);
    const { rules } = JSON.parse(readFileSync(path.join(data, name, 'rules.json'), 'utf8')) as { rules: Rule[] };
    const documents: MeasuredSet['documents'] = [];
    for await (const { id, label, source } of set.documents()) {
      const pages = 'text' in source ? [{ number: 1, text: source.text }] : await parser.pages(source.path);
      documents.push({ id, label, pages: pages as Page[] | string });
    }
    sets.push({ name, rules, documents });
  }
  return sets;
}

/** Are these the pages of a document with text, and not the code of an error? */
export function isReadable(pages: Page[] | string): pages is Page[] {
  return typeof pages !== 'string' && pages.some(({ text }) => text.trim() !== '');
}
