import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvText } from '../../src/commands/classify.ts';
import { cutText, displayWidth, printable, textTable } from '../../src/commands/text-table.ts';

describe('a cell of comma-separated values', () => {
  test.each([
    ['plain text', 'plain text'],
    ['a, b', '"a, b"'],
    ['says "total"', '"says ""total"""'],
    ['two\nlines', '"two\nlines"'],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(1)', "'@SUM(1)"],
    [' =1', "' =1"],
    ['\t=1', "'\t=1"],
    ['a=1', 'a=1'],
  ])('%j becomes %s', (text, cell) => {
    expect(csvText(text)).toBe(cell);
  });

  test('is empty where there is nothing to say', () => {
    expect(csvText(null)).toBe('');
  });

  test('is read back as the text by whoever knows the quoting, except for the apostrophe', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', ',', '\n', 'a', ' ', '=') }), (text) => {
        const cell = csvText(text);
        const read = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
        expect([text, `'${text}`]).toContain(read);
        if (!cell.startsWith('"')) expect(cell).not.toMatch(/[",\r\n]/);
      }),
    );
  });
});

describe('a table', () => {
  test('aligns its columns and cuts the last one at the end of the line', () => {
    const columns = [{ title: 'File' }, { title: 'Score', align: 'right' as const }, { title: 'Why' }];
    const rows = [
      ['a.pdf', '0.5', 'because it says so'],
      ['日本.pdf', '', 'é'],
    ];
    expect(textTable(columns, rows, 30).split('\n')).toEqual([
      'File      Score  Why',
      '────────  ─────  ─────────────',
      'a.pdf       0.5  because it s…',
      '日本.pdf         é',
      '',
    ]);
  });

  test('cannot be drawn over by what a document says', () => {
    expect(printable('a\u001b[2J\u009b31mb\r\nc\u202Ed\u0000')).toBe('a[2J31mb cd');
    const text = textTable([{ title: 'x' }, { title: 'y' }], [['\u001b]0;title\u0007', 'b\nc']], 80);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(text.split('\n')).toHaveLength(4);
  });

  test('never has a text wider than it may be', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, width) => {
        expect(displayWidth(cutText(text, width))).toBeLessThanOrEqual(width);
        expect(displayWidth(cutText(text, width, 'start'))).toBeLessThanOrEqual(width);
      }),
    );
  });
});
