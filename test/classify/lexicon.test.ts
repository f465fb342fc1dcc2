import { readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadLexicon } from '../../src/classify/engines/local/lexicon/lexicon.ts';
import { PhraseMatcher } from '../../src/classify/engines/local/lexicon/phrase-matcher.ts';
import { compilePhrases } from '../../src/classify/engines/local/lexicon/phrase-table.ts';
import { recogniseTypes } from '../../src/classify/engines/local/lexicon/recognise.ts';
import { LEXICON_CHARACTERS, scoreByLexicon } from '../../src/classify/engines/local/lexicon/score.ts';
import { tokenise } from '../../src/classify/engines/local/lexicon/tokens.ts';
import { temporaryDirectory } from '../support/server.ts';
import { DOCUMENTS } from './documents.ts';
import { LEXICON } from './fresh-lexicon.ts';

test.each(Object.entries(DOCUMENTS))('a typical %s scores highest as such', (type, text) => {
  const { types } = scoreByLexicon(LEXICON, text);
  expect([...types].sort((a, b) => b[1] - a[1])[0]![0]).toBe(type);
});

test('the compiled lexicon is read again as it was compiled, and made again when its file is damaged', async () => {
  const cacheDir = await temporaryDirectory();
  const load = async () => {
    const { types, cues, names, topics, topicWords } = await loadLexicon({ cacheDir });
    return { types, cues, names, topics, topicWords };
  };
  const both = await Promise.all([load(), load()]);
  const [file, ...others] = await readdir(cacheDir);
  expect(others).toEqual([]);
  const made = await stat(join(cacheDir, file!));
  expect([...both, await load()]).toEqual([both[0], both[0], both[0]]);
  expect((await stat(join(cacheDir, file!))).ino).toBe(made.ino);
  await truncate(join(cacheDir, file!), 1_000);
  expect(await load()).toEqual(both[0]);
  expect((await stat(join(cacheDir, file!))).size).toBe(made.size);
});

test('most kinds of documents are known by name in all eight languages', () => {
  const names = (id: string) => [...LEXICON.names.meanings].filter(([, meaning]) => meaning.id === id).length;
  expect(LEXICON.types.length).toBeGreaterThan(70);
  expect(LEXICON.types.filter(({ id }) => names(id) >= 8).length).toBeGreaterThan(65);
});

describe('a rule means a kind of document', () => {
  test.each([
    ['invoice', 'A bill for goods', 'invoice'],
    ['Eingangsrechnung', 'Eine Rechnung eines Lieferanten', 'invoice'],
    ['lettre de motivation', 'Un courrier de candidature', 'cover_letter'],
    ['umowa_najmu', 'Umowa między wynajmującym a najemcą', 'lease'],
    ['doc-type-7', 'This is a purchase order that names quantities', 'purchase_order'],
    ['x', 'Classify whether the document is a payslip of an employee', 'pay_slip'],
    ['form 10 k', 'Filed with the SEC', 'annual_report'],
  ])('%s: %s', (name, description, id) => {
    expect([...recogniseTypes(LEXICON, name, description).keys()]).toContain(id);
  });

  test('a word that means much else counts in a name only', () => {
    expect([...recogniseTypes(LEXICON, 'letter', 'Something sent').keys()]).toEqual(['letter']);
    expect([...recogniseTypes(LEXICON, 'complaint', 'a letter of the alphabet').keys()]).not.toContain('letter');
  });
});

describe('phrases', () => {
  const found = (phrase: string, text: string) => {
    const matcher = new PhraseMatcher(compilePhrases([[phrase, 0]]));
    const places: string[] = [];
    matcher.scan(tokenise(text), (_id, first, last) => places.push(text.slice(first.start, last.end)));
    return places;
  };

  test.each([
    ['invoice (no|number)', 'INVOICE No. 4711', ['INVOICE No']],
    ['net a payer', 'Net à payer : 12 €', ['Net à payer']],
    ['total #', 'Total: 1,190.00', ['Total: 1,190.00']],
    ['indemnif*', 'shall indemnify', ['indemnify']],
    ['data d* compra', 'Data de compra', ['Data de compra']],
    ['^from :', 'sent from: nobody\nFrom: A', ['From:']],
    ['mother s (maiden )name', "mother's name, mother's maiden name", ["mother's name", "mother's maiden name"]],
    ['^mr * :', 'MR ADAMS: yes', ['MR ADAMS:']],
    ['strasse', 'Straße', ['Straße']],
    ['net pay', 'net\npay', ['net\npay']],
    ['pay', 'payment', []],
  ])('%s in %j', (phrase, text, places) => {
    expect(found(phrase, text)).toEqual(places);
  });
});

test.each([
  'a',
  '1',
  '_',
  '[',
  ':',
  '-',
  'é',
  '名',
  'a ',
  '1.',
  'a\n',
  ':\n',
  'total ',
  '# ',
  'mr a: b\n',
  '!',
  'x{\n',
  'a@',
])('a text of nothing but %j is scored in bounded time', (piece) => {
  const text = piece.repeat(Math.ceil(LEXICON_CHARACTERS / piece.length));
  const started = performance.now();
  scoreByLexicon(LEXICON, text);
  expect(performance.now() - started).toBeLessThan(500);
});
