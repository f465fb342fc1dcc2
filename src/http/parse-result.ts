import { z } from 'zod';
import type { Block, Page, ParsedDocument } from '../domain/document.ts';
import { blocksMarkdown, pageMarkdown } from '../domain/markdown.ts';

/** What a parse job can be expanded with that this server makes. */
const PARTS = ['text', 'markdown', 'items', 'metadata', 'text_full', 'markdown_full', 'job_metadata'] as const;

/** Parts that can also be downloaded by a signed link. */
export const DOWNLOADABLE_PARTS = ['text', 'markdown', 'items', 'metadata'] as const;
export type DownloadablePart = (typeof DOWNLOADABLE_PARTS)[number];

/** Everything `expand` takes. Those at the end exist elsewhere only: they are null here, as for a document without any. */
export const EXPANSIONS = [
  ...PARTS,
  'raw_parameters',
  ...DOWNLOADABLE_PARTS.map((part) => `${part}_content_metadata` as const),
  'usage',
  'forms',
  'forms_content_metadata',
  'images_content_metadata',
  'raw_words_content_metadata',
  'xlsx_content_metadata',
  'output_pdf_content_metadata',
] as const;
export type Expansion = (typeof EXPANSIONS)[number];

/** Where something is on a page; the parser does not tell. */
const bbox = z.null();

const TextItem = z.object({ type: z.literal('text'), md: z.string(), value: z.string(), bbox });
const Item = z.discriminatedUnion('type', [
  TextItem,
  z.object({
    type: z.literal('heading'),
    level: z.int().min(1).max(6),
    md: z.string(),
    value: z.string(),
    bbox,
  }),
  z.object({ type: z.literal('list'), ordered: z.boolean(), md: z.string(), items: z.array(TextItem), bbox }),
  z.object({
    type: z.literal('table'),
    rows: z.array(z.array(z.string())),
    md: z.string(),
    csv: z.string(),
    html: z.string(),
    bbox,
  }),
]);
type Item = z.infer<typeof Item>;

const pages = <Fields extends z.ZodRawShape>(fields: Fields) =>
  z.object({ pages: z.array(z.object({ page_number: z.int().min(1), ...fields })) }).nullable();

/** The parts of a result; those that were not asked for are null. */
export const ParseResult = z.object({
  text: pages({ text: z.string() }),
  markdown: pages({
    markdown: z.string(),
    header: z.null(),
    footer: z.null(),
    success: z.literal(true),
  }),
  items: pages({
    page_width: z.number().nullable().describe('In points; null where pages have no size.'),
    page_height: z.number().nullable(),
    items: z.array(Item),
    success: z.literal(true),
  }),
  metadata: pages({
    confidence: z.number().nullable().describe('How sure OCR is; null where the text is the document’s own.'),
  }),
  text_full: z.string().nullable(),
  markdown_full: z.string().nullable(),
  job_metadata: z
    .object({
      document_type: z.string().describe('Kind found from the bytes, as an extension.'),
      total_pages: z.int().describe('Pages of the document, read or not.'),
      pages_read: z.int(),
    })
    .nullable(),
});
export type ParseResult = z.infer<typeof ParseResult>;

export const NO_RESULT: ParseResult = {
  text: null,
  markdown: null,
  items: null,
  metadata: null,
  text_full: null,
  markdown_full: null,
  job_metadata: null,
};

const MAKERS: { [Part in keyof ParseResult]: (document: ParsedDocument) => NonNullable<ParseResult[Part]> } = {
  text: (document) => ({ pages: document.pages.map((page) => ({ page_number: page.number, text: page.text })) }),
  markdown: (document) => ({
    pages: document.pages.map((page) => ({
      page_number: page.number,
      markdown: pageMarkdown(page),
      header: null,
      footer: null,
      success: true,
    })),
  }),
  items: (document) => ({
    pages: document.pages.map((page) => ({
      page_number: page.number,
      page_width: page.width,
      page_height: page.height,
      items: blocksOf(page).map(itemOf),
      success: true,
    })),
  }),
  metadata: (document) => ({
    pages: document.pages.map((page) => ({ page_number: page.number, confidence: page.confidence })),
  }),
  text_full: (document) => document.pages.map((page) => page.text).join('\n\n'),
  markdown_full: (document) => document.pages.map(pageMarkdown).join('\n\n'),
  job_metadata: (document) => ({
    document_type: document.kind,
    total_pages: document.totalPages,
    pages_read: document.pages.length,
  }),
};

/** Whether the pages are needed to answer this. */
export function needsPages(expand: readonly Expansion[]): boolean {
  return expand.some((each) => each in MAKERS || downloadableOf(each) !== null);
}

/** The parts of a result that were asked for. */
export function parseResult(document: ParsedDocument, expand: readonly Expansion[]): ParseResult {
  const wanted = expand.filter((each): each is keyof ParseResult => each in MAKERS);
  return { ...NO_RESULT, ...Object.fromEntries(wanted.map((part) => [part, MAKERS[part](document)])) };
}

/** `text_content_metadata` → `text`; null = it names no part that can be downloaded. */
export function downloadableOf(expansion: Expansion): DownloadablePart | null {
  return DOWNLOADABLE_PARTS.find((part) => expansion === `${part}_content_metadata`) ?? null;
}

/** A part as a file. */
export function partAsFile(document: ParsedDocument, part: DownloadablePart): { contentType: string; bytes: Buffer } {
  if (part === 'text')
    return { contentType: 'text/plain; charset=utf-8', bytes: Buffer.from(MAKERS.text_full(document)) };
  if (part === 'markdown') {
    return { contentType: 'text/markdown; charset=utf-8', bytes: Buffer.from(MAKERS.markdown_full(document)) };
  }
  return { contentType: 'application/json; charset=utf-8', bytes: Buffer.from(JSON.stringify(MAKERS[part](document))) };
}

/** A page that the document does not divide is one text. */
function blocksOf(page: Page): readonly Block[] {
  if (page.blocks !== null) return page.blocks;
  return page.text.trim() === '' ? [] : [{ type: 'text', text: page.text }];
}

function itemOf(block: Block): Item {
  const md = blocksMarkdown([block]);
  switch (block.type) {
    case 'heading':
      return { type: 'heading', level: block.level, md, value: block.text, bbox: null };
    case 'text':
      return { type: 'text', md, value: block.text, bbox: null };
    case 'list':
      return { type: 'list', ordered: block.ordered, md, items: block.items.map(textItem), bbox: null };
    case 'table':
      return { type: 'table', rows: block.rows, md, csv: csvOf(block.rows), html: htmlOf(block.rows), bbox: null };
  }
}

const textItem = (text: string) => ({ type: 'text' as const, md: text, value: text, bbox: null });

function csvOf(rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(cell).join(',')).join('\n');
}

const HTML_ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function htmlOf(rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => `<td>${text.replace(/[&<>]/g, (character) => HTML_ENTITIES[character]!)}</td>`;
  return `<table>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('')}</table>`;
}
