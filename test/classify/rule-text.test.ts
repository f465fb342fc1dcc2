import { expect, test } from 'vitest';
import { recogniseTypes } from '../../src/classify/engines/local/lexicon/recognise.ts';
import { readRule, splitTypeName } from '../../src/classify/engines/local/rule-text.ts';

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
  expect([...recogniseTypes('purchase orders', '')]).toEqual([['purchase_order', 1]]);
  expect([...recogniseTypes('box 12', 'A bank statement with transactions')]).toEqual([['bank_statement', 0.7]]);
  expect([...recogniseTypes('box 12', 'Papers with a bank statement')]).toEqual([]);
});
