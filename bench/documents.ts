import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The rules all benchmarks classify by. */
export const RULES = [
  { type: 'invoice', description: 'A bill with an invoice number, line items, tax and the total amount due' },
  {
    type: 'receipt',
    description: 'Proof of a payment in a shop or restaurant, with the items bought and the total paid',
  },
  { type: 'contract', description: 'An agreement between parties with terms, obligations and signatures' },
  { type: 'letter', description: 'A letter from one person or company to another with an address and a greeting' },
];

const ITEMS = ['Hosting', 'Consulting', 'Paper', 'Maintenance', 'Licences', 'Travel', 'Training', 'Hardware'];

/** One-page text PDFs, each different, written to a temporary directory. */
export async function writeInvoices(count: number): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-bench-'));
  const paths: string[] = [];
  for (let i = 0; i < count; i++) {
    const path = join(directory, `invoice-${i}.pdf`);
    await writeFile(path, onePagePdf(invoice(i)));
    paths.push(path);
  }
  return paths;
}

function invoice(number: number): string[] {
  const lines = [
    `INVOICE No. ${4000 + number}`,
    'Northwind Traders Ltd., 12 Harbour Street, Bristol',
    `Bill to: Customer ${number}, 8 Market Square, Leeds`,
    `Invoice date: 2026-03-${String((number % 28) + 1).padStart(2, '0')}   Due date: 2026-04-30`,
    'Description              Quantity   Unit price   Amount',
  ];
  for (let line = 0; line < 25; line++) {
    const quantity = ((number + line) % 9) + 1;
    lines.push(
      `${ITEMS[(number + line) % ITEMS.length]} package ${line + 1}    ${quantity}   12.50   ${quantity * 12.5}`,
    );
  }
  lines.push(
    'Subtotal 1,250.00',
    'VAT 20 % 250.00',
    'Total amount due EUR 1,500.00',
    'Payment within 30 days by bank transfer.',
  );
  return lines;
}

function onePagePdf(lines: string[]): Buffer {
  const escaped = (text: string) => text.replace(/[\\()]/g, '\\$&');
  const content = `BT /F1 10 Tf 50 780 Td 14 TL ${lines.map((line) => `(${escaped(line)}) Tj T*`).join(' ')} ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
  return Buffer.from(`${text}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}${trailer}`, 'latin1');
}
