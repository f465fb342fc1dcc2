import { open } from 'node:fs/promises';
import { fileTypeFromBuffer, fileTypeFromFile } from 'file-type';

/** Bytes that are looked at before it is known whether all of them are wanted: a file, or a document inside another. */
export interface ByteSource {
  /** Up to `length` bytes from `offset`; fewer at the end. */
  read(offset: number, length: number): Promise<Buffer>;
  /** The extension of a binary format with a signature, or undefined. */
  signature(): Promise<string | undefined>;
}

export function fileBytes(path: string): ByteSource {
  return {
    async read(offset, length) {
      const file = await open(path);
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    signature: async () => (await fileTypeFromFile(path))?.ext,
  };
}

export function memoryBytes(bytes: Buffer): ByteSource {
  return {
    read: async (offset, length) => bytes.subarray(offset, offset + length),
    signature: async () => (await fileTypeFromBuffer(bytes))?.ext,
  };
}
