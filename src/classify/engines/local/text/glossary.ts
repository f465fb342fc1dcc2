import { readFileSync } from 'node:fs';
import { withoutAccents } from '../lexicon/tokens.ts';
import type { LanguageCode } from './language.ts';
import { stemIn } from './stems.ts';

const ORDER: LanguageCode[] = ['de', 'fr', 'es', 'it', 'pt', 'nl', 'pl'];
/** German and Dutch write compounds as one word; parts shorter than this are not looked for. */
const MIN_PART = 4;
const COMPOUNDING = new Set<LanguageCode>(['de', 'nl']);
const LINKS = ['', 's', 'n', 'en', 'es', 'e'];
const MAX_REMEMBERED = 20_000;

/** Stem → English word, by language. */
const TABLES = readGlossary();
const remembered = new Map<string, readonly string[]>();

/** About 250 words that documents are made of, each in eight languages. */
function readGlossary(): Map<LanguageCode, Map<string, string>> {
  const tables = new Map(ORDER.map((code) => [code, new Map<string, string>()]));
  const file = readFileSync(new URL('../../../data/glossary.txt', import.meta.url), 'utf8');
  for (const line of file.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [english, cells] = line.split('=') as [string, string];
    cells.split('/').forEach((cell, column) => {
      const code = ORDER[column]!;
      const table = tables.get(code)!;
      for (const word of cell.split(',')) {
        const key = stemIn(withoutAccents(word), code);
        if (!table.has(key)) table.set(key, english);
      }
    });
  }
  return tables;
}

/** The English words for a word, [] when none is known: "Rechnungsnummer" is "invoice", "number". */
export function glossesOf(word: string, code: LanguageCode): readonly string[] {
  const table = TABLES.get(code);
  if (table === undefined) return [];
  const key = `${code} ${word}`;
  let glosses = remembered.get(key);
  if (glosses === undefined) {
    const plain = withoutAccents(word);
    const whole = table.get(stemIn(plain, code));
    glosses = whole !== undefined ? [whole] : COMPOUNDING.has(code) ? partsOf(plain, code, table) : [];
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(key, glosses);
  }
  return glosses;
}

function partsOf(word: string, code: LanguageCode, table: ReadonlyMap<string, string>): string[] {
  for (let cut = word.length - MIN_PART + 1; cut >= MIN_PART; cut--) {
    const last = table.get(stemIn(word.slice(cut), code));
    if (last === undefined) continue;
    for (const link of LINKS) {
      const head = word.slice(0, cut);
      if (!head.endsWith(link)) continue;
      const first = table.get(stemIn(head.slice(0, head.length - link.length), code));
      if (first !== undefined) return [first, last];
    }
  }
  return [];
}
