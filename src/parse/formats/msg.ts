import type { FieldsData } from '@kenjiuno/msgreader';
import { AppError } from '../../errors.ts';
import { decodeText } from '../charset.ts';
import type { Format } from '../format.ts';
import { mailbox, mailPages, plainBody } from '../mail.ts';
import { htmlBlocks } from './html.ts';

/** Outlook messages ([MS-OXMSG]). The same pages as those of other e-mail. */
export const msg: Format = {
  kinds: ['msg'],
  async read({ bytes }, context) {
    // A CommonJS module whose own default is inside the one Node gives it.
    const {
      default: { default: MsgReader },
    } = await import('@kenjiuno/msgreader');
    const reader = new MsgReader(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const fields = reader.getFileData();
    if (fields.dataType !== 'msg') throw new Error('not a message');
    if (isEncrypted(fields)) throw new AppError('FILE_IS_PROTECTED', 'The message is encrypted.');
    const attachments = (fields.attachments ?? []).flatMap((attachment) => {
      // Pictures of the body have an id it refers to them by.
      if (attachment.attachmentHidden || attachment.pidContentId) return [];
      const { fileName, content } = reader.getAttachment(attachment);
      return [{ name: fileName || 'unnamed', bytes: Buffer.from(content) }];
    });
    return mailPages(
      {
        from: mailbox(fields.senderName, fields.senderSmtpAddress ?? fields.senderEmail),
        to: recipients(fields, 'to'),
        cc: recipients(fields, 'cc'),
        date: dateOf(fields.clientSubmitTime ?? fields.messageDeliveryTime),
        subject: fields.subject ?? '',
        body: await bodyOf(fields),
        attachments,
      },
      context,
    );
  },
};

async function bodyOf({ body, bodyHtml, html }: FieldsData) {
  if (body?.trim()) return plainBody(body);
  if (bodyHtml) return htmlBlocks(bodyHtml);
  return html === undefined ? [] : htmlBlocks(decodeText(html));
}

/** S/MIME: its only content is an encrypted attachment. Clear-signed messages have a class below this one. */
function isEncrypted({ messageClass }: FieldsData): boolean {
  return /^IPM\.Note\.(?:SMIME|Secure)$/i.test(messageClass ?? '');
}

function recipients({ recipients = [] }: FieldsData, type: 'to' | 'cc'): string {
  return recipients
    .filter(({ recipType }) => recipType === type)
    .map(({ name, smtpAddress, email }) => mailbox(name, smtpAddress ?? email))
    .join(', ');
}

function dateOf(text: string | undefined): string {
  const date = new Date(text ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
