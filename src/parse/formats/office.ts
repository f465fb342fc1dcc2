import { readFile } from 'node:fs/promises';
import type { OfficeError } from 'officeparser';
import { AppError } from '../../errors.ts';
import { selectTexts, splitFlow } from '../flow.ts';
import type { Format } from '../format.ts';

/** Kinds whose AST has one top-level node for each page, with that node's type. */
const PAGED: Readonly<Record<string, string>> = { pptx: 'slide', odp: 'slide', xlsx: 'sheet', ods: 'sheet' };

/**
 * Office documents. A page is a slide (with its speaker notes), a sheet (its name first), or
 * in documents that flow `FLOW_PAGE_CHARACTERS` of text, as page numbers exist only once a word processor lays it out.
 */
export const office: Format = {
  kinds: ['xlsx', 'rtf', 'epub'],
  async read(file, context) {
    const { OfficeParser, OfficeGenerator } = await import('officeparser');
    const bytes = await readFile(file.path);
    const ast = await OfficeParser.parseOffice(bytes, {
      fileType: file.kind as 'docx',
      onWarning: () => {},
    }).catch((cause: unknown) => {
      throw officeFault(cause);
    });

    const toText = async (content: typeof ast.content) => {
      const part = { ...ast, content };
      const { value } = await OfficeGenerator.generate(part, 'text');
      // Tables come padded to even columns; a row on one line is worth keeping, the padding only takes room.
      return value.replace(/^\|.*$/gm, (row) => row.replace(/ {2,}/g, ' '));
    };
    const pageType = PAGED[file.kind];
    if (pageType === undefined) return selectTexts(splitFlow(await toText(ast.content)), context);

    const nodes = ast.content.filter((node) => node.type === pageType);
    const pages = [];
    for (const number of context.select(nodes.length)) {
      const node = nodes[number - 1]!;
      const name = pageType === 'sheet' ? (node.metadata as { sheetName?: string } | undefined)?.sheetName : undefined;
      const text = await toText([node]);
      pages.push({ number, text: name === undefined ? text : `${name}\n${text}` });
    }
    return { totalPages: nodes.length, pages };
  },
};

const TOO_LARGE = new Set<string>([
  ...[
    'ZIP_ENTRY_COUNT_LIMIT_EXCEEDED',
    'ZIP_SIZE_LIMIT_EXCEEDED',
    'XML_ELEMENT_LIMIT_EXCEEDED',
    'MAX_NESTING_DEPTH_EXCEEDED',
  ],
]);

function officeFault(cause: unknown): AppError {
  const code = (cause as Partial<OfficeError>).officeIssue?.code ?? '';
  if (code === 'PASSWORD_REQUIRED') {
    return new AppError('FILE_IS_PROTECTED', 'The document needs a password to be opened.', { cause });
  }
  if (TOO_LARGE.has(code)) {
    return new AppError('DOCUMENT_TOO_LARGE', 'The document unpacks to more than the server reads.', { cause });
  }
  return new AppError('FILE_IS_BROKEN', 'The document cannot be opened: it is damaged or incomplete.', { cause });
}
