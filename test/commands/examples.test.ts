import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCli, temporaryDirectory } from '../support/server.ts';

const INVOICE = 'Invoice number 2026-17\nBill to: Ada Ltd\n3 chairs at 40.00\nVAT 20 %\nTotal due: 144.00 EUR\n';
const CONTRACT =
  'SERVICE AGREEMENT\nThis agreement is made between the parties Ada Ltd and Bob Ltd.\nTerm and termination: twelve months.\nGoverning law: England.\nSigned by both parties: ________\n';
const RECIPES = [
  `Bread rolls of the village bakery
Mix the flour with water, yeast and salt, knead the dough for ten minutes and let it rest for an hour.
Form twelve rolls, brush them with milk and bake them in a hot oven until they are golden.
Serve them warm with butter and jam.`,
  `Plum cake as my grandmother made it
Stir butter, sugar and eggs, add the flour and a pinch of salt, and fill the dough into a baking tin.
Put the plums on top and bake the cake in the oven for fifty minutes. Dust it with sugar and serve it warm.`,
  `Apple cake for Sunday
Knead butter, flour and sugar to a dough and let it rest in the cold. Peel the apples, cut them into slices and lay them
on the dough. Bake the cake in the oven for forty minutes and serve it warm with whipped cream.`,
  `White bread with olives
Mix flour, yeast, water and salt, and knead the dough until it is smooth. Add the olives, let the dough rest for an hour,
form a loaf and bake it in a hot oven for half an hour. Serve it with butter.`,
];

/** A variant of the second recipe. */
const PLUM_CAKE = `Plum cake from the oven
Stir eggs, butter and sugar, add flour and salt, fill the dough into a baking tin and put the plums on top.
Bake the cake for fifty minutes, dust it with sugar and serve it with whipped cream.`;

/** A run takes about a second, on a busy machine up to ten. */
const SEVERAL_RUNS_MS = 120_000;

let folder = '';
let rules = '';
let set = '';

async function manifest(name: string, lines: object[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, lines.map((line) => JSON.stringify(line)).join('\n'));
  return path;
}

beforeAll(async () => {
  folder = await temporaryDirectory();
  rules = join(folder, 'rules.json');
  await writeFile(
    rules,
    JSON.stringify([
      { type: 'invoice', description: 'A bill with an invoice number, line items and the total that is due' },
      { type: 'contract', description: 'An agreement between parties, with terms and signatures' },
      // Says nothing of what its documents contain: only examples can tell.
      { type: 'mara', description: 'papers for Mara and her colleagues' },
    ]),
  );
  await mkdir(join(folder, 'labelled/mara'), { recursive: true });
  await writeFile(join(folder, 'labelled/mara/plums.txt'), PLUM_CAKE);
  await writeFile(join(folder, 'labelled/mara/empty.txt'), '');
  await writeFile(join(folder, 'cake.txt'), RECIPES[1]!);
  set = await manifest('set.jsonl', [
    ...RECIPES.map((text, at) => ({ id: `recipe ${at + 1}`, text, label: 'mara' })),
    { id: 'bill', text: INVOICE, label: 'invoice' },
    { id: 'other bill', text: INVOICE.replace('chairs', 'tables'), label: 'invoice' },
    { id: 'deed', text: CONTRACT, label: 'contract' },
    { id: 'empty', text: '', label: null },
  ]);
});

test(
  'classify --examples takes what is like an example for the same, and names examples that cannot be read',
  async () => {
    const classify = async (...options: string[]) => {
      const { code, stdout, stderr } = await runCli([
        ...['classify', join(folder, 'cake.txt'), '--rules', rules, '--json'],
        ...options,
      ]);
      expect(code).toBe(0);
      return { type: JSON.parse(stdout).type, stderr };
    };
    expect(await classify()).toEqual({ type: null, stderr: '' });
    expect(await classify('--examples', join(folder, 'labelled'))).toEqual({
      type: 'mara',
      stderr: expect.stringMatching(/^The example mara\/empty\.txt is left out\. NO_DATA_FOUND_IN_FILE: .+\n$/),
    });
  },
  SEVERAL_RUNS_MS,
);

test(
  'eval --examples gives examples to the engine with every document, and a saved run without them shows the gain',
  async () => {
    const saved = join(folder, 'without.json');
    const recipes = await manifest('recipes.jsonl', [
      { id: 'cake', text: RECIPES[1], label: 'mara' },
      { id: 'bill', text: INVOICE, label: 'invoice' },
    ]);
    const examples = await manifest('examples.jsonl', [{ text: RECIPES[0], label: 'mara' }]);
    await runCli(['eval', recipes, '--rules', rules, '--save', saved]);
    const after = join(folder, 'with.json');
    const { code, stdout } = await runCli([
      ...['eval', recipes, '--rules', rules, '--examples', examples, '--baseline', saved],
      ...['--save', after, '--json'],
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      accuracy: 1,
      learning: null,
      comparison: { fixed: [{ id: 'cake', before: '(none)', after: 'mara' }], broken: [] },
    });
    expect(JSON.parse(await readFile(after, 'utf8'))).toMatchObject({ examples_file: 'examples.jsonl' });
  },
  SEVERAL_RUNS_MS,
);

test('more examples than count are cut to the first of each label, and it says so', async () => {
  const many = await manifest(
    'many.jsonl',
    Array.from({ length: 23 }, (_, at) => ({ text: `${RECIPES[0]}\nBatch ${at}`, label: 'mara' })),
  );
  const { code, stderr } = await runCli(['classify', join(folder, 'cake.txt'), '--rules', rules, '--examples', many]);
  expect(code).toBe(0);
  expect(stderr).toBe('20 of 23 examples count; more of them would say little that is new.\n');
});

describe('eval --learn', () => {
  test(
    'measures without and with examples from the set itself, the same every time',
    async () => {
      const learn = async () => {
        const { code, stdout, stderr } = await runCli(['eval', set, '--rules', rules, '--learn', '1,2', '--json']);
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        return JSON.parse(stdout);
      };
      const result = await learn();
      const { learning } = result;
      expect(learning).toMatchObject({ splits: 3, short: { invoice: 1, contract: 0, '(none)': 0 } });
      expect(learning.steps).toMatchObject([
        // An example of the recipes and one of the invoices; then one more of the recipes.
        { examples_per_type: 1, examples: 2, others: { documents: 2 } },
        { examples_per_type: 2, examples: 3, others: { documents: 2 } },
      ]);
      for (const { all } of learning.steps) {
        expect(all.accuracy_with).toBeGreaterThan(all.accuracy_without);
        expect(all.difference.value).toBeCloseTo(all.accuracy_with - all.accuracy_without, 12);
        expect(all.difference.interval[1]).toBeGreaterThanOrEqual(all.difference.value);
      }
      // The deed is always right, and what cannot be read is always wrong.
      expect(learning.steps[0].others.accuracy_without).toBe(0.5);
      // The other figures are about all documents, and without examples.
      expect(result).toMatchObject({ documents: 8, errors: 1, accuracy: 4 / 8 });
      expect((await learn()).learning).toEqual(learning);
    },
    SEVERAL_RUNS_MS,
  );

  test(
    '--learn-types takes examples of these types only, --splits chooses as often, and reports show all of it',
    async () => {
      const report = join(folder, 'report.html');
      const { code, stdout } = await runCli([
        ...['eval', set, '--rules', rules, '--learn', '2', '--learn-types', 'mara', '--splits', '2'],
        ...['--report', report],
      ]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^What examples gain\n\nExamples were drawn from the set at random, 2 times;/m);
      expect(stdout).toMatch(/^All documents\nExamples a label .*\n.*\n +2 +2 +[78] +0\.\d{3} +0\.\d{3} +\+0\.\d{3}/m);
      expect(stdout).toMatch(/^Documents whose label has no examples\n.*\n.*\n +2 +2 +4 +0\.750 /m);
      const page = await readFile(report, 'utf8');
      expect(page).toContain('<h2>What examples gain</h2>');
      expect(page).toContain('<h3>Documents whose label has no examples</h3>');
      const curves = page.split('aria-label="Learning curve"').slice(1);
      expect(curves).toHaveLength(2);
      // The second one has no gain to show: accuracy is .750 without examples and with them.
      expect(curves[1]).toContain('<title>0 examples a label: accuracy 0.750</title>');
      expect(curves[1]).toContain('<title>2 examples a label: accuracy 0.750</title>');
      expect(page).not.toMatch(/NaN|Infinity|undefined/);
    },
    SEVERAL_RUNS_MS,
  );

  test('a document with the same text as an example is not measured beside it', async () => {
    const copies = await manifest('copies.jsonl', [
      { text: RECIPES[0], label: 'mara' },
      { text: RECIPES[0], label: 'mara' },
      { text: CONTRACT, label: 'contract' },
    ]);
    const { stdout } = await runCli(['eval', copies, '--rules', rules, '--learn', '1', '--json']);
    expect(JSON.parse(stdout).learning.steps[0].all.documents).toBe(1);
  });

  test.each([
    ['no number', ['--learn', '1,many'], 'It must be a whole number from 1 to 20.'],
    ['more examples than count', ['--learn', '21'], 'It must be a whole number from 1 to 20.'],
    ['too many splits', ['--learn', '1', '--splits', '11'], 'It must be a whole number from 1 to 10.'],
    ['splits of nothing', ['--splits', '2'], '--splits says nothing without --learn.'],
    ['an unknown type', ['--learn', '1', '--learn-types', 'mara,memo'], '--learn-types does not know "memo"'],
    ['types with one document', ['--learn', '1', '--learn-types', 'contract'], '--learn needs two documents of a type'],
    ['both ways', ['--learn', '1', '--examples', 'x'], "option '--examples <set>' cannot be used with option '--learn"],
    ['examples that are not there', ['--examples', 'nowhere.jsonl'], 'There is no file or folder nowhere.jsonl.'],
  ])('%s is refused with a sentence, and ends with 2', async (_, options, message) => {
    const { code, stdout, stderr } = await runCli(['eval', set, '--rules', rules, ...options]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });
});
