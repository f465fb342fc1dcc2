import type { Block } from '../domain/document.ts';
import { flowPages } from './blocks.ts';
import { selectPages, splitFlow } from './flow.ts';
import type { AttachedFile, FormatContext, FormatResult } from './format.ts';

/** A message, whatever kind of file it was in. */
export interface Mail {
  from: string;
  to: string;
  cc: string;
  /** As it is shown; "" = unknown. */
  date: string;
  subject: string;
  body: Block[];
  /** Attached files. Pictures that belong to the body (logos, signatures) are not among them. */
  attachments: AttachedFile[];
}

/**
 * Pages of a message: From, To, Cc, Date and Subject as lines, the body, then the names of the attachments. The pages of
 * the attachments follow. What could not be read of them is said at the end of the message.
 */
export async function mailPages(mail: Mail, context: FormatContext): Promise<FormatResult> {
  const { from, to, cc, date, subject, attachments } = mail;
  const headers = Object.entries({ From: from, To: to, Cc: cc, Date: date, Subject: subject });
  const lines = headers.flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}`]));
  const names = attachments.map(({ name }) => `Attachment: ${name}`);
  const paragraphs = (text: string): Block[] => (text === '' ? [] : [{ type: 'text', text }]);
  const own = flowPages([[...paragraphs(lines.join('\n')), ...mail.body, ...paragraphs(names.join('\n'))]]);
  const { pages } = selectPages(own, context);

  const attached = await context.attachments(own.length, attachments);
  const last = pages.find(({ number }) => number === own.length);
  if (last !== undefined && attached.notRead.length > 0) {
    const notes = attached.notRead.map((note) => `Not read: ${note}`).join('\n');
    last.text += `\n${notes}`;
    last.blocks = [...(last.blocks ?? []), ...paragraphs(notes)];
  }
  const further = attached.pages.map((page) => ({ ...page, number: own.length + page.number }));
  return { totalPages: own.length + attached.totalPages, pages: [...pages, ...further] };
}

/** A plain body, one block a page. */
export function plainBody(text: string): Block[] {
  return splitFlow(text).map((part) => ({ type: 'text', text: part.trimEnd() }));
}

/** `Zoë <zoe@example.com>`, or whichever part there is. */
export function mailbox(name: string | undefined, address: string | undefined): string {
  return name && address && name !== address ? `${name} <${address}>` : name || address || '';
}
