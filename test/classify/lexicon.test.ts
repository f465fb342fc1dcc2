import { describe, expect, test } from 'vitest';
import { DOCUMENT_TYPES } from '../../src/classify/engines/local/lexicon/document-types.ts';
import { LEXICON_CHARACTERS, scoreDocumentTypes } from '../../src/classify/engines/local/lexicon/score.ts';
import { DOCUMENTS } from './documents.ts';

test('ids and aliases are unique and lower case', () => {
  const ids = DOCUMENT_TYPES.map(({ id }) => id);
  const aliases = DOCUMENT_TYPES.flatMap((type) => type.aliases);
  expect(new Set(ids).size).toBe(ids.length);
  expect(aliases.filter((alias, index) => aliases.indexOf(alias) !== index)).toEqual([]);
  expect(aliases.filter((alias) => alias !== alias.toLowerCase())).toEqual([]);
});

test.each(Object.entries(DOCUMENTS))('a typical %s scores highest as such', (type, text) => {
  const scores = scoreDocumentTypes(text);
  expect([...scores].sort((a, b) => b[1] - a[1])[0]![0]).toBe(type);
});

describe('no pattern takes long on any text', () => {
  const fill = (piece: string) =>
    piece.repeat(Math.ceil(LEXICON_CHARACTERS / piece.length)).slice(0, LEXICON_CHARACTERS);
  const texts = [
    ...['a', '1', '_', '.', '"', '!', '<', '|', ':', '-', '$', 'é', '名'].map(fill),
    ...['a ', '1.', 'a\n', ':\n', '"a', 'a: ', '- ', '. ', 'a:b\n', '"aaaaaaaaaaaaaaaa', '1-', 'x-a', '$1,', '[1,'].map(
      fill,
    ),
    ...['mr a: b\n', 'abcd: x\n', 'abcd: x\nabce: y\n', 'a b c d e f g h\n', 'q. a\n', 'from: a@b\n'].map(fill),
    ...['cash ', 'change ', 'total 1', 'about us ', 'min|', 'press a ', 'reports a ', '2020-2021 ', 'user a', 'x{'].map(
      fill,
    ),
    // A label a line, none of which comes back: the worst case of looking for a repeated speaker.
    Array.from(
      { length: 2_000 },
      (_, index) => `sp${String.fromCharCode(97 + (index % 26))}${index.toString(36).replace(/\d/g, 'z')}: x`,
    )
      .join('\n')
      .slice(0, LEXICON_CHARACTERS),
  ];
  const BUDGET_MS = 150;

  test.each(DOCUMENT_TYPES.map((type) => [type.id, type] as const))('%s', (_id, { title, cues }) => {
    const slow: string[] = [];
    for (const pattern of [title, ...cues.map((cue) => cue.pattern)]) {
      for (const text of texts) {
        const started = performance.now();
        pattern.test(text);
        const elapsed = performance.now() - started;
        if (elapsed > BUDGET_MS)
          slow.push(`${pattern} took ${elapsed.toFixed()} ms on ${JSON.stringify(text.slice(0, 20))}`);
      }
    }
    expect(slow).toEqual([]);
  });
});
