import { AppError } from '../../errors.ts';
import { selectTexts, splitFlow } from '../flow.ts';
import type { Format } from '../format.ts';

/** Word documents in the binary format of 1997 to 2003. Pages as in text. Headers come first, footers and notes last. */
export const doc: Format = {
  kinds: ['doc'],
  async read({ bytes }, context) {
    if (await isEncrypted(bytes)) {
      throw new AppError('FILE_IS_PROTECTED', 'The document needs a password to be opened.');
    }
    const { default: WordExtractor } = await import('word-extractor');
    const document = await new WordExtractor().extract(bytes);
    const parts = [
      document.getHeaders({ includeFooters: false }),
      document.getBody(),
      document.getTextboxes({ includeHeadersAndFooters: false }),
      document.getFootnotes(),
      document.getEndnotes(),
      document.getFooters(),
    ].filter((part) => part.trim() !== '');
    return selectTexts(splitFlow(parts.join('\n')), context);
  },
};

/** [MS-DOC] 2.5.2: flags of the file information block, at byte 10 of the stream. */
const FLAGS_AT = 10;
const ENCRYPTED = 0x0100;

/** The library reads an encrypted document as nonsense. */
async function isEncrypted(bytes: Buffer): Promise<boolean> {
  const { CFB } = await import('@e965/xlsx');
  const content: Uint8Array | undefined = CFB.find(CFB.read(bytes, { type: 'buffer' }), 'WordDocument')?.content;
  if (content === undefined || content.length < FLAGS_AT + 2) return false;
  return (Buffer.from(content.slice(FLAGS_AT, FLAGS_AT + 2)).readUInt16LE() & ENCRYPTED) !== 0;
}
