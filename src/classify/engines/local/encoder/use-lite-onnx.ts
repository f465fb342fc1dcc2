import { OnnxGraph } from './onnx-graph.ts';
import type { UseLiteWeights, Weight } from './use-lite-package.ts';

export const USE_LITE_DIMENSION = 512;
/** Positions the model was trained with; also the size of its timing table. */
export const USE_LITE_MAX_TOKENS = 128;

const EMBEDDING_SIZE = 256;
const HEADS = 4;
/** Width of each of the two transformer layers' input; both write 512. */
const LAYER_WIDTHS = [256, 512];

/**
 * The model as an ONNX graph: inputs `ids` [batch, tokens] and `mask` [batch, tokens] (1 = a token, 0 = padding), output
 * [batch, 512], rows of length 1. Architecture (Cer et al. 2018, "Universal Sentence Encoder", transformer variant, read
 * from the package's graph): 2·embedding + timing signal; two pre-norm transformer layers; mean over the tokens; a dense
 * tanh layer; L2 norm.
 */
export function useLiteToOnnx(weights: UseLiteWeights): { model: Buffer; output: string } {
  const graph = new OnnxGraph();
  const constant = (weight: Weight, shape = weight.shape) => graph.floats(shape, weight.bytes);
  const dense = (x: string, kernel: Weight, bias: Weight, shape?: number[]) =>
    graph.node('Add', [graph.node('MatMul', [x, constant(kernel, shape)]), constant(bias)]);

  const ids = graph.input('ids', 'int64', ['batch', 'tokens']);
  const mask = graph.input('mask', 'float', ['batch', 'tokens']);
  const one = graph.scalar(1);
  const axis1 = graph.integers([1]);
  const axis2 = graph.integers([2]);
  const epsilon = graph.scalar(1e-6);

  const layerNorm = (x: string, part: string) => {
    const centred = graph.node('Sub', [x, graph.node('ReduceMean', [x], { axes: [-1], keepdims: 1 })]);
    const squares = graph.node('Mul', [centred, centred]);
    const variance = graph.node('ReduceMean', [squares], { axes: [-1], keepdims: 1 });
    const deviation = graph.node('Sqrt', [graph.node('Add', [variance, epsilon])]);
    const scale = constant(weights.find(`${part}layer_prepostprocess/layer_norm/layer_norm_scale`));
    const shift = constant(weights.find(`${part}layer_prepostprocess/layer_norm/layer_norm_bias`));
    return graph.node('Add', [graph.node('Mul', [graph.node('Div', [centred, deviation]), scale]), shift]);
  };

  const attention = (x: string, part: string, width: number, bias: string) => {
    const headWidth = width / HEADS;
    const qkv = dense(
      x,
      weights.find(`${part}qkv_transform_single/kernel`),
      weights.find(`${part}qkv_transform_single/bias`),
      [width, 3 * width],
    );
    const parts = graph.nodes('Split', [qkv, graph.integers([width, width, width])], 3, { axis: 2 });
    const heads = (t: string, order: number[]) =>
      graph.node('Transpose', [graph.node('Reshape', [t, graph.integers([0, 0, HEADS, headWidth])])], { perm: order });
    const query = graph.node('Mul', [heads(parts[0]!, [0, 2, 1, 3]), graph.scalar(headWidth ** -0.5)]);
    const key = heads(parts[1]!, [0, 2, 3, 1]);
    const value = heads(parts[2]!, [0, 2, 1, 3]);
    const weight = graph.node('Softmax', [graph.node('Add', [graph.node('MatMul', [query, key]), bias])], { axis: -1 });
    const mixed = graph.node('Transpose', [graph.node('MatMul', [weight, value])], { perm: [0, 2, 1, 3] });
    return dense(
      graph.node('Reshape', [mixed, graph.integers([0, 0, width])]),
      weights.find(`${part}output_transform_single/kernel`),
      weights.find(`${part}output_transform_single/bias`),
      [width, USE_LITE_DIMENSION],
    );
  };

  const feedForward = (x: string, part: string) => {
    const inner = dense(x, weights.find(`${part}conv1/Ten`), weights.find(`${part}conv1/bias`));
    return dense(graph.node('Relu', [inner]), weights.find(`${part}conv2/Ten`), weights.find(`${part}conv2/bias`));
  };

  const columnMask = graph.node('Unsqueeze', [mask, axis2]);
  const tokens = graph.node('Slice', [graph.node('Shape', [ids]), axis1, axis2]);
  const timingTable = graph.floats([USE_LITE_MAX_TOKENS, EMBEDDING_SIZE], timingSignal(weights));
  const zero = graph.integers([0]);
  const timing = graph.node('Slice', [timingTable, zero, tokens, zero]);
  const embedding = graph.node('Gather', [constant(weights.find('module/Embeddings_en')), ids]);
  const scaled = graph.node('Mul', [embedding, graph.scalar(2)]);
  let x = graph.node('Mul', [graph.node('Add', [scaled, timing]), columnMask]);
  // Padding gets a logit of -1e9 in every head, so that no token looks at it.
  const padding = graph.node('Unsqueeze', [graph.node('Sub', [one, mask]), graph.integers([1, 2])]);
  const bias = graph.node('Mul', [padding, graph.scalar(-1e9)]);

  LAYER_WIDTHS.forEach((width, layer) => {
    const part = `Layer_${layer}/TransformerLayer/`;
    const projected = width !== USE_LITE_DIMENSION;
    const residual = projected ? dense(x, weights.find(`${part}dense/kernel`), weights.find(`${part}dense/bias`)) : x;
    const attended = attention(layerNorm(x, part), `${part}MultiheadAttention/`, width, bias);
    x = graph.node('Add', [residual, attended]);
    x = graph.node('Add', [x, feedForward(layerNorm(x, `${part}FFN/`), `${part}FFN/`)]);
  });

  const sum = graph.node('ReduceSum', [graph.node('Mul', [x, columnMask]), axis1], { keepdims: 0 });
  const count = graph.node('Max', [graph.node('ReduceSum', [mask, axis1], { keepdims: 1 }), one]);
  const mean = graph.node('Div', [sum, count]);
  const hidden = graph.node('Tanh', [
    dense(mean, weights.find('tanh_layer_0/weights'), weights.find('tanh_layer_0/bias')),
  ]);
  const squares = graph.node('ReduceSum', [graph.node('Mul', [hidden, hidden]), axis1], { keepdims: 1 });
  const length = graph.node('Sqrt', [graph.node('Max', [squares, graph.scalar(1e-12)])]);
  const output = graph.node('Div', [hidden, length]);
  graph.output(output, ['batch', USE_LITE_DIMENSION]);
  return { model: graph.toBuffer(), output };
}

/** sin and cos of position × inverse wave length (Vaswani et al. 2017), with the wave lengths the package stores. */
function timingSignal(weights: UseLiteWeights): Buffer {
  const { bytes } = weights.find('TimingSignal/E');
  const half = EMBEDDING_SIZE / 2;
  const signal = new Float32Array(USE_LITE_MAX_TOKENS * EMBEDDING_SIZE);
  for (let position = 0; position < USE_LITE_MAX_TOKENS; position++) {
    for (let k = 0; k < half; k++) {
      const angle = position * bytes.readFloatLE(4 * k);
      signal[position * EMBEDDING_SIZE + k] = Math.sin(angle);
      signal[position * EMBEDDING_SIZE + half + k] = Math.cos(angle);
    }
  }
  return Buffer.from(signal.buffer);
}
