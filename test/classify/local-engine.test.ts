import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Classification, Engine } from '../../src/classify/engine.ts';
import { createLocalEngine } from '../../src/classify/engines/local/pool.ts';
import { foldQuote } from '../../src/classify/evidence.ts';
import type { PageText } from '../../src/domain/document.ts';
import type { Rule } from '../../src/domain/rules.ts';
import { DOCUMENTS, RULES, UNRELATED } from './documents.ts';

/** Shared by the test files, so that the encoder is converted once. */
const cacheDir = path.join(tmpdir(), 'pigeonhole-test-cache');
let engine: Engine;

beforeAll(async () => {
  engine = createLocalEngine({ threads: Math.min(2, availableParallelism()), cacheDir });
  await engine.warmUp();
});
afterAll(() => engine.close());

const classify = (text: string, rules: Rule[] = RULES): Promise<Classification> =>
  engine.classify([{ number: 1, text }], rules);

describe('answers', () => {
  test.each(Object.entries(DOCUMENTS))('a typical %s is recognised', async (type, text) => {
    const result = await classify(text);
    expect(result.type).toBe(type);
    expect(result.confidence).toBeGreaterThan(0.5);
    expect(result.reasoning).toContain(`Matches "${type}"`);
  });

  test.each([
    [
      'German',
      'Musterbau GmbH\nRechnung\nRechnungsnummer: 2031-88\nMenge Einzelpreis\n3 Fenster 400,00\nZwischensumme 1.200,00\nMwSt 19 %\nRechnungsbetrag 1.428,00 EUR\nZahlbar innerhalb von 14 Tagen. IBAN DE00',
    ],
    [
      'French',
      'Atelier Dubois\nFacture n° 2031-12\nAdresse de facturation: Hôtel du Port\nQuantité Prix unitaire\nTotal HT 900,00\nTVA 20 %\nNet à payer 1 080,00 €\nÉchéance: 30 jours. Coordonnées bancaires ci-dessous',
    ],
    [
      'Polish',
      'Faktura VAT nr 12/2031\nSprzedawca: Stolarnia Nowak\nNabywca: Hotel Bryza\nIlość Cena\nWartość netto 500,00\nDo zapłaty 615,00 zł\nTermin płatności: 14 dni. Przelew na konto',
    ],
  ])('an invoice in %s is recognised by rules in English', async (_language, text) => {
    expect((await classify(text)).type).toBe('invoice');
  });

  test('a document that no rule describes gets null and the probability that none fits', async () => {
    const result = await classify(UNRELATED);
    expect(result.type).toBeNull();
    const sum = result.scores.reduce((total, { score }) => total + score, 0);
    expect(result.confidence).toBeCloseTo(1 - sum, 6);
    expect(result.reasoning).toMatch(/^No rule fits\. Nearest was "/);
    expect(result.evidence).toEqual([]);
  });

  test('a catch-all rule gets what no other rule fits', async () => {
    const rules = [...RULES, { type: 'other', description: 'Any other document that fits none of the above' }];
    expect((await classify(UNRELATED, rules)).type).toBe('other');
    expect((await classify(DOCUMENTS.recipe, rules)).type).toBe('recipe');
  });

  test('a rule can say what it is not', async () => {
    const nda = `MUTUAL NON-DISCLOSURE AGREEMENT
This Agreement protects Confidential Information of the Disclosing Party. The Receiving Party shall not disclose it.`;
    const contract = 'A commercial agreement between parties with terms and obligations';
    const score = async (description: string) => {
      const { scores } = await classify(nda, [
        { type: 'contract', description },
        { type: 'letter', description: 'A formal letter to a person or company' },
      ]);
      return scores[0]!.score;
    };
    expect(await score(`${contract}; not a confidentiality agreement`)).toBeLessThan(await score(contract));
  });

  test('a single rule is answered with it or null', async () => {
    expect((await classify(DOCUMENTS.invoice, [RULES[0]!])).type).toBe('invoice');
    expect((await classify(UNRELATED, [RULES[0]!])).type).toBeNull();
  });

  test('500 rules are ranked', async () => {
    const many = Array.from({ length: 495 }, (_, index) => ({
      type: `archive box ${index}`,
      description: `Papers that were stored in archive box number ${index} of the old town hall`,
    }));
    const result = await classify(DOCUMENTS.invoice, [...many, ...RULES]);
    expect(result.type).toBe('invoice');
    expect(result.scores).toHaveLength(500);
  }, 120_000);
});

test('a call that is aborted while its rules are read for the first time rejects at once', async () => {
  const rules = Array.from({ length: 40 }, (_, at) => ({
    type: `type ${at}`,
    description:
      `Papers of the ${at}th kind, with a heading, a table of many columns, remarks of a clerk and a stamp. `.repeat(3),
  }));
  const controller = new AbortController();
  const pages = [{ number: 1, text: DOCUMENTS.invoice }];
  const aborted = engine.classify(pages, rules, { signal: controller.signal });
  let answered = false;
  const answer = engine.classify(pages, rules).then(() => {
    answered = true;
  });
  setTimeout(() => controller.abort(new Error('stop')), 5);
  await expect(aborted).rejects.toThrow('stop');
  expect(answered).toBe(false);
  await answer;
});

describe('evidence', () => {
  const pages: PageText[] = [
    { number: 3, text: `   \n\t\n${DOCUMENTS.invoice}` },
    { number: 4, text: 'Terms of payment\nAmount   due\twithin 30 days  of the invoice date\u0000 😀' },
  ];

  test('quotes stand in the page at their offsets', async () => {
    const { evidence } = await engine.classify(pages, RULES);
    expect(evidence.length).toBeGreaterThan(0);
    for (const { page, quote, start, end } of evidence) {
      const { text } = pages.find(({ number }) => number === page)!;
      expect(foldQuote(text.slice(start, end))).toBe(quote);
      expect(quote.length).toBeLessThanOrEqual(160);
    }
  });

  test('the reasoning quotes the evidence and names the runner-up', async () => {
    const { evidence, reasoning, scores } = await engine.classify(pages, RULES);
    expect(reasoning).toContain(`page ${evidence[0]!.page} shows "${evidence[0]!.quote}"`);
    const second = [...scores].sort((a, b) => b.score - a.score)[1]!;
    expect(reasoning).toContain(`Next was "${second.type}" (${second.score.toFixed(2)})`);
  });
});

describe('the same question', () => {
  test('has the same answer to the last bit, in every thread and in a new engine', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => classify(DOCUMENTS.contract)));
    const other = createLocalEngine({ threads: 1, cacheDir });
    answers.push(await other.classify([{ number: 1, text: DOCUMENTS.contract }], RULES));
    expect(other.version).toBe(engine.version);
    await other.close();
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  test('has the same answer whatever the order of the rules', async () => {
    const answer = await classify(DOCUMENTS.receipt);
    const reversed = await classify(DOCUMENTS.receipt, RULES.toReversed());
    expect(reversed.scores).toEqual(answer.scores.toReversed());
    expect({ ...reversed, scores: [] }).toEqual({ ...answer, scores: [] });
  });
});

describe('hostile documents are answered in bounded time', () => {
  const megabyte = 1_048_576;
  test.each<[string, string]>([
    ['ten megabytes of spaces', ' '.repeat(10 * megabyte)],
    ['ten megabytes of line breaks', '\n'.repeat(10 * megabyte)],
    ['a word after ten megabytes of spaces', `${' '.repeat(10 * megabyte)}invoice`],
    ['one word', 'invoice'],
    ['emoji', '😀👩‍👩‍👧‍👦'.repeat(10_000)],
    ['right-to-left text', 'فاتورة رقم ٤٧١١ المبلغ المستحق '.repeat(1_000)],
    ['NUL characters', '\u0000'.repeat(100_000)],
    ['lone surrogates', '\ud800'.repeat(100_000)],
    ['one line of a megabyte', 'invoice amount due '.repeat(55_000)],
    ['one word of a megabyte', 'a'.repeat(megabyte)],
    ['a megabyte of digits', '1'.repeat(megabyte)],
    ['ligatures that grow eighteen-fold when normalised', '\ufdfa'.repeat(100_000)],
    ['combining marks', `a${'\u0301'.repeat(100_000)}`],
    ['quotes', '"'.repeat(100_000)],
    ['punctuation', '. '.repeat(100_000)],
  ])('%s', async (_name, text) => {
    const started = performance.now();
    const result = await classify(text);
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(result.confidence).toBeGreaterThanOrEqual(0);
    expect(result.confidence).toBeLessThanOrEqual(1);
    for (const { score } of result.scores) expect(Number.isFinite(score)).toBe(true);
    expect(result.reasoning).not.toContain('\u0000');
  });

  test('a rule of punctuation or of another script', async () => {
    const result = await classify(DOCUMENTS.invoice, [
      { type: '----------', description: '!!!!!!!!!! ,,,,,, ((((((' },
      { type: '文書', description: 'これは請求書であり、金額が記載されています' },
      { type: 'not', description: 'not not not not not, but not not, except for not' },
    ]);
    expect(result.scores).toHaveLength(3);
  });
});

describe('stopping', () => {
  test('an aborted classification rejects with the reason of the signal', async () => {
    const controller = new AbortController();
    const running = Array.from({ length: 5 }, () =>
      engine.classify([{ number: 1, text: DOCUMENTS.invoice }], RULES, { signal: controller.signal }),
    );
    controller.abort(new Error('no longer wanted'));
    for (const result of await Promise.allSettled(running)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { message: 'no longer wanted' } });
    }
    expect((await classify(DOCUMENTS.invoice)).type).toBe('invoice');
  });
});
