import { selectTexts, splitFlow } from '../flow.ts';
import type { Format } from '../format.ts';

/** Word documents in the binary format of 1997 to 2003. Pages as in text. Headers come first, footers and notes last. */
export const doc: Format = {
  kinds: ['doc'],
  async read({ bytes }, context) {
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
