import { FLOAT, OnnxGraph } from './onnx-graph.ts';

export const MINILM_DIMENSION = 384;

const LAYERS = 6;
const HEADS = 12;
const HEAD_WIDTH = MINILM_DIMENSION / HEADS;
const NORM_EPSILON = 1e-12;

export type Tensors = ReadonlyMap<string, { shape: number[]; values: Float32Array }>;

/**
 * The model as an ONNX graph: input `ids` [1, tokens], output [1, 384] of length 1. Architecture (Devlin et al. 2019,
 * "BERT"; Reimers and Gurevych 2019, "Sentence-BERT"): word + position + type embedding, layer norm; six post-norm
 * transformer layers with GELU; mean over the tokens; L2 norm.
 *
 * Matrices are signed bytes with a scale a column, and what they are multiplied with is made bytes as it comes (ONNX
 * `DynamicQuantizeLinear` and `MatMulInteger`): a quarter of the memory, half the time, cosine .99 to the original. The
 * bytes of matrices use seven bits: processors without VNNI add two products of bytes in sixteen bits, and with eight they
 * would cut large sums off where others do not (ONNX Runtime, "Quantize ONNX models", `reduce_range`).
 *
 * @param nameOf as of `OnnxGraph.toFiles`.
 */
export function minilmToOnnx(
  tensors: Tensors,
  nameOf: (weights: Buffer) => string,
): { model: Buffer; weights: Buffer } {
  const graph = new OnnxGraph();
  const tensor = (name: string) => {
    const found = tensors.get(name);
    if (found === undefined) throw new Error(`the model has no tensor ${name}`);
    return found;
  };
  const floats = (shape: number[], values: Float32Array) =>
    graph.floats(shape, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  const constant = (name: string) => floats(tensor(name).shape, tensor(name).values);

  const layerNorm = (x: string, name: string) =>
    graph.node('LayerNormalization', [x, constant(`${name}.weight`), constant(`${name}.bias`)], {
      axis: -1,
      epsilon: { float: NORM_EPSILON },
    });

  /** x·Wᵀ + b; several layers side by side when given several names. */
  const dense = (x: string, names: string[]) => {
    const inner = tensor(`${names[0]}.weight`).shape[1]!;
    const columns = joinColumns(names.map((name) => tensor(`${name}.weight`)));
    const outer = columns.length / inner;
    const bias = floats([outer], Float32Array.from(names.flatMap((name) => [...tensor(`${name}.bias`).values])));
    const { bytes, scales } = quantise(columns, new Float32Array(outer), (k) => k % outer, FACTOR_LIMIT);
    const [quantised, inputScale, zero] = graph.nodes('DynamicQuantizeLinear', [x], 3) as [string, string, string];
    const product = graph.node('MatMulInteger', [quantised, graph.bytes([inner, outer], bytes), zero]);
    const scale = graph.node('Mul', [inputScale, floats([outer], scales)]);
    return graph.node('Add', [graph.node('Mul', [graph.node('Cast', [product], { to: FLOAT }), scale]), bias]);
  };
  /** Rows of a table of signed bytes with a scale a row. */
  const lookUp = (name: string, ids: string) => {
    const { shape, values } = tensor(name);
    const { bytes, scales } = quantise(
      values,
      new Float32Array(shape[0]!),
      (k) => Math.floor(k / shape[1]!),
      BYTE_LIMIT,
    );
    const row = graph.node('Cast', [graph.node('Gather', [graph.bytes(shape, bytes), ids])], { to: FLOAT });
    return graph.node('Mul', [row, graph.node('Gather', [floats([shape[0]!, 1], scales), ids])]);
  };

  const attention = (x: string, part: string) => {
    const qkv = dense(
      x,
      ['query', 'key', 'value'].map((name) => `${part}.self.${name}`),
    );
    const widths = graph.integers([MINILM_DIMENSION, MINILM_DIMENSION, MINILM_DIMENSION]);
    const [query, key, value] = graph.nodes('Split', [qkv, widths], 3, { axis: 2 }) as [string, string, string];
    const heads = (t: string, order: number[]) =>
      graph.node('Transpose', [graph.node('Reshape', [t, graph.integers([0, 0, HEADS, HEAD_WIDTH])])], { perm: order });
    const scaled = graph.node('Mul', [heads(query, [0, 2, 1, 3]), graph.scalar(HEAD_WIDTH ** -0.5)]);
    const weight = graph.node('Softmax', [graph.node('MatMul', [scaled, heads(key, [0, 2, 3, 1])])], { axis: -1 });
    const mixed = graph.node('MatMul', [weight, heads(value, [0, 2, 1, 3])]);
    const joined = graph.node('Transpose', [mixed], { perm: [0, 2, 1, 3] });
    const flat = graph.node('Reshape', [joined, graph.integers([0, 0, MINILM_DIMENSION])]);
    return dense(flat, [`${part}.output.dense`]);
  };

  const ids = graph.input('ids', [1, 'tokens']);
  const tokens = graph.node('Slice', [graph.node('Shape', [ids]), graph.integers([1]), graph.integers([2])]);
  const zero = graph.integers([0]);
  const words = lookUp('embeddings.word_embeddings.weight', ids);
  const positions = graph.node('Slice', [constant('embeddings.position_embeddings.weight'), zero, tokens, zero]);
  const type = tensor('embeddings.token_type_embeddings.weight').values.slice(0, MINILM_DIMENSION);
  const places = graph.node('Add', [positions, floats([MINILM_DIMENSION], type)]);
  let x = layerNorm(graph.node('Add', [words, places]), 'embeddings.LayerNorm');
  for (let layer = 0; layer < LAYERS; layer++) {
    const part = `encoder.layer.${layer}`;
    const attended = graph.node('Add', [x, attention(x, `${part}.attention`)]);
    x = layerNorm(attended, `${part}.attention.output.LayerNorm`);
    const inner = graph.node('Gelu', [dense(x, [`${part}.intermediate.dense`])]);
    x = layerNorm(graph.node('Add', [x, dense(inner, [`${part}.output.dense`])]), `${part}.output.LayerNorm`);
  }
  const mean = graph.node('ReduceMean', [x, graph.integers([1])], { keepdims: 0 });
  const length = graph.node('ReduceL2', [mean, graph.integers([1])], { keepdims: 1 });
  graph.output(graph.node('Div', [mean, length]), [1, MINILM_DIMENSION]);
  return graph.toFiles(nameOf);
}

/** What the largest magnitude of a row or column becomes: in a table … */
const BYTE_LIMIT = 127;
/** … and in a matrix, so that 2·255·63 fits into sixteen bits. */
const FACTOR_LIMIT = 63;

/** Bytes and the scale of each group of numbers. Plain loops: the tables have millions of numbers, and a start waits. */
function quantise(values: Float32Array, scales: Float32Array, groupOf: (k: number) => number, limit: number) {
  for (let k = 0; k < values.length; k++) {
    const group = groupOf(k);
    scales[group] = Math.max(scales[group]!, Math.abs(values[k]!));
  }
  for (let group = 0; group < scales.length; group++) scales[group]! /= limit;
  const bytes = new Int8Array(values.length);
  for (let k = 0; k < values.length; k++) bytes[k] = Math.round(values[k]! / scales[groupOf(k)]!);
  return { bytes, scales };
}

/** Matrices [outer, inner] as one of [inner, Σ outer]. */
function joinColumns(parts: readonly { shape: number[]; values: Float32Array }[]): Float32Array {
  const inner = parts[0]!.shape[1]!;
  const width = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const joined = new Float32Array(inner * width);
  let start = 0;
  for (const { shape, values } of parts) {
    const outer = shape[0]!;
    for (let row = 0; row < outer; row++) {
      for (let k = 0; k < inner; k++) joined[k * width + start + row] = values[row * inner + k]!;
    }
    start += outer;
  }
  return joined;
}
