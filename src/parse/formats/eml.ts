import type { Address, Attachment, Email } from 'postal-mime';
import { AppError } from '../../errors.ts';
import type { AttachedFile, Format } from '../format.ts';
import { mailbox, mailPages, plainBody } from '../mail.ts';
import { htmlBlocks } from './html.ts';

/**
 * E-mail (RFC 5322, MIME; also MHTML): headers, the plain body or else the HTML one, names of the attachments; then the
 * attached documents as further pages. Pages of the message itself as in text.
 */
export const eml: Format = {
  kinds: ['eml'],
  async read({ bytes }, context) {
    const { default: PostalMime } = await import('postal-mime');
    const mail = await PostalMime.parse(withoutMboxLine(bytes), {
      attachmentEncoding: 'arraybuffer',
      forceRfc822Attachments: true,
    });
    if (isEncrypted(mail)) throw new AppError('FILE_IS_PROTECTED', 'The message is encrypted.');
    const body = mail.text?.trim() ? plainBody(mail.text) : mail.html ? await htmlBlocks(mail.html) : [];
    return mailPages(
      {
        from: addresses(mail.from === undefined ? [] : [mail.from]),
        to: addresses(mail.to),
        cc: addresses(mail.cc),
        date: mail.date ?? '',
        subject: mail.subject ?? '',
        body,
        attachments: mail.attachments.flatMap(attachedFile),
      },
      context,
    );
  },
};

/** mbox files put a line `From sender date` before the headers, which is no header. */
function withoutMboxLine(bytes: Buffer): Buffer {
  return bytes.toString('latin1', 0, 5) === 'From ' ? bytes.subarray(bytes.indexOf('\n') + 1) : bytes;
}

/** S/MIME (RFC 8551) and OpenPGP (RFC 3156). Signed mail is readable and none of these. */
function isEncrypted(mail: Email): boolean {
  const type = mail.headers.find(({ key }) => key === 'content-type')?.value ?? '';
  return /^application\/(?:x-)?pkcs7-mime\b(?!.*signed-data)|^multipart\/encrypted\b/is.test(type);
}

function attachedFile(attachment: Attachment): AttachedFile[] {
  const { filename, mimeType, related, content } = attachment;
  if (related && mimeType.startsWith('image/')) return [];
  const name = filename || (mimeType === 'message/rfc822' ? 'message.eml' : 'unnamed');
  return [{ name, bytes: typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as ArrayBuffer) }];
}

function addresses(list: readonly Address[] | undefined): string {
  return (list ?? [])
    .flatMap((entry) => entry.group ?? [entry])
    .map(({ name, address }) => mailbox(name, address))
    .join(', ');
}
