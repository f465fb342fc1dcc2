import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** SHA-256 in hexadecimal of the parts, one after the other. */
export function sha256(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/**
 * Reads a file that can be made again, and makes it when it is missing or damaged. `isValid` decides; what `make` returns
 * is trusted. Several threads and processes may do this at once: each writes a file of its own and renames it into place,
 * so a reader sees a whole file or none.
 */
export async function readOrMake(
  file: string,
  isValid: (bytes: Buffer) => boolean,
  make: () => Buffer | Promise<Buffer>,
): Promise<Buffer> {
  const existing = await readIfExists(file);
  if (existing !== null && isValid(existing)) return existing;
  const bytes = await make();
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
  return bytes;
}

async function readIfExists(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
