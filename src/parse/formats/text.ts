import { decodeText } from '../charset.ts';
import { selectTexts, splitFlow } from '../flow.ts';
import type { Format } from '../format.ts';
import { TEXT_KINDS } from '../text-kinds.ts';

/**
 * Text as it is: plain text, Markdown, CSV, TSV, JSON, XML, source code. A page is what stands between form feeds, or
 * `FLOW_PAGE_CHARACTERS` of text.
 */
export const text: Format = {
  kinds: TEXT_KINDS,
  async read({ bytes }, context) {
    return selectTexts(splitFlow(decodeText(bytes)), context);
  },
};
