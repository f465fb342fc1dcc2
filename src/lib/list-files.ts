import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/**
 * The files in a folder and the folders below it, sorted by path. Names that begin with a dot are skipped, and so are
 * the folders in `skip`, links to folders (they could lead round in circles), links to nothing, sockets and devices.
 *
 * @returns paths that begin with `folder` as it was given.
 */
export async function listFiles(folder: string, { skip = [] }: { skip?: readonly string[] } = {}): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const visible = entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
  const files: string[] = [];
  for (const entry of visible) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      // Not files.push(...): a folder may hold more files than a call takes arguments.
      if (!skip.includes(resolve(path))) for (const file of await listFiles(path, { skip })) files.push(file);
    } else if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path)))) {
      files.push(path);
    }
  }
  return files;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}
