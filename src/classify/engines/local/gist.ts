import { crc32 } from 'node:zlib';
import { sha256 } from '../../../lib/cached-file.ts';
import type { Gist } from '../../engine.ts';

/**
 * A gist is 12 bytes that name the engine, 4 bytes of checksum, then the encoder's vectors of the passages one after
 * another: float32 exactly, for rounded ones would give other answers than fresh ones.
 */
const NAME_BYTES = 12;
const HEADER_BYTES = NAME_BYTES + 4;

/** @param vectors of the passages one after another, as the engine of that version has made them. */
export function sealGist(vectors: Float32Array, version: string): Gist {
  const content = new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength);
  const gist = Buffer.alloc(HEADER_BYTES + content.length);
  gist.set(nameOf(version));
  gist.writeUInt32LE(crc32(content), NAME_BYTES);
  gist.set(content, HEADER_BYTES);
  return gist;
}

/** The vectors in a gist; null when an engine of another version made it, or it is damaged. */
export function openGist(gist: Gist, version: string): Float32Array | null {
  const bytes = Buffer.from(gist.buffer, gist.byteOffset, gist.byteLength);
  const content = bytes.subarray(HEADER_BYTES);
  const isWhole =
    bytes.length > HEADER_BYTES &&
    content.length % Float32Array.BYTES_PER_ELEMENT === 0 &&
    nameOf(version).equals(bytes.subarray(0, NAME_BYTES)) &&
    crc32(content) === bytes.readUInt32LE(NAME_BYTES);
  // A copy, because floats have to lie at a multiple of four bytes.
  return isWhole ? new Float32Array(Uint8Array.from(content).buffer) : null;
}

/** The whole version, so that nothing has to be remembered that is to be raised when passages are cut differently. */
function nameOf(version: string): Buffer {
  return Buffer.from(sha256(version), 'hex').subarray(0, NAME_BYTES);
}
