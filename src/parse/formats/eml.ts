import { readFile } from 'node:fs/promises';
import type { Address } from 'postal-mime';
import { selectTexts, splitFlow } from '../flow.ts';
import type { Format } from '../format.ts';
import { htmlToText } from './html.ts';

/**
 * E-mail (also MHTML): From, To, Cc, Date and Subject as lines, the plain body or else the HTML one, then the names of
 * the attachments, whose contents are not read. Pages as in text.
 */
export const eml: Format = {
  kinds: ['eml'],
  async read(file, context) {
    const { default: PostalMime } = await import('postal-mime');
    const bytes = await readFile(file.path);
    const mail = await PostalMime.parse(withoutMboxLine(bytes));
    const headers = [
      ['From', addresses(mail.from === undefined ? [] : [mail.from])],
      ['To', addresses(mail.to)],
      ['Cc', addresses(mail.cc)],
      ['Date', mail.date ?? ''],
      ['Subject', mail.subject ?? ''],
    ].filter(([, value]) => value !== '');
    const body = mail.text?.trim() ? mail.text : mail.html ? await htmlToText(mail.html) : '';
    const attachments = mail.attachments.flatMap(({ filename }) => (filename ? [`Attachment: ${filename}`] : []));
    const parts = [headers.map(([name, value]) => `${name}: ${value}`).join('\n'), body, attachments.join('\n')];
    return selectTexts(splitFlow(parts.filter((part) => part.trim() !== '').join('\n\n')), context);
  },
};

/** mbox files put a line `From sender date` before the headers, which is no header. */
function withoutMboxLine(bytes: Buffer): Buffer {
  return bytes.toString('latin1', 0, 5) === 'From ' ? bytes.subarray(bytes.indexOf('\n') + 1) : bytes;
}

function addresses(list: readonly Address[] | undefined): string {
  return (list ?? [])
    .flatMap((entry) => entry.group ?? [entry])
    .map(({ name, address }) => (name && address ? `${name} <${address}>` : name || address || ''))
    .join(', ');
}
