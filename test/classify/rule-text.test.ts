import { expect, test } from 'vitest';
import { recogniseTypes } from '../../src/classify/engines/local/lexicon/recognise.ts';
import { alternativesOf, readRule, splitTypeName } from '../../src/classify/engines/local/rule-text.ts';
import { LEXICON } from './fresh-lexicon.ts';

test.each([
  ['annualReport', 'annual report'],
  ['annual_report', 'annual report'],
  ['Annual-Report', 'annual report'],
  ['W-2 form', 'w 2 form'],
])('the type %s is read as "%s"', (type, name) => {
  expect(splitTypeName(type)).toBe(name);
});

test.each([
  ['A sales contract, not an employment contract', 'A sales contract', ['an employment contract']],
  ['Letters but not e-mails', 'Letters', ['e-mails']],
  ['Reports excluding annual reports. Has tables.', 'Reports Has tables.', ['annual reports']],
  ['Anything other than an invoice', 'Anything', ['an invoice']],
  ['A note about work', 'A note about work', []],
])('"%s" is cut into what the type is and what it is not', (description, positive, negated) => {
  expect(readRule({ type: 'x', description })).toMatchObject({ positive, negated });
});

test('a description that is all negation is read as a whole', () => {
  expect(readRule({ type: 'x', description: 'not an invoice' })).toMatchObject({
    positive: 'not an invoice',
    negated: ['an invoice'],
  });
});

test('cues are the phrases of the description without their first words', () => {
  const { cues } = readRule({ type: 'invoice', description: 'A bill with an invoice number, line items and a total' });
  expect(cues).toEqual(['bill', 'invoice number', 'line items', 'total']);
});

test('a type is recognised in the name first, a longer name hides the shorter ones in it', () => {
  expect([...recogniseTypes(LEXICON, 'purchase orders', '')]).toEqual([['purchase_order', 1]]);
  expect([...recogniseTypes(LEXICON, 'box 12', 'A delivery receipt with a signature')][0]).toEqual([
    'proof_of_delivery',
    0.7,
  ]);
  expect([...recogniseTypes(LEXICON, 'box 12', 'Papers with a bank statement')]).toEqual([]);
});

test('a description that is nothing but names of types is as good as a name', () => {
  expect([...recogniseTypes(LEXICON, 'payable', 'An invoice or a receipt')].slice(0, 2)).toEqual([
    ['invoice', 1],
    ['receipt', 1],
  ]);
  expect([...recogniseTypes(LEXICON, 'papers', 'A contract').keys()]).toContain('contract');
  expect([...recogniseTypes(LEXICON, 'papers', 'A contract of a new sort').keys()]).not.toContain('contract');
});

test('a description that is nothing but names adds to what the name says', () => {
  expect(recogniseTypes(LEXICON, 'invoice', 'An invoice or a receipt').get('receipt')).toBe(1);
});

test('what a description mentions beside the type that its name says does not count, but a kind of it does', () => {
  expect([...recogniseTypes(LEXICON, 'bill of lading', "The carrier's receipt for goods").keys()]).toEqual([
    'bill_of_lading',
  ]);
  expect(
    recogniseTypes(LEXICON, 'certificate', 'A training certificate of an employee').get('training_certificate'),
  ).toBe(0.7);
});

test.each([
  ['Either an invoice or a receipt', ['an invoice', 'a receipt']],
  [
    'This is either a lease, a contract of sale, or a power of attorney.',
    ['a lease', 'a contract of sale', 'a power of attorney'],
  ],
  ['Either an invoice or a receipt. Not a quote.', ['an invoice. Not a quote.', 'a receipt. Not a quote.']],
  [
    'Either an invoice, with line items, a total and a due date, or a receipt',
    ['an invoice, with line items, a total and a due date', 'a receipt'],
  ],
  ['Entweder eine Rechnung oder ein Kassenbon', ['eine Rechnung', 'ein Kassenbon']],
  ['Soit une facture, soit un reçu', ['une facture', 'un reçu']],
  ['A contract that either party or the court may end', []],
  ['A photo of either a contract or a building', []],
  ['Is not either an invoice or a receipt', []],
  ['Shows an amount and names the day of payment, either in words or in figures', []],
  ['An invoice. Either paid or unpaid.', []],
  ['Either', []],
])('"%s" allows to choose from %j', (description, alternatives) => {
  expect(alternativesOf(description)).toEqual(alternatives);
});
