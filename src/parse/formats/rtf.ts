import type { OfficeError } from 'officeparser';
import type { Block } from '../../domain/document.ts';
import { AppError } from '../../errors.ts';
import { BlockWriter, flowPages } from '../blocks.ts';
import { selectPages } from '../flow.ts';
import type { Format } from '../format.ts';

/** Rich Text Format. Pages as in text. */
export const rtf: Format = {
  kinds: ['rtf'],
  async read({ bytes }, context) {
    const { OfficeParser } = await import('officeparser');
    const { content } = await OfficeParser.parseOffice(bytes, { fileType: 'rtf', onWarning: () => {} }).catch(
      (cause: unknown) => {
        throw rtfFault(cause);
      },
    );
    return selectPages(flowPages([blocksOf(content)]), context);
  },
};

type Content = Awaited<ReturnType<typeof import('officeparser').OfficeParser.parseOffice>>['content'];

function blocksOf(content: Content): Block[] {
  const writer = new BlockWriter();
  for (const node of content) {
    const text = node.text ?? '';
    const metadata = node.metadata as { level?: number; listType?: string } | undefined;
    if (node.type === 'heading') writer.heading(metadata?.level ?? 1, text);
    else if (node.type === 'list') writer.item(metadata?.listType === 'ordered', text);
    else if (node.type === 'table') {
      for (const row of node.children ?? []) writer.row((row.children ?? []).map((cell) => cell.text ?? ''));
      writer.endTable();
    } else writer.text(text);
  }
  return writer.take();
}

const TOO_LARGE = ['XML_ELEMENT_LIMIT_EXCEEDED', 'MAX_NESTING_DEPTH_EXCEEDED'];

function rtfFault(cause: unknown): AppError {
  const code = (cause as Partial<OfficeError>).officeIssue?.code ?? '';
  if (TOO_LARGE.includes(code)) {
    return new AppError('DOCUMENT_TOO_LARGE', 'The document unpacks to more than the server reads.', { cause });
  }
  return new AppError('FILE_IS_BROKEN', 'The document cannot be opened: it is damaged or incomplete.', { cause });
}
