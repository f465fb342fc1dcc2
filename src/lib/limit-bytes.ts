import { AppError } from '../errors.ts';

/** Passes a stream through and fails with AppError `too_large` once it exceeds `maxBytes`. */
export async function* limitBytes(bytes: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > maxBytes) throw new AppError('too_large', `The file is larger than ${maxBytes} bytes.`);
    yield chunk;
  }
}
