import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileBytes, memoryBytes } from '../../src/parse/byte-source.ts';
import { looksLikeText, sniff, textKind } from '../../src/parse/sniff.ts';
import { committed, compoundFile, docx, epub, onDisk, openDocument, pptx } from './documents.ts';

const sniffed = async (name: string, content: string | Uint8Array) => {
  const kind = await sniff(memoryBytes(Buffer.from(content)), name);
  // What is attached is told apart as what is uploaded.
  expect(await sniff(fileBytes(onDisk(name, content).path), name)).toBe(kind);
  return kind;
};

describe('sniff', () => {
  test.each([
    ['invoice.pdf', 'pdf'],
    ['contract.docx', 'docx'],
    ['expenses.xlsx', 'xlsx'],
    ...['png', 'jpg', 'webp', 'gif', 'bmp', 'tiff'].map((kind) => [`scan.${kind}`, kind]),
  ])('knows %s by its bytes, whatever its name', async (file, kind) => {
    for (const name of [file!, 'document', 'document.txt', 'document.xls']) {
      expect(await sniff(fileBytes(committed(file!).path), name)).toBe(kind);
    }
  });

  test.each([
    ['docx', docx('<w:p/>')],
    ['pptx', pptx(['one'])],
    ['odt', openDocument('text', '')],
    ['odp', openDocument('presentation', '')],
    ['ods', openDocument('spreadsheet', '')],
    ['epub', epub('<p>one</p>')],
    ['doc', compoundFile(['WordDocument'])],
    ['xls', compoundFile(['Workbook'])],
    ['ppt', compoundFile(['PowerPoint Document'])],
    ['msg', compoundFile(['__properties_version1.0'])],
    ['encrypted-office', compoundFile(['EncryptionInfo', 'EncryptedPackage'])],
    ['cfb', compoundFile(['Something'])],
    ['zip', Buffer.from(`PK\x03\x04${'\0'.repeat(40)}`)],
    ['binary', Buffer.from([1, 2, 3, 0, 0, 0, 7, 8, 9, 0, 0])],
    ['empty', Buffer.alloc(0)],
  ])('knows %s', async (kind, bytes) => {
    expect(await sniffed('document', bytes)).toBe(kind);
  });

  test('finds a PDF behind bytes that a gateway left before it', async () => {
    expect(await sniffed('a.pdf', Buffer.from('\0\x01gateway\n%PDF-1.4\n%\xe2\xe3\xcf\xd3\n', 'latin1'))).toBe('pdf');
    expect(await sniffed('notes.txt', 'A file that begins with %PDF-1.4 is a PDF.')).toBe('txt');
  });

  test.each([
    ['html', 'page', '<!DOCTYPE html><title>x</title>'],
    ['html', 'page.txt', '\n<!-- saved -->\n<HTML><body>x'],
    ['html', 'page.pdf', '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">'],
    ['html', 'part.html', 'Hello <b>you</b><br>there'],
    ['txt', 'page.html', 'Not markup at all, 3 < 5 and 7 > 6'],
    ['md', 'readme.md', '<div align="center">logo</div>\n\n# Title'],
    ['tsx', 'app.tsx', "import x from 'y';\nexport const A = () => <div>x</div>;"],
    ['eml', 'mail', 'Received: from a by b\nFrom: a@b.c\nSubject: x\n\nbody'],
    ['eml', 'mail.eml', 'From: a@b.c\nTo: d@e.f\n\nbody'],
    ['eml', 'box.mbox', 'From a@b.c Mon Jan 5\nMessage-ID: <1@b>\nFrom: a@b.c\n\nbody'],
    ['txt', 'memo.txt', 'From: the director\nTo: all staff\nSubject: lunch\n\nWe eat at noon.'],
    ['rtf', 'letter.doc', '{\\rtf1\\ansi Hello}'],
    ['ps', 'drawing.txt', '%!PS-Adobe-3.0\n/Helvetica findfont'],
    ['json', 'data', '{"a": [1, 2]}'],
    ['txt', 'data', '{not json}'],
    ['xml', 'data', '<?xml version="1.0"?><order/>'],
    ['csv', 'table.csv', 'a;b;c\n1;2;3'],
    ['tsv', 'table.TSV', 'a\tb'],
    ['py', 'script.py', 'print("hello")'],
    ['txt', 'noname', 'Just words.'],
    ['txt', 'photo.jpg', 'Just words.'],
    ['empty', 'blank.txt', ' \n\n '],
  ])('takes text for %s: %s %j', async (kind, name, content) => {
    expect(await sniffed(name!, content!)).toBe(kind);
  });

  test.each(['utf16le', 'latin1', 'utf8'] as const)('recognises text in %s', async (encoding) => {
    expect(await sniffed('a', Buffer.from('Überfällige Rechnung: bitte zahlen Sie', encoding))).toBe('txt');
  });
});

describe('looksLikeText', () => {
  test('accepts every string without control characters in UTF-8', () => {
    const printable = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(fc.property(printable, (text) => looksLikeText(Buffer.from(text))));
  });

  test('refuses random bytes', () => {
    const bytes = fc.uint8Array({ minLength: 2000, maxLength: 2000 }).filter((array) => new Set(array).size > 100);
    fc.assert(fc.property(bytes, (array) => !looksLikeText(Buffer.from(array))));
  });
});

test('textKind names some kind for any text and any name', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, name) => /^[a-z0-9]+$/.test(textKind(Buffer.from(text), name))),
  );
});
