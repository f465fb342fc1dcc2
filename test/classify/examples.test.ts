import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine, Example } from '../../src/classify/engine.ts';
import { createLocalEngine } from '../../src/classify/engines/local/pool.ts';
import { DOCUMENTS, RULES, UNRELATED } from './documents.ts';

let engine: Engine;

beforeAll(async () => {
  // Shared by the test files, so that the encoder is converted once.
  engine = createLocalEngine({ threads: 1, cacheDir: path.join(tmpdir(), 'pigeonhole-test-cache') });
  await engine.warmUp();
});
afterAll(() => engine.close());

const page = (text: string) => [{ number: 1, text }];
const example = (type: string | null, text: string): Example => ({ type, pages: page(text) });
const classify = (text: string, examples?: Example[], rules = RULES) =>
  engine.classify(page(text), rules, { examples });

const RECIPE = `Bread rolls of the village bakery
Mix the flour with water, yeast and salt, knead the dough for ten minutes and let it rest for an hour.
Form twelve rolls, brush them with milk and bake them in a hot oven until they are golden.
Serve them warm with butter and jam.`;
const ANOTHER_RECIPE = `Plum cake as my grandmother made it
Stir butter, sugar and eggs, add the flour and a pinch of salt, and fill the dough into a baking tin.
Put the plums on top and bake the cake in the oven for fifty minutes. Dust it with sugar and serve it warm.`;

test('no examples are the same as none', async () => {
  expect(await classify(DOCUMENTS.invoice, [])).toEqual(await classify(DOCUMENTS.invoice));
});

test('a document like an example becomes what the example is, and the reasoning says so', async () => {
  const business = RULES.filter(({ type }) => ['invoice', 'contract'].includes(type));
  const rules = [...business, { type: 'box 12', description: 'papers for Mara and her colleagues' }];
  expect((await classify(ANOTHER_RECIPE, [], rules)).type).toBeNull();
  const after = await classify(ANOTHER_RECIPE, [example('box 12', RECIPE)], rules);
  expect(after.type).toBe('box 12');
  expect(after.reasoning).toContain('It is like a document you labelled "box 12".');
  expect(after.examples).toEqual([{ type: 'box 12', count: 1, alike: 1 }]);
});

test('examples of one type leave the documents of the others what they were', async () => {
  const examples = [example('invoice', DOCUMENTS.invoice.replace('4711', '4712'))];
  for (const [type, text] of Object.entries(DOCUMENTS)) expect((await classify(text, examples)).type, type).toBe(type);
  expect((await classify(UNRELATED, examples)).type).toBeNull();
});

test('examples of one type do not draw in the documents of a kindred type that has none', async () => {
  const nda = `MUTUAL CONFIDENTIALITY AGREEMENT between Larch Tools Ltd and Brock Castings GmbH
1. Each party may disclose drawings and prices to the other. The recipient keeps them secret and uses them only to judge
whether to work together.
2. This agreement ends after two years. Governing law: England.
Signed for Larch Tools Ltd: ________ Signed for Brock Castings GmbH: ________`;
  const contract = `AGREEMENT between Larch Tools Ltd and Brock Castings GmbH
1. Brock Castings supplies cast housings to Larch Tools, which pays for them within 30 days.
2. This agreement ends after two years. Governing law: England.
Signed for Larch Tools Ltd: ________ Signed for Brock Castings GmbH: ________`;
  const rules = [
    { type: 'contract', description: 'An agreement between two parties with terms and signatures' },
    { type: 'nda', description: 'An agreement between two parties to keep information confidential' },
    ...RULES.filter(({ type }) => type !== 'contract'),
  ];
  const examples = [1, 2, 3].map((year) => example('contract', contract.replace('two', `${year + 2}`)));
  const [before, after] = [await classify(nda, [], rules), await classify(nda, examples, rules)];
  expect(before.type).toBe('nda');
  expect(after.type).toBe('nda');
  expect((await classify(contract, examples, rules)).type).toBe('contract');
});

test('examples of what fits no rule are those of a catch-all rule, too', async () => {
  const rules = [...RULES, { type: 'other', description: 'Any other document that fits none of the above' }];
  for (const type of ['other', null]) {
    const after = await classify(DOCUMENTS.receipt, [example(type, DOCUMENTS.receipt)], rules);
    expect(after.type).toBe('other');
    expect(after.reasoning).toContain('It is like a document you labelled as fitting no rule.');
  }
});

test('examples of types that no rule has any more say nothing', async () => {
  const before = await classify(DOCUMENTS.receipt);
  expect(await classify(DOCUMENTS.receipt, [example('bill', DOCUMENTS.receipt)])).toEqual(before);
});

test('the order of rules and of labels does not matter', async () => {
  const examples = [example('contract', RECIPE), example(null, UNRELATED), example('invoice', DOCUMENTS.invoice)];
  const one = await classify(DOCUMENTS.receipt, examples);
  const other = await classify(DOCUMENTS.receipt, examples.toReversed(), RULES.toReversed());
  expect(other).toMatchObject({ type: one.type, reasoning: one.reasoning });
  expect(other.confidence).toBeCloseTo(one.confidence, 9);
});
