import type { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import { type Entry, fromBufferPromise } from 'yauzl';
import { AppError } from '../errors.ts';

/** Files in an archive. A Word document has about 20, a presentation of 500 slides with pictures 3,000. */
const MAX_ENTRIES = 20_000;

/** Bytes unpacked of one archive, unless its reader needs a lower bound. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;

/** A zip archive in memory, read part by part; nothing is ever written to a disk, so names do no harm. */
export interface Zip {
  has(name: string): boolean;
  names(): string[];
  /**
   * Bytes of a part as they are unpacked.
   *
   * @throws AppError DOCUMENT_TOO_LARGE once everything that was unpacked is too much, FILE_IS_PROTECTED; an error
   *   without a code when there is no such part or it is damaged.
   */
  stream(name: string): AsyncIterable<Buffer>;
  /** The whole of a small part, as UTF-8. */
  text(name: string): Promise<string>;
}

/**
 * @param maxUnpackedBytes counted over everything that is read of it.
 * @throws AppError DOCUMENT_TOO_LARGE for too many entries; an error without a code when it is no zip archive.
 */
export async function openZip(bytes: Buffer, { maxUnpackedBytes = MAX_UNPACKED_BYTES } = {}): Promise<Zip> {
  // yauzl refuses names that lead out of a folder only if it decodes them, and they are only names here.
  const archive = await fromBufferPromise(bytes, { lazyEntries: true, decodeStrings: false });
  if (archive.entryCount > MAX_ENTRIES) throw tooLarge();
  const entries = new Map<string, Entry>();
  for await (const entry of archive.eachEntry()) {
    entries.set(entry.fileNameRaw.toString('utf8').replaceAll('\\', '/').replace(/^\/+/, ''), entry);
  }

  let unpacked = 0;
  async function* stream(name: string): AsyncGenerator<Buffer, void, void> {
    const entry = entries.get(name);
    if (entry === undefined) throw new Error(`the archive has no part ${name}`);
    if (entry.isEncrypted()) throw new AppError('FILE_IS_PROTECTED', 'The document needs a password to be opened.');
    // What an entry says of its size is what yauzl holds it to.
    if (unpacked + entry.uncompressedSize > maxUnpackedBytes) throw tooLarge();
    const source: Readable = await archive.openReadStreamPromise(entry);
    for await (const chunk of source as AsyncIterable<Buffer>) {
      unpacked += chunk.length;
      if (unpacked > maxUnpackedBytes) throw tooLarge();
      yield chunk;
    }
  }
  return {
    has: (name) => entries.has(name),
    names: () => [...entries.keys()],
    stream,
    text: (name) => readText(stream(name)),
  };
}

function tooLarge(): AppError {
  return new AppError('DOCUMENT_TOO_LARGE', 'The document unpacks to more than the server reads.');
}
