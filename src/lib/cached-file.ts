import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const DIGEST_BYTES = 32;
const PIECE_BYTES = 1024 * 1024;

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
  const existing = await unlessMissing(readFile(file));
  if (existing !== null && isValid(existing)) return existing;
  const bytes = await make();
  await replaceFile(file, bytes);
  return bytes;
}

/** Makes a file whose SHA-256 is known, unless it is there. It is checked piece by piece, so it may be large. */
export async function ensureFile(file: string, digest: string, make: () => Buffer | Promise<Buffer>): Promise<void> {
  const existing = await unlessMissing(digestOf(file));
  if (existing !== digest) await replaceFile(file, await make());
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  // Always the same piece of memory: a stream's pieces would wait for the garbage collector, as much as the file.
  const piece = Buffer.alloc(PIECE_BYTES);
  await using handle = await open(file);
  for (;;) {
    const { bytesRead } = await handle.read(piece);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(piece.subarray(0, bytesRead));
  }
}

async function replaceFile(file: string, bytes: Buffer): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** As `readOrMake` for content that cannot tell by itself whether it is whole: its SHA-256 is kept in front of it. */
export async function readOrMakeSealed(file: string, make: () => Buffer | Promise<Buffer>): Promise<Buffer> {
  const isWhole = (bytes: Buffer) => sha256(bytes.subarray(DIGEST_BYTES)) === bytes.toString('hex', 0, DIGEST_BYTES);
  const bytes = await readOrMake(file, isWhole, async () => {
    const content = await make();
    return Buffer.concat([Buffer.from(sha256(content), 'hex'), content]);
  });
  return bytes.subarray(DIGEST_BYTES);
}

async function unlessMissing<Content>(reading: Promise<Content>): Promise<Content | null> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
