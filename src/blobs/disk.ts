import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, opendir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';

/** What was stored: its size and fingerprint, taken while it passed through. */
export interface BlobReceipt {
  sizeBytes: number;
  /** SHA-256, hex. */
  contentHash: string;
}

/**
 * Bytes on the local disk under keys like `files/<id>`. A blob that `put` has acknowledged survives the loss of power;
 * one that was cut off never appears.
 */
export class DiskBlobs {
  readonly #directory: string;

  /** @param directory is made if it is missing. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Throws away what uploads that were cut off by a crash, more than `olderThanMs` ago, have left. */
  async removeLeftovers(olderThanMs: number): Promise<void> {
    const names = await readdir(this.#incoming()).catch(() => []);
    for (const name of names) {
      const path = join(this.#incoming(), name);
      // Another process may finish or remove its own upload at any moment.
      const found = await stat(path).catch(() => null);
      if (found && found.mtimeMs < Date.now() - olderThanMs) await rm(path, { force: true });
    }
  }

  /**
   * Stores a stream without holding it in memory. When the stream fails, nothing is stored and its error is thrown.
   */
  async put(key: string, bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<BlobReceipt> {
    const temporary = join(this.#incoming(), randomUUID());
    const target = this.path(key);
    for (const directory of [this.#incoming(), dirname(target)]) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
    }
    const hash = createHash('sha256');
    let sizeBytes = 0;
    const file = await open(temporary, 'wx', 0o600);
    try {
      for await (const chunk of bytes) {
        hash.update(chunk);
        sizeBytes += chunk.length;
        await file.writeFile(chunk);
      }
      await file.sync();
      await file.close();
      await rename(temporary, target);
      await syncDirectory(dirname(target));
    } catch (error) {
      await file.close().catch(() => {});
      await rm(temporary, { force: true });
      throw error;
    }
    return { sizeBytes, contentHash: hash.digest('hex') };
  }

  /** Where a local reader finds the bytes. */
  path(key: string): string {
    return join(this.#directory, key);
  }

  async read(key: string): Promise<Buffer> {
    return readFile(this.path(key));
  }

  /** The bytes as a stream; it emits ENOENT when there are none. */
  stream(key: string): Readable {
    return createReadStream(this.path(key));
  }

  /** The keys of all blobs stored more than `ageMs` ago, at most `limit` at a time; the directory is read as it goes. */
  async *listOlderThan(ageMs: number, limit: number): AsyncGenerator<string[]> {
    const newest = Date.now() - ageMs;
    let keys: string[] = [];
    for (const kind of await readdir(this.#directory).catch(() => [])) {
      if (join(this.#directory, kind) === this.#incoming()) continue;
      for await (const entry of await opendir(join(this.#directory, kind))) {
        const key = `${kind}/${entry.name}`;
        // Whoever owns it may remove it at any moment.
        const found = await stat(this.path(key)).catch(() => null);
        if (!found?.isFile() || found.mtimeMs > newest) continue;
        keys.push(key);
        if (keys.length < limit) continue;
        yield keys;
        keys = [];
      }
    }
    if (keys.length > 0) yield keys;
  }

  /** Removes a blob; it may be gone already. */
  async remove(key: string): Promise<void> {
    await rm(this.path(key), { force: true });
  }

  /** Where bytes are until all of them have arrived: the same file system, so that moving them is one step. */
  #incoming(): string {
    return join(this.#directory, 'incoming');
  }
}

/** Makes a rename durable: until the directory is synced, a power cut may undo it. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
