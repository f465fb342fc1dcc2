import { readFile } from 'node:fs/promises';
import type { Page } from '../../domain/document.ts';
import { AppError } from '../../errors.ts';
import type { Format } from '../format.ts';
import { tiffPages } from '../tiff.ts';

/** Pictures, read by OCR. A TIFF has as many pages as it holds images; the others have one, an animation its first frame. */
export const image: Format = {
  kinds: ['png', 'jpg', 'webp', 'bmp', 'gif', 'tiff'],
  async read(file, context) {
    const bytes = await readFile(file.path);
    const images = file.kind === 'tiff' ? tiffPages(bytes) : [() => bytes];
    const wanted = context.select(images.length);
    const { folder, language } = await context.ocrData();
    const { LiteParse } = await import('@llamaindex/liteparse');
    const parser = new LiteParse({
      ocrEnabled: true,
      ocrLanguage: language,
      tessdataPath: folder,
      dpi: 300,
      numWorkers: 1,
      quiet: true,
      outputFormat: 'text',
    });
    const pages: Page[] = [];
    for (const number of wanted) {
      try {
        const result = await parser.parse(images[number - 1]!());
        pages.push({ number, text: result.pages[0]?.text ?? '' });
      } catch (cause) {
        throw new AppError('FILE_IS_BROKEN', 'The image cannot be opened: it is damaged or incomplete.', { cause });
      }
    }
    return { totalPages: images.length, pages };
  },
};
