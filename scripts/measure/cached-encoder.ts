import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Encoder } from '../../src/classify/engines/local/encoder/encoder.ts';
import { sha256 } from '../../src/lib/cached-file.ts';

const HASH_BYTES = 32;
const FLOAT_BYTES = 4;

/** The encoder, with every vector it ever made kept in a file of `cacheDir`: hash of the text, then the numbers. */
export function cachedEncoder(encoder: Encoder, cacheDir: string): Encoder {
  const file = path.join(cacheDir, `vectors-${sha256(encoder.id).slice(0, 12)}.bin`);
  const rowBytes = HASH_BYTES + encoder.dimension * FLOAT_BYTES;
  const known = new Map<string, Float32Array>();
  if (existsSync(file)) {
    const bytes = readFileSync(file);
    for (let start = 0; start + rowBytes <= bytes.length; start += rowBytes) {
      const row = Uint8Array.from(bytes.subarray(start + HASH_BYTES, start + rowBytes));
      known.set(bytes.toString('hex', start, start + HASH_BYTES), new Float32Array(row.buffer));
    }
  }
  const fresh: Buffer[] = [];
  return {
    id: encoder.id,
    dimension: encoder.dimension,
    async embed(texts) {
      const vectors: Float32Array[] = [];
      for (const text of texts) {
        const key = sha256(text);
        let vector = known.get(key);
        if (vector === undefined) {
          vector = (await encoder.embed([text]))[0]!;
          known.set(key, vector);
          fresh.push(Buffer.from(key, 'hex'), Buffer.from(Float32Array.from(vector).buffer));
        }
        vectors.push(vector);
      }
      return vectors;
    },
    close() {
      if (fresh.length > 0) {
        mkdirSync(cacheDir, { recursive: true });
        appendFileSync(file, Buffer.concat(fresh.splice(0)));
      }
      return encoder.close();
    },
  };
}
