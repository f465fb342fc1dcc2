import { ParsedDocument } from '../domain/document.ts';
import type { DiskBlobs } from './disk.ts';

/** Stores what was read from a document; returns its size. */
export async function putPages(blobs: DiskBlobs, key: string, document: ParsedDocument): Promise<number> {
  const { sizeBytes } = await blobs.put(key, [Buffer.from(JSON.stringify(document))]);
  return sizeBytes;
}

/** What was read from a document, or null when it has been deleted. */
export async function readPages(blobs: DiskBlobs, key: string): Promise<ParsedDocument | null> {
  try {
    return ParsedDocument.parse(JSON.parse((await blobs.read(key)).toString('utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
