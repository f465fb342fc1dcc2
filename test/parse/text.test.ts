import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeText } from '../../src/parse/charset.ts';
import { FLOW_PAGE_CHARACTERS, splitFlow } from '../../src/parse/flow.ts';
import { cleanPageText, cutToBytes, MAX_PAGE_BYTES } from '../../src/parse/page-text.ts';

describe('decodeText', () => {
  const text = 'Überweisung für Zoë: 12 € – naïve façade, Straße';

  test('reads UTF-8 with and without a byte order mark', () => {
    expect(decodeText(Buffer.from(text))).toBe(text);
    expect(decodeText(Buffer.from(`\ufeff${text}`))).toBe(text);
  });

  test('reads UTF-16 of either byte order, marked or not', () => {
    const little = Buffer.from(text, 'utf16le');
    const big = Buffer.from(little).swap16();
    expect(decodeText(Buffer.concat([Buffer.from([0xff, 0xfe]), little]))).toBe(text);
    expect(decodeText(Buffer.concat([Buffer.from([0xfe, 0xff]), big]))).toBe(text);
    expect(decodeText(little)).toBe(text);
    expect(decodeText(big)).toBe(text);
  });

  test('reads windows-1252', () => {
    const bytes = Buffer.from(
      'Rechnung f\xfcr M\xfcller, Stra\xdfe 5: 12 \x80, zahlbar in 14 Tagen ohne Abz\xfcge',
      'latin1',
    );
    expect(decodeText(bytes)).toBe('Rechnung für Müller, Straße 5: 12 €, zahlbar in 14 Tagen ohne Abzüge');
  });

  test('reads a Cyrillic charset from its statistics', () => {
    const text = 'Счёт за услуги связи. Оплата производится не позднее десятого числа следующего месяца.';
    // windows-1251 has the letters of the alphabet in a row.
    const bytes = Uint8Array.from(text, (letter) => {
      if (letter === 'ё') return 0xb8;
      return letter >= 'А' ? letter.charCodeAt(0) - 0x350 : letter.charCodeAt(0);
    });
    expect(decodeText(bytes)).toBe(text);
  });

  test('believes a declared charset unless the bytes are UTF-8', () => {
    expect(decodeText(Buffer.from([0xb1, 0xe6]), 'iso-8859-2')).toBe('ąć');
    expect(decodeText(Buffer.from(text), 'iso-8859-2')).toBe(text);
    expect(decodeText(Buffer.from('caf\xe9', 'latin1'), 'no-such-charset')).toBe('café');
  });

  test('gives every string back that was written in UTF-8', () => {
    const plain = fc.string({ unit: 'binary' }).filter((value) => !/[\0\ufeff]/.test(value));
    fc.assert(fc.property(plain, (value) => decodeText(Buffer.from(value)) === value));
  });
});

describe('splitFlow', () => {
  test('breaks at form feeds when there are any', () => {
    expect(splitFlow('one\ftwo\fthree\f')).toEqual(['one', 'two', 'three']);
  });

  test('takes a form feed at the end for no page break', () => {
    expect(splitFlow('one\f')).toEqual(['one\f']);
  });

  test('ends pages at line ends', () => {
    const text = 'a line of an ordinary length\n'.repeat(300);
    const pages = splitFlow(text);
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.every((page) => page.endsWith('\n') && page.length <= FLOW_PAGE_CHARACTERS)).toBe(true);
  });

  test('loses nothing and makes no page too long, whatever the text', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '😀', 'word '), minLength: 0, maxLength: 20_000 });
    fc.assert(
      fc.property(text, (value) => {
        const pages = splitFlow(value);
        expect(pages.join('')).toBe(value);
        expect(pages.every((page) => page.length <= FLOW_PAGE_CHARACTERS && page.isWellFormed())).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('cleanPageText', () => {
  test('makes line ends uniform and drops control characters, NUL above all', () => {
    expect(cleanPageText('\ufeffa\r\nb\rc\0d\x1b[0m \n\n\n\ne  ')).toBe('a\nb\ncd[0m\n\ne');
  });

  test('keeps the indentation of the first line', () => {
    expect(cleanPageText('\n\n    TOTAL  5\n')).toBe('    TOTAL  5');
  });

  test('cuts at 64 KB, between characters', () => {
    const page = cleanPageText('😀'.repeat(40_000));
    expect(Buffer.byteLength(page)).toBe(MAX_PAGE_BYTES);
    expect(page.isWellFormed()).toBe(true);
    expect(cutToBytes('aé', 2)).toBe('a');
  });
});
