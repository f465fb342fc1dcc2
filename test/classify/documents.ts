import type { Rule } from '../../src/domain/rules.ts';

/** Small documents written for these tests, one a type. */
export const DOCUMENTS = {
  invoice: `Brightwater Supplies GmbH
Invoice No. 4711
Invoice date: 12 March 2031
Bill to: Harbour Bakery, 3 Mill Lane
Qty  Description          Unit price    Amount
10   Flour, 25 kg            19.00      190.00
4    Baking trays            12.50       50.00
Subtotal 240.00
VAT 19 % 45.60
Amount due EUR 285.60
Please pay within 30 days to the account named below. IBAN DE00 1234`,
  receipt: `CORNER CAFE
12 Station Street
Table 4   Server: Ana
2 Espresso            5.00
1 Cheese cake         4.20
TOTAL                 9.20
CASH                 10.00
CHANGE                0.80
Thank you, please come again!
14:32`,
  contract: `SERVICE AGREEMENT
This Agreement is made between Northgate Timber Ltd ("Supplier") and Belvoir Hotels ("Client"), hereinafter the Parties.
1. Services. The Supplier shall deliver the services set out in Annex A.
2. Term and termination. Either party may terminate this Agreement with three months' notice.
3. Governing law. This Agreement is governed by the laws of Ireland.
4. Entire agreement. In witness whereof the parties have signed.`,
  resume: `Mara Lindqvist
mara@example.org | linkedin.com/in/mara
Summary: software engineer with nine years of experience
Work experience
2026 - present  Lead developer, Kestrel Maps
2022 - 2026  Developer, Fjord Bank
Education
M.Sc. Computer Science, University of Uppsala
Skills: Go, SQL, mentoring. Languages: Swedish, English`,
  recipe: `Lentil soup
Serves 4
Ingredients: 300 g lentils, 1 onion, 2 cloves of garlic, 1 tsp cumin, salt
Method: Chop the onion and fry it in a pot with oil. Add the lentils and a litre of water. Simmer for forty minutes.`,
} as const;

export const RULES: Rule[] = [
  {
    type: 'invoice',
    description: 'A bill for goods or services with an invoice number, line items and the amount due',
  },
  {
    type: 'receipt',
    description: 'Proof of a payment in a shop or restaurant, with the items bought and the total paid',
  },
  { type: 'contract', description: 'A legal agreement between two or more parties with terms and signatures' },
  { type: 'resume', description: "A person's education, work experience and skills, sent with a job application" },
  { type: 'recipe', description: 'Cooking instructions with ingredients and steps' },
];

export const UNRELATED = `The volcano woke before dawn. Fishermen on the far side of the island saw the red light on the clouds and rowed
for the open sea, while thousands of birds left the cliffs. By noon the ash had covered the old lighthouse and the wind
carried it across the strait towards the mainland.`;
