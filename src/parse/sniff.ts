import { extname } from 'node:path';
import type { ByteSource } from './byte-source.ts';
import { cfbKind } from './cfb.ts';
import { decodeText, unicodeEncoding } from './charset.ts';
import { TEXT_KINDS } from './text-kinds.ts';

/** Bytes from the beginning that the sniffing of text and PDF looks at. */
const HEAD_BYTES = 64 * 1024;

/** Characters of the head in which markup and mail headers are looked for. */
const HEAD_CHARACTERS = 8 * 1024;

/** Extensions of file-type that are the same thing under another name here. */
const ALIASES: Readonly<Record<string, string>> = {
  ...{ docm: 'docx', dotx: 'docx', dotm: 'docx', pptm: 'pptx', ppsx: 'pptx', potx: 'pptx', ppsm: 'pptx', potm: 'pptx' },
  ...{
    xlsm: 'xlsx',
    xltx: 'xlsx',
    xltm: 'xlsx',
    ott: 'odt',
    ots: 'ods',
    otp: 'odp',
    tif: 'tiff',
    jpeg: 'jpg',
    apng: 'png',
  },
};

/**
 * What a file is: an extension without dot (`pdf`, `docx`, `png`, `html`, `txt`, …), `encrypted-office` for Office files
 * with a password, `empty`, or `binary` when nothing is recognised. Bytes decide; the name only tells kinds of text
 * apart, and never turns text into something else.
 *
 * @param name what the user called it.
 */
export async function sniff(bytes: ByteSource, name: string): Promise<string> {
  const head = await bytes.read(0, HEAD_BYTES);
  if (head.length === 0) return 'empty';
  if (isPdf(head)) return 'pdf';
  // Before file-type, which takes some texts that begin like a binary format for it.
  if (looksLikeText(head)) return textKind(head, name);
  const detected = await bytes.signature();
  if (detected === 'cfb') return (await cfbKind(bytes)) ?? 'cfb';
  if (detected === undefined) return 'binary';
  return ALIASES[detected] ?? detected;
}

/** The header may stand after up to 1 KB of other bytes, and in practice does. */
function isPdf(head: Buffer): boolean {
  const at = head.subarray(0, 1024).indexOf('%PDF-');
  return at === 0 || (at > 0 && !looksLikeText(head));
}

/**
 * Text in any encoding: valid Unicode or an 8-bit charset, with next to no control characters. Binary formats have zero
 * bytes or control characters within their first kilobytes.
 */
export function looksLikeText(head: Buffer): boolean {
  const encoding = unicodeEncoding(head);
  if (encoding?.startsWith('utf-16')) return controlShare(decodeText(head)) < 0.01;
  return controlShare(head.toString('latin1')) < 0.01;
}

/** Share of characters that do not occur in text. Escape does: terminal logs and ISO-2022 mail. */
function controlShare(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    // A zero weighs a hundred: two in a kilobyte are no accident.
    if (code === 0) count += 100;
    else if (code < 32 && !(code >= 9 && code <= 13) && code !== 27) count++;
  }
  return count / Math.max(text.length, 1);
}

/** Kind of a text from its beginning, then from the extension of its name. */
export function textKind(head: Buffer, name: string): string {
  const extension = extname(name).slice(1).toLowerCase();
  const start = decodeText(head).slice(0, HEAD_CHARACTERS).trimStart();
  if (start === '' && head.length < HEAD_BYTES) return 'empty';
  if (start.startsWith('{\\rtf')) return 'rtf';
  // Text only to a printer.
  if (start.startsWith('%!PS')) return 'ps';
  if (isHtml(start, extension)) return 'html';
  if (isMail(start, extension)) return 'eml';
  if (TEXT_KINDS.includes(extension)) return extension;
  if (extension === 'markdown') return 'md';
  if (start.startsWith('<?xml')) return 'xml';
  if (/^[{[]/.test(start) && isJson(decodeText(head), head.length < HEAD_BYTES)) return 'json';
  return 'txt';
}

function isHtml(start: string, extension: string): boolean {
  const content = start.replace(/^(?:\s*(?:<\?xml[^>]*>|<!--[\s\S]*?-->))*\s*/, '');
  if (/^<(?:!doctype html|html|head|body)\b/i.test(content)) return true;
  if (!['html', 'htm', 'xhtml', 'xht'].includes(extension)) return false;
  return /<(?:html|head|body|meta|title|p|div|span|table|br|a|h[1-6]|ul|ol|img|form|center|font)\b[^>]*>/i.test(start);
}

/** Headers only mail software writes; `From:` and `Subject:` alone also begin memos. */
const MAIL_MARKS = /^(?:received|return-path|message-id|mime-version|delivered-to|dkim-signature|x-mailer):/im;
const MAIL_HEADER =
  /^(?:from|to|subject|date|received|return-path|message-id|mime-version|content-type|cc|reply-to):\s/gim;

function isMail(start: string, extension: string): boolean {
  // mbox files put a line "From sender date" before the headers.
  const headers = start.replace(/^From .*\r?\n/, '').split(/\r?\n\r?\n/)[0] ?? '';
  if (!/^[A-Za-z][A-Za-z0-9-]*:/.test(headers)) return false;
  const known = headers.match(MAIL_HEADER)?.length ?? 0;
  if (extension === 'eml') return known >= 1;
  return known >= 2 && MAIL_MARKS.test(headers) && ['', 'txt', 'mht', 'mhtml', 'mbox', 'msg'].includes(extension);
}

function isJson(text: string, whole: boolean): boolean {
  if (!whole) return /^[{[]\s*["{[\d\]}-]/.test(text);
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
