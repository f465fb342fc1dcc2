import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Block, Page, ParsedDocument } from '../../src/domain/document.ts';
import { blocksMarkdown, pageMarkdown } from '../../src/domain/markdown.ts';

describe('the Markdown of a page', () => {
  test('shows headings, paragraphs, lists and tables', () => {
    const blocks: Block[] = [
      { type: 'heading', level: 2, text: 'Terms\nof delivery' },
      { type: 'text', text: 'We deliver on Mondays.' },
      { type: 'list', ordered: false, items: ['Grain', 'Rings\nof steel'] },
      { type: 'list', ordered: true, items: ['Order', 'Pay'] },
      {
        type: 'table',
        rows: [['Item', 'Price'], ['Barley | oats', '3.20\neach'], ['Corn']],
      },
    ];
    expect(blocksMarkdown(blocks)).toBe(
      [
        '## Terms of delivery',
        'We deliver on Mondays.',
        '- Grain\n- Rings\n  of steel',
        '1. Order\n2. Pay',
        '| Item | Price |\n| --- | --- |\n| Barley \\| oats | 3.20<br>each |\n| Corn |  |',
      ].join('\n\n'),
    );
  });

  test('does not take a paragraph for something else', () => {
    const text = '# not a heading\n- not a list\n3. not a list\n> not a quotation\n---\n#hash and 3.5 and -1 stay';
    expect(blocksMarkdown([{ type: 'text', text }])).toBe(
      '\\# not a heading\n\\- not a list\n3\\. not a list\n\\> not a quotation\n\\---\n#hash and 3.5 and -1 stay',
    );
  });

  test('is its text when the document has no structure', () => {
    expect(pageMarkdown({ text: '# as it is', blocks: null })).toBe('# as it is');
    expect(pageMarkdown({ text: 'x', blocks: [] })).toBe('');
  });

  test('has as many lines of a table as rows and one, whatever the cells hold', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.string(), { minLength: 1 }), { minLength: 1 }), (rows) => {
        const lines = blocksMarkdown([{ type: 'table', rows }]).split('\n');
        expect(lines).toHaveLength(rows.length + 1);
        expect(lines.every((line) => line.startsWith('| ') && line.endsWith(' |'))).toBe(true);
      }),
    );
  });
});

test('pages stored before they had sizes and blocks are still read', () => {
  const stored = { kind: 'txt', totalPages: 1, pages: [{ number: 1, text: 'x' }] };
  expect(ParsedDocument.parse(stored).pages).toEqual([
    { number: 1, text: 'x', width: null, height: null, confidence: null, blocks: null },
  ]);
  expect(() => Page.parse({ number: 1, text: 'x', confidence: 1.5 })).toThrow();
});
