import { describe, expect, test } from 'vitest';
import { check, requirementsOf } from '../../src/classify/engines/local/requirements.ts';

const holds = (description: string, text: string) =>
  requirementsOf(description).map((requirement) => {
    const { met, quote } = check(requirement, text);
    return [met, quote];
  });

describe('amounts', () => {
  const bill = 'Chairs 2,000.00\nVAT 380.00\nTotal due EUR 12,400.50\nAccount 99,000,000.00';
  test.each([
    ['An invoice with a total above 10,000', true],
    ['Rechnungen mit einem Betrag über 10.000', true],
    ['The amount due is less than $12,000', false],
    ['total of at most 12 500', true],
    ['the sum exceeds 12,400.50', false],
  ])('%s', (description, met) => {
    expect(holds(description, bill)).toEqual([[met, '12,400.50']]);
  });

  test('without any amount nothing is met and nothing is quoted', () => {
    expect(holds('total above 5', 'A letter')).toEqual([[false, null]]);
  });

  test('German and English separators mean the same', () => {
    expect(holds('total above 1,000', 'Gesamt 1.190,00')).toEqual([[true, '1.190,00']]);
    expect(holds('total above 1,000', 'Gesamt 119,00')).toEqual([[false, '119,00']]);
  });
});

describe('years and phrases', () => {
  test.each([
    ['Contracts dated 2023', 'Signed on 4 May 2023', [[true, '2023']]],
    ['Contracts dated in March 2023', 'Signed in 2024', [[false, null]]],
    ['A letter that mentions Acme GmbH and nothing else', 'To ACME GmbH, Ulm', [[true, 'ACME GmbH']]],
    ['A letter that mentions Acme GmbH', 'To Acme Ltd', [[false, null]]],
    ['contains the words "net zero"', 'our Net Zero plan', [[true, 'Net Zero']]],
    ['An invoice with an invoice number, line items and the amount due', 'x', []],
    ['News that mentions a company', 'x', []],
  ])('%s', (description, text, expected) => {
    expect(holds(description, text)).toEqual(expected);
  });
});
