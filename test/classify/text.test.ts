import { describe, expect, test } from 'vitest';
import { chunkText } from '../../src/classify/engines/local/text/chunks.ts';
import { foldPages, foldText } from '../../src/classify/engines/local/text/fold.ts';
import { contentKeys, meaningsOf, words } from '../../src/classify/engines/local/text/words.ts';

describe('folding', () => {
  test('leaves one space between words and no blank lines', () => {
    expect(foldText('a\t\u00a0 b \r\n\r\n  \n c\fd')).toBe('a b\nc\nd');
  });

  test('removes control and zero-width characters', () => {
    expect(foldText('in\u00advoice\u200b\u0000 \ufeffno')).toBe('invoice no');
  });

  test('reads pages up to the limit, however much white space comes first', () => {
    const pages = [
      { number: 1, text: '\n '.repeat(500_000) },
      { number: 2, text: 'first' },
      { number: 3, text: 'second '.repeat(10) },
    ];
    expect(foldPages(pages, 20)).toBe('first\nsecond second ');
  });
});

describe('words', () => {
  test('are lower case, with numbers, without possessive endings', () => {
    expect(words("The Tenant's 2 dogs’ naïve “idea” – 3.5")).toEqual([
      'the',
      'tenant',
      '2',
      'dogs',
      'naïve',
      'idea',
      '3',
      '5',
    ]);
  });

  test('become stems without the words that carry no meaning', () => {
    expect(contentKeys('The invoices that were billed', 'en')).toEqual(['invoic', 'bill']);
  });
});

describe('words of other languages', () => {
  test.each([
    ['de', 'Rechnungen'],
    ['fr', 'factures'],
    ['es', 'facturas'],
    ['it', 'fatture'],
    ['pt', 'faturas'],
    ['nl', 'facturen'],
    ['pl', 'faktury'],
  ] as const)('mean the same as the English one: %s %s', (language, word) => {
    expect(meaningsOf(word.toLowerCase(), language).map(({ key }) => key)).toEqual(contentKeys('invoice', 'en'));
  });

  test('mean two words where they are compounds, and nothing where they are stop words', () => {
    expect(meaningsOf('rechnungsnummer', 'de').map(({ word }) => word)).toEqual(['invoice', 'number']);
    expect(meaningsOf('und', 'de')).toEqual([]);
  });
});

describe('chunks', () => {
  test('hold whole lines of at most 48 words', () => {
    const line = Array.from({ length: 30 }, (_, index) => `w${index}`).join(' ');
    expect(chunkText(`${line}\n${line}\nend`)).toEqual([line, `${line}\nend`]);
  });

  test('of a long document are six from its beginning and four spread to its end', () => {
    const lines = Array.from({ length: 100 }, (_, index) => `line${index} ${'x '.repeat(40).trim()}`);
    const firstWords = chunkText(lines.join('\n')).map((chunk) => chunk.split(' ')[0]);
    expect(firstWords).toEqual(['0', '1', '2', '3', '4', '5', '29', '52', '76', '99'].map((n) => `line${n}`));
  });

  test('of an empty text are none', () => {
    expect(chunkText('')).toEqual([]);
  });
});
