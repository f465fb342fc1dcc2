import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** SHA-256 in hexadecimal of the parts, one after the other. */
export function sha256(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/**
 * Reads a file that can be made again, and makes it when it is missing or damaged. `isValid` decides; what `make` returns
 * is trusted. Several processes may do this at once: each writes a file of its own and renames it into place, so a reader
 * sees a whole file or none.
 */
export function readOrMake(file: string, isValid: (bytes: Buffer) => boolean, make: () => Buffer): Buffer {
  const existing = readIfExists(file);
  if (existing !== null && isValid(existing)) return existing;
  const bytes = make();
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    writeFileSync(temporary, bytes);
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
  return bytes;
}

function readIfExists(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
