import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Block } from '../../src/domain/document.ts';
import { parsePageRanges } from '../../src/domain/page-ranges.ts';
import { flowPages } from '../../src/parse/blocks.ts';
import { memoryBytes } from '../../src/parse/byte-source.ts';
import { decodeText } from '../../src/parse/charset.ts';
import { PageSelector } from '../../src/parse/page-selector.ts';
import { cleanBlocks, cleanPageText } from '../../src/parse/page-text.ts';
import { sniff } from '../../src/parse/sniff.ts';

const fileName = fc.tuple(fc.string(), fc.constantFrom('', '.pdf', '.docx', '.eml', '.html', '.csv', '.xls'));
/** Beginnings that send the sniffer into each of its readers, and anything at all behind them. */
const fileStart = fc.constantFrom(
  ...['', '%PDF-', 'PK\x03\x04', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', '{\\rtf', '<html', 'From: a', 'II*\0', 'GIF89a'],
  ...['\x89PNG\r\n\x1a\n', 'RIFF', '\xff\xfe', '\xfe\xff', '\xef\xbb\xbf', '<?xml', '{"', '\x1f\x8b', 'ID3', 'BM'],
);

describe('sniffing', () => {
  test('names a kind for any bytes and any name, and the same one each time', async () => {
    await fc.assert(
      fc.asyncProperty(fileStart, fc.uint8Array({ maxLength: 3000 }), fileName, async (start, rest, name) => {
        const bytes = Buffer.concat([Buffer.from(start, 'latin1'), rest]);
        const kind = await sniff(memoryBytes(bytes), name.join(''));
        expect(kind).toMatch(/^[a-z0-9.-]+$/i);
        expect(await sniff(memoryBytes(bytes), name.join(''))).toBe(kind);
      }),
      { numRuns: 300 },
    );
  });

  test('is not misled by the name of a text', async () => {
    const words = fc.array(fc.constantFrom('grain', 'loft', 'pigeon', 'Straße', '信', '12.50'), { minLength: 3 });
    await fc.assert(
      fc.asyncProperty(words, fc.constantFrom('pdf', 'docx', 'png', 'xls', 'msg', 'exe'), async (text, extension) => {
        expect(await sniff(memoryBytes(Buffer.from(text.join(' '))), `a.${extension}`)).toBe('txt');
      }),
    );
  });
});

describe('page selection', () => {
  const selection = fc.record({
    target: fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 8 }),
    maxPages: fc.option(fc.integer({ min: 1, max: 20 })),
  });
  const parts = fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 1, maxLength: 5 });

  test('chooses the same pages of a document in one part and in many', () => {
    fc.assert(
      fc.property(selection, parts, ({ target, maxPages }, sizes) => {
        const parsed = target.length === 0 ? null : parsePageRanges(target.join(','));
        const ranges = parsed === null || 'problem' in parsed ? null : parsed.ranges;
        const total = sizes.reduce((sum, size) => sum + size, 0);
        const whole = new PageSelector({ ranges, maxPages }, 1000).select(0, total);

        const selector = new PageSelector({ ranges, maxPages }, 1000);
        let offset = 0;
        const pieces = sizes.flatMap((size) => {
          const numbers = selector.select(offset, size).map((number) => number + offset);
          offset += size;
          return numbers;
        });
        expect(pieces).toEqual(whole);

        const wanted = target.length === 0 ? Array.from({ length: total }, (_, at) => at + 1) : target;
        const expected = wanted.filter((page) => page <= total).sort((a, b) => a - b);
        expect(whole).toEqual(expected.slice(0, maxPages ?? expected.length));
      }),
    );
  });

  test('refuses more pages than the limit, in however many parts they come', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 30 }), (sizes, limit) => {
        const selector = new PageSelector({ ranges: null, maxPages: null }, limit);
        const readAll = () => {
          let offset = 0;
          for (const size of sizes) {
            selector.select(offset, size);
            offset += size;
          }
        };
        if (sizes.reduce((sum, size) => sum + size, 0) > limit) expect(readAll).toThrow(/reads at most/);
        else readAll();
      }),
    );
  });
});

describe('charsets', () => {
  const letters: Record<string, string> = {
    'windows-1251': 'абвгдежзиклмнопрстуфхцчшщыьэюя',
    'koi8-r': 'абвгдежзиклмнопрстуфхцчшщыьэюя',
  };

  test('any bytes are decoded, whatever charset they claim', () => {
    const label = fc.option(
      fc.oneof(fc.string(), fc.constantFrom('utf-8', 'shift_jis', 'gb18030', 'koi8-r', 'utf-16')),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), label, (bytes, declared) => {
        expect(typeof decodeText(bytes, declared)).toBe('string');
      }),
    );
  });

  test.each(Object.entries(letters))('text in %s is decoded as it is declared', (charset, alphabet) => {
    // TextDecoder's own table, turned round.
    const table = new Map(Array.from({ length: 256 }, (_, byte) => [decode(charset, [byte]), byte]));
    const words = fc.array(fc.constantFrom(...alphabet, ' '), { minLength: 4 });
    fc.assert(
      fc.property(words, (characters) => {
        const bytes = Uint8Array.from(characters, (character) => table.get(character)!);
        fc.pre(characters.some((character) => character !== ' '));
        expect(decodeText(bytes, charset)).toBe(characters.join(''));
      }),
    );
  });

  test('the mark of UTF-16 counts against a declaration, unless the text has no zero byte', () => {
    const letters = Uint8Array.of(0xff, 0xfe, 0xe0, 0xe0, 0xe0, 0xe0);
    expect(decodeText(letters, 'windows-1251')).toBe('яюаааа');
    const marked = Buffer.from('\ufeffЗдравствуйте, мир', 'utf16le');
    expect(decodeText(marked, 'windows-1251')).toBe('Здравствуйте, мир');
  });

  test('ordinary sentences in Asian and Cyrillic charsets are recognised without a declaration', () => {
    const samples: [charset: string, hex: string][] = [
      [
        'Shift_JIS',
        '90bf8b818f9182f0914097758ea282b582dc82b782cc82c582b28a6d944682ad82be82b382a2814289bf8a6982cd94c593658e9a82c582b781429593827082a882cc82a894d48db882a28142',
      ],
      ['GB18030', 'b7a2c6b1bac5c2ebd2d1beadb7a2cbcdb8f8c4facfebb2e9bfb4cfeacfb8d0c5cfa2c7ebb5e3bbf7d5e2c0ef'],
    ];
    for (const [charset, hex] of samples) {
      const bytes = Buffer.from(hex, 'hex');
      expect(decodeText(bytes)).toBe(new TextDecoder(charset).decode(bytes));
    }
  });
});

function decode(charset: string, bytes: number[]): string {
  return new TextDecoder(charset).decode(Uint8Array.from(bytes));
}

describe('blocks', () => {
  const text = fc.string({ unit: fc.constantFrom('ö', 'é', ' ', '\n', '😀', 'öéö '), maxLength: 400 });
  const block: fc.Arbitrary<Block> = fc.oneof(
    fc.record({ type: fc.constant('heading' as const), level: fc.integer({ min: 1, max: 6 }), text }),
    fc.record({
      type: fc.constant('text' as const),
      text: fc.tuple(text, fc.integer({ min: 1, max: 40 })).map(([part, times]) => part.repeat(times)),
    }),
    fc.record({ type: fc.constant('list' as const), ordered: fc.boolean(), items: fc.array(text) }),
    fc.record({
      type: fc.constant('table' as const),
      rows: fc.array(fc.array(text, { maxLength: 4 }), { maxLength: 30 }),
    }),
  );
  const lettersOf = (value: unknown) => JSON.stringify(value).match(/[öé]/g)?.length ?? 0;

  test('pages made of blocks lose none of their text', () => {
    fc.assert(
      fc.property(fc.array(fc.array(block, { maxLength: 12 }), { maxLength: 4 }), (pages) => {
        const result = flowPages(pages);
        expect(lettersOf(result.map(({ blocks }) => blocks))).toBe(lettersOf(pages));
        expect(lettersOf(result.map(({ text }) => text))).toBe(lettersOf(pages));
      }),
      { numRuns: 50 },
    );
  });

  test('a page that is within its bound keeps all of its blocks', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 6 }), (blocks) => {
        const [page] = flowPages([blocks]);
        fc.pre(blocks.length > 0);
        const kept = cleanBlocks(page!.blocks!, cleanPageText(page!.text));
        expect(kept).toHaveLength(page!.blocks!.length);
      }),
      { numRuns: 50 },
    );
  });
});
