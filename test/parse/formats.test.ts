import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { committed, compoundFile, docx, epub, onDisk, openDocument, pdf, pptx } from './documents.ts';
import { read, testParser } from './parser.ts';

const parser = testParser({ processes: 2, maxPages: 20 });
afterAll(() => parser.close());

const texts = (document: { pages: { text: string }[] }) => document.pages.map(({ text }) => text);
const numbers = (document: { pages: { number: number }[] }) => document.pages.map(({ number }) => number);
const bytesOf = (file: string) => readFileSync(committed(file).path);

describe('PDF', () => {
  test('gives the text of a page in reading order', async () => {
    const document = await read(parser, committed('invoice.pdf'));
    expect(document).toMatchObject({ kind: 'pdf', totalPages: 1 });
    expect(texts(document)[0]).toMatch(/^\s*INVOICE 2026-0042\n[\s\S]*Total due\s+59\.50$/);
  });

  test('reads only the pages that are asked for, and says how many there are', async () => {
    const some = await read(parser, committed('report.pdf'), { targetPages: '2,38-99' });
    expect(some.totalPages).toBe(40);
    expect(numbers(some)).toEqual([2, 38, 39, 40]);
    expect(texts(some)[1]).toContain('page 38');
    const first = await read(parser, committed('report.pdf'), { targetPages: '5-30', maxPages: 18 });
    expect(numbers(first)).toEqual(Array.from({ length: 18 }, (_, index) => index + 5));
    expect(texts(first)[17]).toContain('page 22');
  });

  test('refuses more pages than the limit, unless fewer are asked for', async () => {
    await expect(read(parser, committed('report.pdf'))).rejects.toMatchObject({ code: 'TOO_MANY_PAGES' });
    expect(numbers(await read(parser, committed('report.pdf'), { maxPages: 20 }))).toHaveLength(20);
  });

  test.each(['41', '41-50,999999999999', '999999999999999'])(
    'says so when target_pages %s names no page',
    async (targetPages) => {
      const fault = { code: 'NO_PAGES_SELECTED', message: expect.stringContaining('40') };
      await expect(read(parser, committed('report.pdf'), { targetPages })).rejects.toMatchObject(fault);
    },
  );

  test('recognises a scan', async () => {
    const document = await read(parser, committed('scan.pdf'));
    expect(texts(document)[0]).toMatch(/INVOICE 2026-0042[\s\S]*Homing Couriers[\s\S]*59\.50/);
  });

  test('recognises only the page that is a scan; a blank page is empty', async () => {
    const document = await read(parser, committed('mixed.pdf'));
    const [text, blank, scan] = texts(document);
    expect(text).toContain('Pigeon Feed Supplies');
    expect(blank).toBe('');
    expect(scan).toContain('Homing Couriers');
  });

  test('needs OCR data of the language only when a page needs OCR', async () => {
    expect(texts(await read(parser, committed('mixed.pdf'), { lang: 'de', targetPages: '1-2' }))[0]).toContain(
      'INVOICE',
    );
    await expect(read(parser, committed('mixed.pdf'), { lang: 'de' })).rejects.toMatchObject({
      code: 'OCR_UNAVAILABLE',
      message: expect.stringContaining('@tesseract.js-data/deu'),
    });
    await expect(read(parser, committed('scan.pdf'), { lang: 'xx' })).rejects.toMatchObject({
      code: 'OCR_UNAVAILABLE',
    });
  });

  test('takes a region for its language', async () => {
    expect(texts(await read(parser, committed('scan.pdf'), { lang: 'en-GB' }))[0]).toContain('INVOICE');
  });

  test('reads a PDF behind other bytes', async () => {
    const bytes = Buffer.concat([Buffer.from('\0\x01 gateway\r\n'), bytesOf('invoice.pdf')]);
    expect(texts(await read(parser, onDisk('a.bin', bytes)))[0]).toContain('INVOICE');
  });

  test('tells a protected PDF from a broken one', async () => {
    await expect(read(parser, committed('protected.pdf'))).rejects.toMatchObject({ code: 'PDF_IS_PROTECTED' });
    const broken = [
      bytesOf('invoice.pdf').subarray(0, 700),
      Buffer.from('%PDF-1.7\n'),
      Buffer.from([0, 1, 2, 3, 0, 255]),
    ];
    for (const bytes of broken) {
      await expect(read(parser, onDisk('broken.pdf', bytes))).rejects.toMatchObject({ code: 'PDF_IS_BROKEN' });
    }
  });

  test('reads an encrypted PDF that opens without a password', async () => {
    expect(texts(await read(parser, committed('restricted.pdf')))[0]).toContain('INVOICE');
  });

  test('says so when there is no text at all', async () => {
    const blank = onDisk('blank.pdf', pdf(Buffer.from('')));
    await expect(read(parser, blank)).rejects.toMatchObject({ code: 'NO_DATA_FOUND_IN_FILE' });
  });
});

describe('images', () => {
  test.each(['png', 'jpg', 'webp', 'gif', 'bmp'])('are recognised: %s', async (kind) => {
    const document = await read(parser, committed(`scan.${kind}`, 'upload'));
    expect(document).toMatchObject({ kind, totalPages: 1 });
    expect(texts(document)[0]).toMatch(/INVOICE 2026-0042[\s\S]*59\.50/);
  });

  test('a TIFF has as many pages as images', async () => {
    const document = await read(parser, committed('scan.tiff'));
    expect(document.totalPages).toBe(2);
    expect(texts(document)[0]).toContain('INVOICE');
    expect(texts(document)[1]).toContain('Bakery');
    expect(numbers(await read(parser, committed('scan.tiff'), { targetPages: '2' }))).toEqual([2]);
  });

  test('say so when they are damaged', async () => {
    const broken = onDisk('scan.png', bytesOf('scan.png').subarray(0, 300));
    await expect(read(parser, broken)).rejects.toMatchObject({ code: 'FILE_IS_BROKEN' });
  });

  test('need OCR data of the language', async () => {
    await expect(read(parser, committed('scan.png'), { lang: 'fr' })).rejects.toMatchObject({
      code: 'OCR_UNAVAILABLE',
    });
  });
});

describe('Office', () => {
  test('reads a Word document with its tables in rows', async () => {
    const document = await read(parser, committed('contract.docx', 'contract.pdf'));
    expect(document).toMatchObject({ kind: 'docx', totalPages: 1 });
    expect(texts(document)[0]).toMatch(
      /Employment contract\n[\s\S]*Greta Ängström[\s\S]*\| Salary \| 2,400 a month \|/,
    );
  });

  test('cuts a long Word document into pages', async () => {
    const paragraph = '<w:p><w:r><w:t>All the pigeons of the loft came home before the evening.</w:t></w:r></w:p>';
    const long = onDisk('long.docx', docx(paragraph.repeat(200)));
    const document = await read(parser, long, { targetPages: '3' });
    expect(document.totalPages).toBeGreaterThan(3);
    expect(numbers(document)).toEqual([3]);
  });

  test('a sheet is a page and begins with its name', async () => {
    const document = await read(parser, committed('expenses.xlsx'));
    expect(texts(document)).toEqual([
      expect.stringMatching(/^Expenses\n[\s\S]*Grain[\s\S]*38\.5/),
      expect.stringMatching(/^Rings\n[\s\S]*BE-26-001[\s\S]*Gustav/),
    ]);
    const cells = '<table:table-row><table:table-cell><text:p>Cher Ami</text:p></table:table-cell></table:table-row>';
    const ods = openDocument('spreadsheet', `<table:table table:name="Birds">${cells}</table:table>`);
    expect(texts(await read(parser, onDisk('birds', ods)))[0]).toMatch(/^Birds\n[\s\S]*Cher Ami/);
  });

  test('a slide is a page', async () => {
    const document = await read(parser, onDisk('deck', pptx(['Why pigeons', 'How far they fly'])), {
      targetPages: '2',
    });
    expect(document).toMatchObject({ kind: 'pptx', totalPages: 2, pages: [{ number: 2, text: 'How far they fly' }] });
    const slide =
      '<draw:page><draw:frame><draw:text-box><text:p>Return on grain</text:p></draw:text-box></draw:frame></draw:page>';
    const odp = await read(parser, onDisk('deck', openDocument('presentation', slide)));
    expect(odp).toMatchObject({ kind: 'odp', totalPages: 1 });
    expect(texts(odp)[0]).toContain('Return on grain');
  });

  test.each([
    ['odt', openDocument('text', '<text:p>Dear Sir or Madam</text:p>')],
    ['epub', epub('<h1>Chapter</h1><p>Dear Sir or Madam</p>')],
    ['rtf', Buffer.from('{\\rtf1\\ansi\\deff0 {\\b Dear} Sir or Madam\\par}')],
  ])('reads %s', async (kind, bytes) => {
    const document = await read(parser, onDisk('letter', bytes));
    expect(document.kind).toBe(kind);
    expect(texts(document)[0]).toContain('Dear Sir or Madam');
  });

  test('says so when a password is needed', async () => {
    const encrypted = onDisk('secret.docx', compoundFile(['EncryptionInfo', 'EncryptedPackage']));
    await expect(read(parser, encrypted)).rejects.toMatchObject({ code: 'FILE_IS_PROTECTED' });
    const key =
      '<manifest:encryption-data manifest:checksum-type="SHA256" manifest:checksum="x"><manifest:algorithm manifest:algorithm-name="http://www.w3.org/2001/04/xmlenc#aes256-cbc" manifest:initialisation-vector="x"/></manifest:encryption-data>';
    const odt = onDisk('secret.odt', openDocument('text', '', key));
    await expect(read(parser, odt)).rejects.toMatchObject({ code: 'FILE_IS_PROTECTED' });
  });

  test('says so when a document is damaged', async () => {
    const cut = onDisk('contract.docx', bytesOf('contract.docx').subarray(0, 20_000));
    await expect(read(parser, cut)).rejects.toMatchObject({ code: 'FILE_IS_BROKEN' });
  });

  test('says so when a document holds no text', async () => {
    await expect(read(parser, onDisk('empty.docx', docx('<w:p/>')))).rejects.toMatchObject({
      code: 'NO_DATA_FOUND_IN_FILE',
    });
  });
});

describe('text, markup and mail', () => {
  test('reads HTML without its scripts, with title, tables and image descriptions', async () => {
    const source =
      '<html><head><title>Price list</title><style>p{}</style></head><p>Hello&nbsp;<a href="http://x">customer</a><script>track()</script>' +
      '<table><tr><th>Grain</th><th>Price</th></tr><tr><td>Barley</td><td>3.20</td></tr></table><img src=x alt="Our loft">';
    const text = texts(await read(parser, onDisk('list', source)))[0];
    expect(text).toMatch(
      /^Price list\n[\s\S]*Hello\s+customer[\s\S]*Grain +Price\n[\s\S]*Barley +3\.20[\s\S]*Our loft$/,
    );
    expect(text).not.toMatch(/track|p\{|http/);
  });

  test('reads HTML in the charset it declares', async () => {
    const source = Buffer.from(
      '<html><meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2"><p>Za\xbf\xf3\xb3\xe6',
      'latin1',
    );
    expect(texts(await read(parser, onDisk('a.htm', source)))).toEqual(['Zażółć']);
  });

  test('reads mail: headers, body and names of attachments', async () => {
    const mail = [
      'Received: from mx by mail',
      'From: =?utf-8?Q?Zo=C3=AB?= <zoe@example.com>',
      'To: Bob <bob@example.com>, ann@example.com',
      'Subject: =?utf-8?B?w5xiZXJmw6RsbGln?=',
      'Date: Mon, 05 Jan 2026 10:00:00 +0000',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>Please <b>pay</b> now.</p>',
      '--b',
      'Content-Type: application/pdf',
      'Content-Disposition: attachment; filename="invoice.pdf"',
      '',
      'x',
      '--b--',
    ].join('\r\n');
    const document = await read(parser, onDisk('message.txt', mail));
    expect(document.kind).toBe('eml');
    expect(texts(document)[0]).toBe(
      'From: Zoë <zoe@example.com>\nTo: Bob <bob@example.com>, ann@example.com\nDate: 2026-01-05T10:00:00.000Z\nSubject: Überfällig\n\nPlease pay now.\n\nAttachment: invoice.pdf',
    );
  });

  test('reads text in any charset and keeps its layout', async () => {
    const table = 'Name;Stra\xdfe\nM\xfcller;Am M\xfchlbach 3\n';
    const document = await read(parser, onDisk('table.csv', Buffer.from(table, 'latin1')));
    expect(document).toMatchObject({ kind: 'csv', pages: [{ number: 1, text: 'Name;Straße\nMüller;Am Mühlbach 3' }] });
    const utf16 = Buffer.from('\ufeffone\r\n  two', 'utf16le');
    expect(texts(await read(parser, onDisk('a.txt', utf16)))).toEqual(['one\n  two']);
  });

  test('a form feed ends a page', async () => {
    const document = await read(parser, onDisk('a.txt', 'one\ftwo\fthree'), { targetPages: '2-3', maxPages: 1 });
    expect(document).toMatchObject({ totalPages: 3, pages: [{ number: 2, text: 'two' }] });
  });

  test('says so when a file is empty or blank', async () => {
    for (const content of ['', ' \n\t\n']) {
      await expect(read(parser, onDisk('a.txt', content))).rejects.toMatchObject({ code: 'NO_DATA_FOUND_IN_FILE' });
    }
  });
});

describe('files that cannot be read', () => {
  test.each([
    ['a.doc', compoundFile(['WordDocument']), '(doc)'],
    ['a.xls', compoundFile(['Workbook']), '(xls)'],
    ['a.docx', compoundFile(['PowerPoint Document']), '(ppt)'],
    ['a.eml', compoundFile(['__nameid_version1.0']), '(msg)'],
    ['a.wav', Buffer.from(`RIFF\x24\0\0\0WAVEfmt ${'\0'.repeat(40)}`), '"wav"'],
    ['a.heic', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), '"heic"'],
    ['a.zip', Buffer.from(`PK\x03\x04\x14${'\0'.repeat(40)}`), 'zip archive'],
    ['a.bin', Buffer.from([9, 0, 8, 0, 7, 1, 2, 3]), 'unknown kind'],
  ])('are refused with the name of what they are: %s', async (name, bytes, kind) => {
    const fault = { code: 'UNSUPPORTED_FILE_TYPE', retryable: false, message: expect.stringContaining(kind) };
    await expect(read(parser, onDisk(name, bytes))).rejects.toMatchObject(fault);
  });

  test('are not found when they were deleted', async () => {
    await expect(read(parser, { path: '/nowhere/at/all', name: 'a' })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
  });
});

test('a data directory that cannot be written is a fault of the server, not of the document', async () => {
  const misplaced = testParser({ dataDir: '/dev/null/data' });
  try {
    await expect(read(misplaced, committed('scan.pdf'))).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
    await expect(read(misplaced, committed('scan.png'))).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
    expect(await read(misplaced, committed('invoice.pdf'))).toMatchObject({ kind: 'pdf' });
  } finally {
    await misplaced.close();
  }
});

test('no more text is kept than the output limit, and a page at most 64 KB', async () => {
  const small = testParser({ maxOutputBytes: 100_000 });
  try {
    const page = 'pigeon '.repeat(20_000);
    const document = await read(small, onDisk('a.txt', [page, page, page].join('\f')));
    const sizes = texts(document).map((text) => Buffer.byteLength(text));
    expect(sizes[0]).toBeGreaterThan(65_000);
    expect(sizes[0]).toBeLessThanOrEqual(65_536);
    expect(sizes[0]! + sizes[1]! + sizes[2]!).toBe(100_000);
  } finally {
    await small.close();
  }
});
