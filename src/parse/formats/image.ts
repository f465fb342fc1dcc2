import type { Format, FormatPage } from '../format.ts';
import { recognisePage } from '../liteparse.ts';
import { tiffImages } from '../tiff.ts';

/**
 * Pictures, read by OCR. A TIFF has as many pages as it holds images; the others have one, an animation its first
 * frame.
 */
export const image: Format = {
  kinds: ['png', 'jpg', 'webp', 'bmp', 'gif', 'tiff'],
  async read({ bytes, kind }, context) {
    const images = kind === 'tiff' ? tiffImages(bytes) : [() => bytes];
    const pages: FormatPage[] = [];
    for (const number of context.select(images.length)) {
      pages.push({ number, ...(await recognisePage(images[number - 1]!(), 1, context)) });
    }
    return { totalPages: images.length, pages };
  },
};
