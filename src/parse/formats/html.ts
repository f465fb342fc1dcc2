import { readFile } from 'node:fs/promises';
import { decodeText } from '../charset.ts';
import { selectTexts, splitFlow } from '../flow.ts';
import type { Format } from '../format.ts';

/** HTML, also XHTML. The title comes first, tables keep their columns. Pages as in text. */
export const html: Format = {
  kinds: ['html'],
  async read(file, context) {
    const bytes = await readFile(file.path);
    return selectTexts(splitFlow(await htmlToText(decodeText(bytes, declaredCharset(bytes)))), context);
  },
};

/** The charset named by the `<meta>` or XML declaration in the first 2 KB, or null. */
function declaredCharset(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 2048)).toString('latin1');
  return (
    /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1] ??
    /^\s*<\?xml[^>]+encoding=["']([\w-]+)/.exec(head)?.[1] ??
    null
  );
}

/** Text of an HTML document or fragment. Links keep their text and lose their address, images keep their `alt`. */
export async function htmlToText(source: string): Promise<string> {
  const { convert } = await import('html-to-text');
  return convert(source, {
    wordwrap: false,
    // The whole tree, not only <body>: the parser does not invent a missing <body>, and the title is worth reading.
    baseElements: { selectors: ['html'], returnDomByDefault: true },
    // Bounds on what a hostile page can make of itself; the deadline and the memory limit are behind them.
    limits: { maxInputLength: 32 * 1024 * 1024, maxDepth: 256 },
    selectors: [
      { selector: 'title', format: 'block' },
      { selector: 'a', options: { ignoreHref: true } },
      { selector: 'img', format: 'imageAlt' },
      {
        selector: 'table',
        format: 'dataTable',
        options: { uppercaseHeaderCells: false, colSpacing: 2, maxColumnWidth: 60 },
      },
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
      ...['script', 'style', 'noscript', 'template', 'svg'].map((selector) => ({ selector, format: 'skip' })),
    ],
    formatters: {
      imageAlt: (element, _walk, builder) => {
        const alt = element.attribs?.alt;
        if (alt) builder.addInline(alt);
      },
    },
  });
}
