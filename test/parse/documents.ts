/** Builds small documents of formats no library here writes, and documents made to do harm. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync, deflateSync } from 'node:zlib';
import { CFB, utils, write } from '@e965/xlsx';
import type { DocumentSource } from '../../src/parse/parser.ts';

/** A document that is committed in test/documents. */
export function committed(file: string, name = file): DocumentSource {
  return { path: new URL(`../documents/${file}`, import.meta.url).pathname, name };
}

const folder = mkdtempSync(join(tmpdir(), 'pigeonhole-documents-'));
let written = 0;

/** Writes bytes to a temporary file without an extension, as the service stores uploads. */
export function onDisk(name: string, content: string | Uint8Array): DocumentSource {
  const path = join(folder, String(written++));
  writeFileSync(path, content);
  return { path, name };
}

/** A zip archive of `entries`, in their order. */
export function zip(entries: Record<string, string | Buffer>): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const bytes = Buffer.from(content);
    // The first entry of ODF and EPUB names the format and has to be readable without unpacking.
    const packed = name === 'mimetype' ? bytes : deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(name === 'mimetype' ? 0 : 8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    centrals.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, place, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(centrals.length, 8);
  end.writeUInt16LE(centrals.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const RELATIONSHIPS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006';

function relationships(targets: readonly (readonly [type: string, target: string])[]): string {
  const items = targets.map(([type, target], index) => {
    return `<Relationship Id="rId${index + 1}" Type="${OFFICE}/relationships/${type}" Target="${target}"/>`;
  });
  return `${XML}<Relationships xmlns="${RELATIONSHIPS}">${items.join('')}</Relationships>`;
}

function contentTypes(parts: Record<string, string>): string {
  const types = Object.entries(parts).map(([part, type]) => {
    return `<Override PartName="${part}" ContentType="application/vnd.openxmlformats-officedocument.${type}+xml"/>`;
  });
  return `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${types.join('')}</Types>`;
}

/** A Word document whose body is `body`, in WordprocessingML; `parts` are what stands inside the roots of others. */
export function docx(
  body: string | Buffer,
  parts: Partial<Record<'styles' | 'numbering' | 'header' | 'footnotes', string>> = {},
): Buffer {
  const root = (name: string) =>
    `${XML}<w:${name} xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">`;
  const roots = { styles: 'styles', numbering: 'numbering', header: 'hdr', footnotes: 'footnotes' } as const;
  const names = Object.keys(parts) as (keyof typeof parts)[];
  return zip({
    '[Content_Types].xml': contentTypes({ '/word/document.xml': 'wordprocessingml.document.main' }),
    '_rels/.rels': relationships([['officeDocument', 'word/document.xml']]),
    'word/_rels/document.xml.rels': relationships(names.map((name) => [name, `${name}.xml`] as const)),
    'word/document.xml': Buffer.concat([
      Buffer.from(`${root('document')}<w:body>`),
      Buffer.from(body),
      Buffer.from('</w:body></w:document>'),
    ]),
    ...Object.fromEntries(
      names.map((name) => [`word/${name}.xml`, `${root(roots[name])}${parts[name]}</w:${roots[name]}>`]),
    ),
  });
}

/** A presentation with one text box on each slide. */
export function pptx(slides: readonly string[]): Buffer {
  const drawing = 'http://schemas.openxmlformats.org/drawingml/2006/main';
  const presentation = 'http://schemas.openxmlformats.org/presentationml/2006/main';
  const parts: Record<string, string> = { '/ppt/presentation.xml': 'presentationml.presentation.main' };
  const entries: Record<string, string> = {};
  const ids: string[] = [];
  for (const [index, text] of slides.entries()) {
    parts[`/ppt/slides/slide${index + 1}.xml`] = 'presentationml.slide';
    ids.push(`<p:sldId id="${256 + index}" r:id="rId${index + 1}"/>`);
    entries[`ppt/slides/slide${index + 1}.xml`] =
      `${XML}<p:sld xmlns:a="${drawing}" xmlns:p="${presentation}"><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>`;
  }
  return zip({
    '[Content_Types].xml': contentTypes(parts),
    '_rels/.rels': relationships([['officeDocument', 'ppt/presentation.xml']]),
    'ppt/presentation.xml': `${XML}<p:presentation xmlns:p="${presentation}" xmlns:r="${OFFICE}/relationships"><p:sldIdLst>${ids.join('')}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relationships(
      slides.map((_, index) => ['slide', `slides/slide${index + 1}.xml`] as const),
    ),
    ...entries,
  });
}

/** An OpenDocument file; `content` is what stands inside office:body. */
export function openDocument(kind: 'text' | 'presentation' | 'spreadsheet', content: string, manifest = ''): Buffer {
  const namespace = (name: string) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`;
  const namespaces = ['office', 'text', 'table', 'presentation'].map(namespace).join(' ');
  const draw = 'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"';
  const mimetype = `application/vnd.oasis.opendocument.${kind}`;
  return zip({
    mimetype,
    'content.xml': `${XML}<office:document-content ${namespaces} ${draw} office:version="1.2"><office:body><office:${kind}>${content}</office:${kind}></office:body></office:document-content>`,
    'META-INF/manifest.xml': `${XML}<manifest:manifest ${namespace('manifest')}><manifest:file-entry manifest:full-path="/" manifest:media-type="${mimetype}"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">${manifest}</manifest:file-entry></manifest:manifest>`,
  });
}

/** A book with a file for each chapter. */
export function epub(...chapters: readonly string[]): Buffer {
  const items = chapters.map((_, at) => `<item id="c${at}" href="c${at}.xhtml" media-type="application/xhtml+xml"/>`);
  const spine = chapters.map((_, at) => `<itemref idref="c${at}"/>`);
  return zip({
    mimetype: 'application/epub+zip',
    'META-INF/container.xml': `${XML}<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`,
    'content.opf': `${XML}<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">1</dc:identifier><dc:title>Book</dc:title><dc:language>en</dc:language></metadata><manifest>${items.join('')}</manifest><spine>${spine.join('')}</spine></package>`,
    ...Object.fromEntries(
      chapters.map((chapter, at) => [
        `c${at}.xhtml`,
        `${XML}<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Book</title></head><body>${chapter}</body></html>`,
      ]),
    ),
  });
}

/** A workbook with a sheet `Loft` and an empty sheet. */
export function workbook(bookType: 'xlsx' | 'biff8', { formats = false } = {}): Buffer {
  const book = utils.book_new();
  const rows: unknown[][] = formats
    ? [[46_090, 1234.5]]
    : [
        ['Bird', 'Age'],
        ['Cher Ami', 3],
      ];
  const sheet = utils.aoa_to_sheet(rows);
  if (formats) {
    sheet.A1.z = 'yyyy-mm-dd';
    sheet.B1.z = '#,##0.00';
  }
  utils.book_append_sheet(book, sheet, 'Loft');
  utils.book_append_sheet(book, utils.aoa_to_sheet([]), 'Empty');
  return write(book, { type: 'buffer', bookType });
}

/** A message with attachments, in MIME. */
export function mail(message: { subject: string; attachments: readonly (readonly [string, Buffer])[] }): Buffer {
  const boundary = `part-of-${message.subject.replaceAll(' ', '-')}`;
  const attached = message.attachments.flatMap(([name, bytes]) => [
    `--${boundary}`,
    `Content-Type: application/octet-stream`,
    `Content-Disposition: attachment; filename="${name}"`,
    'Content-Transfer-Encoding: base64',
    '',
    bytes.toString('base64').replace(/.{76}/g, '$&\r\n'),
  ]);
  const lines = [
    'From: zoe@example.com',
    'To: bob@example.com',
    `Subject: ${message.subject}`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    'See attached.',
    ...attached,
    `--${boundary}--`,
  ];
  return Buffer.from(lines.join('\r\n'));
}

/** An Outlook message with one attachment ([MS-OXMSG]): a stream a property, named by its tag. */
export function outlookMessage(): Buffer {
  const file = CFB.utils.cfb_new();
  const text = (folder: string, tag: string, value: string) =>
    CFB.utils.cfb_add(file, `${folder}__substg1.0_${tag}001F`, Buffer.from(value, 'utf16le'));
  const properties = (folder: string, headerBytes: number, numbers: Record<number, number> = {}) => {
    const entries = Object.entries(numbers).map(([tag, value]) => {
      const entry = Buffer.alloc(16);
      entry.writeUInt32LE(Number(tag), 0);
      entry.writeUInt32LE(6, 4);
      entry.writeUInt32LE(value, 8);
      return entry;
    });
    CFB.utils.cfb_add(file, `${folder}__properties_version1.0`, Buffer.concat([Buffer.alloc(headerBytes), ...entries]));
  };
  properties('/', 32);
  text('/', '001A', 'IPM.Note');
  text('/', '0037', 'Overdue');
  text('/', '1000', 'Please pay now.');
  text('/', '0C1A', 'Zoë');
  text('/', '5D01', 'zoe@example.com');
  const recipient = '/__recip_version1.0_#00000000/';
  properties(recipient, 8, { 202702851: 1 });
  text(recipient, '3001', 'Bob');
  text(recipient, '39FE', 'bob@example.com');
  const attachment = '/__attach_version1.0_#00000000/';
  properties(attachment, 8, { 923074563: 1 });
  text(attachment, '3707', 'note.txt');
  CFB.utils.cfb_add(file, `${attachment}__substg1.0_37010102`, Buffer.from('Buy grain.'));
  return Buffer.from(CFB.write(file, { type: 'buffer' }) as Uint8Array);
}

/** An OLE compound file (the container of doc, xls, ppt, msg and encrypted Office) with empty streams of these names. */
export function compoundFile(streams: readonly string[]): Buffer {
  const file = Buffer.alloc(512 * 3, 0);
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(file);
  file.writeUInt16LE(0x3e, 24);
  file.writeUInt16LE(3, 26);
  file.writeUInt16LE(0xfffe, 28);
  file.writeUInt16LE(9, 30);
  file.writeUInt16LE(6, 32);
  file.writeUInt32LE(1, 44);
  file.writeUInt32LE(1, 48);
  file.writeUInt32LE(4096, 56);
  file.fill(0xff, 76, 512);
  file.writeUInt32LE(0, 76);
  file.fill(0xff, 512, 1024);
  file.writeUInt32LE(0xfffffffd, 512);
  file.writeUInt32LE(0xfffffffe, 516);
  for (const [index, name] of ['Root Entry', ...streams].entries()) {
    const at = 1024 + index * 128;
    file.write(name, at, 'utf16le');
    file.writeUInt16LE((name.length + 1) * 2, at + 64);
    file[at + 66] = index === 0 ? 5 : 2;
  }
  return file;
}

/** A one-page PDF whose page shows `content`, drawing operators, packed as often as `filters` says. */
export function pdf(content: Buffer, { timesPacked = 0, rotate = 0 } = {}): Buffer {
  let packed = content;
  for (let time = 0; time < timesPacked; time++) packed = deflateSync(packed);
  const filter = timesPacked === 0 ? '' : ` /Filter [${' /FlateDecode'.repeat(timesPacked)}]`;
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /Rotate ${rotate} /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>`,
    Buffer.concat([
      Buffer.from(`<< /Length ${packed.length}${filter} >>\nstream\n`),
      packed,
      Buffer.from('\nendstream'),
    ]),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]);
}

/** A form with a text field, a ticked box and a choice, whose values are in no drawing operator. */
export function pdfForm(): Buffer {
  const text = 'BT /F1 12 Tf 72 750 Td (Membership) Tj ET';
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R 6 0 R 7 0 R] /DA (/Helv 12 Tf 0 g) /DR << /Font << /Helv 4 0 R >> >> >> >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 4 0 R >> >> /Contents 8 0 R /Annots [5 0 R 6 0 R 7 0 R] >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    '<< /Type /Annot /Subtype /Widget /FT /Tx /T (pigeon) /TU (Name of the pigeon) /V (Cher Ami) /Rect [100 700 300 720] /P 3 0 R >>',
    '<< /Type /Annot /Subtype /Widget /FT /Btn /T (member) /V /Yes /AS /Yes /Rect [100 650 120 670] /P 3 0 R /AP << /N << /Yes 9 0 R /Off 9 0 R >> >> >>',
    '<< /Type /Annot /Subtype /Widget /FT /Ch /T (breed) /Opt [(Homer)(Tippler)] /V (Tippler) /Rect [100 600 200 620] /P 3 0 R >>',
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    '<< /Type /XObject /Subtype /Form /BBox [0 0 10 10] /Length 0 >>\nstream\n\nendstream',
  ]);
}

/** A PDF of these objects, numbered from 1; the first is its catalogue. */
export function pdfOf(objects: readonly (string | Buffer)[]): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  const offsets: number[] = [];
  let length = parts[0]!.length;
  for (const [index, object] of objects.entries()) {
    offsets.push(length);
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n')]);
    parts.push(part);
    length += part.length;
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
  parts.push(Buffer.from(`${table}trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${length}\n%%EOF`));
  return Buffer.concat(parts);
}

/** A few kilobytes that unpack to a page with two hundred megabytes of letters. */
export function pdfBomb(): Buffer {
  const line = 'BT /F1 1 Tf 1 1 Td (pigeons pigeons pigeons pigeons pigeons pigeons pigeons pigeons) Tj ET\n';
  return pdf(Buffer.from(line.repeat(2_000_000)), { timesPacked: 2 });
}

/** A small Word document whose text unpacks to 100 MB. */
export function docxBomb(): Buffer {
  const paragraph = '<w:p><w:r><w:t>pigeons pigeons pigeons pigeons</w:t></w:r></w:p>';
  return docx(Buffer.from(paragraph.repeat(100_000_000 / paragraph.length)));
}

/** A Word document of the old kind, marked as encrypted in the flags of its file information block. */
export function encryptedDoc(): Buffer {
  const container = CFB.read(readFileSync(committed('contract.doc').path), { type: 'buffer' });
  const stream = CFB.find(container, 'WordDocument');
  const content = Buffer.from(stream.content);
  content.writeUInt16LE(content.readUInt16LE(10) | 0x0100, 10);
  stream.content = content;
  return CFB.write(container, { type: 'buffer' });
}

/** An old Excel workbook with a FILEPASS record, which says that what follows is encrypted. */
export function encryptedXls(): Buffer {
  const container = CFB.read(workbook('biff8'), { type: 'buffer' });
  const stream = CFB.find(container, 'Workbook');
  const content = Buffer.from(stream.content);
  const afterBof = 4 + content.readUInt16LE(2);
  const filePass = Buffer.from([0x2f, 0, 6, 0, 0, 0, 0x12, 0x34, 0x56, 0x78]);
  stream.content = Buffer.concat([content.subarray(0, afterBof), filePass, content.subarray(afterBof)]);
  return CFB.write(container, { type: 'buffer' });
}

/**
 * A PDF that draws `lines` in Helvetica, while its font says that each letter means the one at `shift` places behind it,
 * as fonts do that were embedded without care; null = that each means an unknown character.
 */
export function garbledPdf(lines: readonly string[], shift: number | null): Buffer {
  const drawn = lines.map((line) => `(${line}) Tj T*`).join(' ');
  const content = `BT /F1 24 Tf 60 700 Td 40 TL ${drawn} ET`;
  const meanings = Array.from({ length: 95 }, (_, at) => {
    const meaning = shift === null ? 0xfffd : at + 32 + shift;
    return `<${(at + 32).toString(16)}> <${meaning.toString(16).padStart(4, '0')}>`;
  });
  const map = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def 1 begincodespacerange <00> <FF> endcodespacerange 95 beginbfchar\n${meanings.join('\n')}\nendbfchar endcmap end end`;
  return pdfOf([
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>',
    `<</Length ${map.length}>>stream\n${map}\nendstream`,
  ]);
}
