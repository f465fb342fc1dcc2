/** The tensors of a safetensors file (https://github.com/huggingface/safetensors) of 16-bit floats, by name. */
export function readSafetensors(file: Buffer): Map<string, { shape: number[]; values: Float32Array }> {
  const headerBytes = Number(file.readBigUInt64LE(0));
  const start = 8 + headerBytes;
  const header = JSON.parse(file.toString('utf8', 8, start)) as Record<string, Entry>;
  const tensors = new Map<string, { shape: number[]; values: Float32Array }>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(header)) {
    if (dtype !== 'F16') continue;
    const bytes = Uint8Array.from(file.subarray(start + offsets[0], start + offsets[1]));
    tensors.set(name, { shape, values: new Float32Array(new Float16Array(bytes.buffer)) });
  }
  return tensors;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}
