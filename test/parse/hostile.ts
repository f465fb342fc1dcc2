/** Documents made to do harm, and ordinary ones that were damaged. The same every time. */
import { readFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import {
  committed,
  docx,
  docxBomb,
  epub,
  mail,
  openDocument,
  outlookMessage,
  pdf,
  pdfBomb,
  pdfForm,
  pdfOf,
  pptx,
  workbook,
  zip,
} from './documents.ts';

export interface HostileDocument {
  name: string;
  bytes: Buffer;
}

/** One small document of every kind with a structure that can be damaged. */
export function soundDocuments(): HostileDocument[] {
  const files = [
    ...['invoice.pdf', 'scan.pdf', 'restricted.pdf', 'protected.pdf', 'contract.docx', 'contract.doc', 'expenses.xlsx'],
    ...['png', 'jpg', 'webp', 'gif', 'bmp', 'tiff'].map((kind) => `scan.${kind}`),
  ];
  return [
    ...files.map((name) => ({ name, bytes: readFileSync(committed(name).path) })),
    { name: 'form.pdf', bytes: pdfForm() },
    { name: 'slides.pptx', bytes: pptx(['Why pigeons', 'How far they fly']) },
    { name: 'letter.odt', bytes: openDocument('text', '<text:p>Dear Sir or Madam</text:p>') },
    { name: 'book.epub', bytes: epub('<h1>Chapter</h1><p>Dear Sir or Madam</p>') },
    { name: 'loft.xls', bytes: workbook('biff8') },
    { name: 'overdue.msg', bytes: outlookMessage() },
    { name: 'letter.rtf', bytes: Buffer.from('{\\rtf1\\ansi\\deff0 {\\b Dear} Sir or Madam\\par}') },
    { name: 'papers.eml', bytes: mail({ subject: 'Papers', attachments: [['a.txt', Buffer.from('Buy grain.')]] }) },
  ];
}

/** A document cut off after `tenths` tenths of its bytes. */
export function truncated({ name, bytes }: HostileDocument, tenths: number): HostileDocument {
  return { name: `cut-${tenths}-${name}`, bytes: bytes.subarray(0, Math.floor((bytes.length * tenths) / 10)) };
}

/** A document with one byte in a thousand, and at least three, replaced. */
export function corrupted({ name, bytes }: HostileDocument, seed: number): HostileDocument {
  const copy = Buffer.from(bytes);
  // A linear congruential generator (Numerical Recipes): the same bytes for the same seed.
  let state = seed * 7919 + 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
  for (let flips = Math.max(3, bytes.length / 1000); flips > 0; flips--) copy[next() % copy.length] = next() & 0xff;
  return { name: `flipped-${seed}-${name}`, bytes: copy };
}

/** Small documents that say they are enormous, endless, or somewhere they should not be. */
export function trickDocuments(): HostileDocument[] {
  const laughs = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');
  const entities = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "pigeon">${laughs}]>`;
  const document = (body: string, start = '') =>
    zip({
      '[Content_Types].xml': contentTypesOfDocx,
      '_rels/.rels': relsOfDocx,
      'word/document.xml': `${start}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
    });
  return [
    { name: 'empty', bytes: Buffer.alloc(0) },
    { name: 'zeros.pdf', bytes: Buffer.alloc(100_000) },
    { name: 'entities.docx', bytes: document('<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>', entities) },
    { name: 'entities.xml', bytes: Buffer.from(`${entities}<x>&l9;</x>`) },
    {
      name: 'external.docx',
      bytes: document(
        '<w:p><w:r><w:t>&x;</w:t></w:r></w:p>',
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
      ),
    },
    { name: 'deep.docx', bytes: docx(`${'<w:tbl><w:tr><w:tc>'.repeat(100_000)}<w:p/>`) },
    { name: 'deep.html', bytes: Buffer.from(`<html>${'<div><b>'.repeat(100_000)}x`) },
    { name: 'deep.json', bytes: Buffer.from('['.repeat(200_000)) },
    { name: 'deep.rtf', bytes: Buffer.from(`{\\rtf1${'{\\b'.repeat(100_000)} x`) },
    { name: 'deep.pdf', bytes: pdfOf(['<< /Type /Catalog /Pages 2 0 R >>', `${'['.repeat(100_000)}`]) },
    {
      name: 'circle.pdf',
      bytes: pdfOf(['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000 >>']),
    },
    {
      name: 'slip.docx',
      bytes: zip({
        '../../../../tmp/pigeonhole-was-here': 'x',
        '/etc/pigeonhole-was-here': 'x',
        'C:\\pigeonhole-was-here': 'x',
        '[Content_Types].xml': contentTypesOfDocx,
        '_rels/.rels': relsOfDocx,
        'word/document.xml':
          '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Still a letter</w:t></w:r></w:p></w:body></w:document>',
      }),
    },
    { name: 'boundaries.eml', bytes: manyParts() },
    { name: 'circle.tiff', bytes: circularTiff() },
    { name: 'wide.bmp', bytes: hugeBmp() },
    {
      name: 'grid.ods',
      bytes: openDocument(
        'spreadsheet',
        `<table:table table:name="S">${'<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row>'.repeat(20)}</table:table>`,
      ),
    },
  ];
}

/** Documents that take much time or memory to read, or would. */
export function bombs(): HostileDocument[] {
  return [
    { name: 'bomb.pdf', bytes: pdfBomb() },
    { name: 'bomb.docx', bytes: docxBomb() },
    { name: 'bomb.xlsx', bytes: workbookBomb() },
    { name: 'pages.pdf', bytes: manyPages(100_000) },
    { name: 'square.png', bytes: hugePng(30_000) },
    { name: 'tables.html', bytes: Buffer.from(`<html>${'<table><tr><td>x</td></tr></table><div>'.repeat(400_000)}`) },
    { name: 'nested.pdf', bytes: pdf(Buffer.from('q '.repeat(5_000_000)), { timesPacked: 1 }) },
  ];
}

const contentTypesOfDocx =
  '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>';
const relsOfDocx =
  '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>';

function manyParts(): Buffer {
  const head = 'From: a@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\n';
  const parts = Array.from({ length: 5_000 }, (_, at) => {
    return `Content-Type: multipart/mixed; boundary="b${at}"\r\n\r\n--b${at}\r\n`;
  });
  return Buffer.from(head + parts.join(''));
}

/** A TIFF whose directory says that it is followed by itself. */
function circularTiff(): Buffer {
  const file = Buffer.alloc(64);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(1, 8);
  file.writeUInt32LE(8, 22);
  return file;
}

/** A header that promises two billion pixels a row. */
function hugeBmp(): Buffer {
  const file = Buffer.alloc(200);
  file.write('BM', 'latin1');
  file.writeUInt32LE(200, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(2_000_000_000, 18);
  file.writeInt32LE(2_000_000_000, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  return file;
}

/** A white square of 1 bit a pixel. */
function hugePng(side: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  const rows = Buffer.alloc(side * (1 + Math.ceil(side / 8)), 0xff);
  for (let row = 0; row < side; row++) rows[row * (1 + Math.ceil(side / 8))] = 0;
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function manyPages(count: number): Buffer {
  const kids = Array.from({ length: count }, (_, at) => `${at + 5} 0 R`).join(' ');
  const text = 'BT /F1 12 Tf 72 700 Td (One of many pages) Tj ET';
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${count} /MediaBox [0 0 612 792] /Resources << /Font << /F1 4 0 R >> >> /Kids [${kids}] >>`,
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...Array<string>(count).fill('<< /Type /Page /Parent 2 0 R /Contents 3 0 R >>'),
  ]);
}

/** A workbook of 200 KB with a sheet of 100 MB. */
function workbookBomb(): Buffer {
  const row = '<row><c t="inlineStr"><is><t>pigeons pigeons pigeons</t></is></c></row>';
  return zip({
    '[Content_Types].xml':
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    '_rels/.rels':
      '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    'xl/workbook.xml':
      '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels':
      '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${row.repeat(1_400_000)}</sheetData></worksheet>`,
  });
}
