import { expect, test } from 'vitest';
import { type AnswerPair, pairedBootstrap } from '../../src/evaluation/bootstrap.ts';
import { drawSplits, type Split } from '../../src/evaluation/splits.ts';

const all = () => true;
/** `count` documents of each label, one label after the other. */
const labelled = (labels: (string | null)[], count: number) => labels.flatMap((label) => Array(count).fill(label));
const first = (split: Split, count: number) => [...split].filter(([, rank]) => rank < count).map(([place]) => place);

test('splits differ from each other, and are the same every time', () => {
  const labels = labelled(['a', 'b', null], 20);
  const splits = drawSplits(labels, { splits: 3, perLabel: 5, learns: all });
  expect(new Set(splits.map((split) => [...split.keys()].sort().join())).size).toBe(3);
  expect(drawSplits(labels, { splits: 3, perLabel: 5, learns: all })).toEqual(splits);
});

test('fewer examples are a part of more, of each label as many', () => {
  const labels = labelled(['a', 'b', null], 20);
  const [more] = drawSplits(labels, { splits: 1, perLabel: 5, learns: all });
  const [fewer] = drawSplits(labels, { splits: 1, perLabel: 2, learns: all });
  expect(first(more!, 2)).toEqual([...fewer!.keys()]);
  expect([...fewer!.keys()].map((place) => labels[place]).sort()).toEqual(['a', 'a', 'b', 'b', null, null]);
});

test('what is drawn of a label does not depend on the other labels that learn', () => {
  const labels = labelled(['a', 'b'], 20);
  const options = { splits: 2, perLabel: 3 };
  const both = drawSplits(labels, { ...options, learns: all });
  const one = drawSplits(labels, { ...options, learns: (label) => label === 'b' });
  both.forEach((split, at) => {
    expect([...split.keys()].filter((place) => labels[place] === 'b')).toEqual([...one[at]!.keys()]);
  });
});

test('at least half of the documents of each label are left, and no more is drawn than an engine is given', () => {
  const [few] = drawSplits(['a', 'b', 'b', 'b'], { splits: 1, perLabel: 10, learns: all });
  expect([...few!.keys()].map((place) => ['a', 'b', 'b', 'b'][place])).toEqual(['b']);

  const types = Array.from({ length: 30 }, (_, at) => `type ${at}`);
  const [many] = drawSplits(labelled(types, 40), { splits: 1, perLabel: 20, learns: all });
  expect(many!.size).toBe(200);
  expect(first(many!, 6)).toHaveLength(180);
});

test('a document that is asked about several times makes the interval no narrower', () => {
  const once: AnswerPair[][] = Array.from({ length: 60 }, (_, at) => [
    { label: 'a', before: at % 2 ? 'a' : 'b', after: at % 3 ? 'a' : 'b' },
  ]);
  const thrice = once.map(([pair]) => [pair!, pair!, pair!]);
  expect(pairedBootstrap(thrice).accuracy).toEqual(pairedBootstrap(once).accuracy);
});
