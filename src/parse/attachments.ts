import { AppError } from '../errors.ts';
import { memoryBytes } from './byte-source.ts';
import type { AttachedFile, AttachedPages, FormatContext } from './format.ts';
import { formatOf, kindOf, readFormat } from './kinds.ts';

/** Attachments read of one document, those of attached messages included. The names of all are on its page. */
export const MAX_ATTACHMENTS = 20;

/** A message in a message in a message is opened, and no further. */
export const MAX_ATTACHMENT_DEPTH = 3;

/** How many attachments may still be read of a document, at whatever depth. */
export interface AttachmentBudget {
  left: number;
}

/**
 * Reads documents that are attached to another. One that cannot be read does no harm to the others; what was left out
 * is said.
 *
 * @param contextAt the context for an attachment whose pages begin after so many pages.
 * @throws AppError for faults that are the server's or concern the whole document: retryable ones and TOO_MANY_PAGES.
 */
export async function readAttachments(
  attached: readonly AttachedFile[],
  contextAt: (offset: number) => FormatContext,
  { offset, depth, budget }: { offset: number; depth: number; budget: AttachmentBudget },
): Promise<AttachedPages> {
  const result: AttachedPages = { totalPages: 0, pages: [], notRead: [] };
  for (const { name, bytes } of attached) {
    if (depth >= MAX_ATTACHMENT_DEPTH || budget.left <= 0) {
      result.notRead.push(`${name}: there are more attachments than are read.`);
      continue;
    }
    budget.left--;
    const before = result.totalPages;
    try {
      const kind = await kindOf(memoryBytes(bytes), name);
      const document = await readFormat(formatOf(kind), { bytes, kind }, contextAt(offset + before));
      result.totalPages += document.totalPages;
      for (const page of document.pages) result.pages.push({ ...page, number: before + page.number });
    } catch (error) {
      if (!(error instanceof AppError) || error.retryable || error.code === 'TOO_MANY_PAGES') throw error;
      result.notRead.push(`${name}: ${error.message}`);
    }
  }
  return result;
}
