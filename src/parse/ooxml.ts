import { posix } from 'node:path';
import { AppError } from '../errors.ts';
import { readXml } from './xml.ts';
import type { Zip } from './zip.ts';

/** Points a part of an Office Open XML package to another part (ECMA-376 part 2, 6.5). */
export interface Relationship {
  /** Last part of the type's URI: `officeDocument`, `slide`, `header`, … */
  type: string;
  /** Name of the part in the package. */
  target: string;
}

/** The relationships of a part by their id, in their order; of the package itself for "". None if it has none. */
export async function relationships(zip: Zip, part: string): Promise<Map<string, Relationship>> {
  const folder = posix.dirname(part);
  const name = posix.join(folder, '_rels', `${posix.basename(part)}.rels`);
  const found = new Map<string, Relationship>();
  if (!zip.has(name)) return found;
  await readXml(zip.stream(name), {
    open({ name, attribute }) {
      const [id, type, target] = [attribute('Id'), attribute('Type'), attribute('Target')];
      if (name !== 'Relationship' || attribute('TargetMode') === 'External') return;
      if (id === undefined || type === undefined || target === undefined) return;
      const path = target.startsWith('/') ? target.slice(1) : posix.join(folder, target);
      found.set(id, { type: type.slice(type.lastIndexOf('/') + 1), target: path });
    },
  });
  return found;
}

/**
 * The part a package is about: the document, presentation or workbook.
 *
 * @throws AppError FILE_IS_BROKEN when there is none.
 */
export async function mainPart(zip: Zip): Promise<string> {
  for (const { type, target } of (await relationships(zip, '')).values()) {
    if (type === 'officeDocument' && zip.has(target)) return target;
  }
  throw new AppError('FILE_IS_BROKEN', 'The document cannot be opened: its main part is missing.');
}
