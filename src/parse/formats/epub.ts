import { posix } from 'node:path';
import type { Block } from '../../domain/document.ts';
import { flowPages } from '../blocks.ts';
import { selectPages } from '../flow.ts';
import type { Format } from '../format.ts';
import { readXml } from '../xml.ts';
import { openZip, type Zip } from '../zip.ts';
import { htmlBlocks } from './html.ts';

/** Electronic books (EPUB 3.3). Each chapter begins a page; longer ones are cut like text. */
export const epub: Format = {
  kinds: ['epub'],
  async read({ bytes }, context) {
    const zip = await openZip(bytes);
    const chapters: Block[][] = [];
    for (const part of await chapterParts(zip)) chapters.push(await htmlBlocks(await zip.text(part)));
    return selectPages(flowPages(chapters), context);
  },
};

/** Names of the chapters in reading order: the spine of the package that the container names. */
async function chapterParts(zip: Zip): Promise<string[]> {
  let packagePath = '';
  await readXml(zip.stream('META-INF/container.xml'), {
    open({ name, attribute }) {
      if (name === 'rootfile' && packagePath === '') packagePath = attribute('full-path') ?? '';
    },
  });
  const items = new Map<string, string>();
  const spine: string[] = [];
  await readXml(zip.stream(packagePath), {
    open({ name, attribute }) {
      if (name === 'item') items.set(attribute('id') ?? '', decodeURI(attribute('href') ?? ''));
      else if (name === 'itemref') spine.push(attribute('idref') ?? '');
    },
  });
  return spine.map((id) => posix.join(posix.dirname(packagePath), items.get(id) ?? '')).filter((part) => zip.has(part));
}
