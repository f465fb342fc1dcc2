/**
 * Writes an ONNX model file: the few parts of its protobuf schema (onnx.proto3) that a feed-forward graph of float weights
 * needs. Field numbers are those of the schema.
 */
export type Dimension = number | string;
/** An integer, integers, or `{ float }`. */
type Attribute = number | number[] | { float: number };

/** Types of numbers, by their value in the schema. */
export const FLOAT = 1;
const INT8 = 3;
const INT64 = 7;
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;
const IR_VERSION = 10;
const OPSET_VERSION = 20;
const EXTERNAL = 1;
/** Tensors of so many bytes go into the file of weights, where each begins at a page of memory. */
const PAGE_BYTES = 4_096;

export class OnnxGraph {
  readonly #nodes: Buffer[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #inputs: Buffer[] = [];
  readonly #outputs: Buffer[] = [];
  #names = 0;

  /** An input of integers. */
  input(name: string, dimensions: Dimension[]): string {
    this.#inputs.push(bytesField(11, valueInfo(name, INT64, dimensions)));
    return name;
  }

  output(name: string, dimensions: Dimension[]): void {
    this.#outputs.push(bytesField(12, valueInfo(name, FLOAT, dimensions)));
  }

  /** A constant float tensor from little-endian 32-bit floats. */
  floats(dimensions: number[], raw: Buffer): string {
    return this.#initializer(dimensions, FLOAT, raw);
  }

  /** A constant tensor of signed bytes. */
  bytes(dimensions: number[], raw: Int8Array): string {
    return this.#initializer(dimensions, INT8, Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength));
  }

  scalar(value: number): string {
    return this.floats([], Buffer.from(Float32Array.of(value).buffer));
  }

  integers(values: number[]): string {
    return this.#initializer([values.length], INT64, Buffer.from(BigInt64Array.from(values, BigInt).buffer));
  }

  /** Adds an operation with one output and returns the output's name. */
  node(operation: string, inputs: string[], attributes: Record<string, Attribute> = {}): string {
    return this.nodes(operation, inputs, 1, attributes)[0]!;
  }

  nodes(operation: string, inputs: string[], outputs: number, attributes: Record<string, Attribute> = {}): string[] {
    const names = Array.from({ length: outputs }, () => this.#name());
    const node = Buffer.concat([
      ...inputs.map((name) => bytesField(1, name)),
      ...names.map((name) => bytesField(2, name)),
      bytesField(4, operation),
      ...Object.entries(attributes).map(([name, value]) => bytesField(5, attribute(name, value))),
    ]);
    this.#nodes.push(bytesField(1, node));
    return names;
  }

  /**
   * The model and the file with its large tensors, which belongs beside it. The runtime maps that file into memory instead
   * of copying it: several sessions share one copy.
   *
   * @param nameOf names the file of weights, which the model refers to.
   */
  toFiles(nameOf: (weights: Buffer) => string): { model: Buffer; weights: Buffer } {
    const large = this.#initializers.filter(isLarge);
    const weights = Buffer.concat(large.flatMap(({ raw }) => [raw, Buffer.alloc(padding(raw.length))]));
    const location = nameOf(weights);
    let offset = 0;
    const initializers = this.#initializers.map((initializer) => {
      if (!isLarge(initializer)) return bytesField(5, tensor(initializer, [bytesField(9, initializer.raw)]));
      const { length } = initializer.raw;
      const place = Object.entries({ location, offset: String(offset), length: String(length) });
      offset += length + padding(length);
      const entries = place.map(([key, value]) =>
        bytesField(13, Buffer.concat([bytesField(1, key), bytesField(2, value)])),
      );
      return bytesField(5, tensor(initializer, [...entries, integerField(14, EXTERNAL)]));
    });
    const graph = Buffer.concat([
      ...this.#nodes,
      bytesField(2, 'pigeonhole'),
      ...initializers,
      ...this.#inputs,
      ...this.#outputs,
    ]);
    const opset = Buffer.concat([bytesField(1, ''), integerField(2, OPSET_VERSION)]);
    const model = Buffer.concat([integerField(1, IR_VERSION), bytesField(7, graph), bytesField(8, opset)]);
    return { model, weights };
  }

  #initializer(dimensions: number[], type: number, raw: Buffer): string {
    const name = this.#name();
    this.#initializers.push({ name, dimensions, type, raw });
    return name;
  }

  #name(): string {
    return `t${this.#names++}`;
  }
}

interface Initializer {
  name: string;
  dimensions: number[];
  type: number;
  raw: Buffer;
}

const isLarge = ({ raw }: Initializer): boolean => raw.length >= PAGE_BYTES;
const padding = (length: number): number => (PAGE_BYTES - (length % PAGE_BYTES)) % PAGE_BYTES;

function tensor({ name, dimensions, type }: Initializer, data: Buffer[]): Buffer {
  return Buffer.concat([
    ...dimensions.map((n) => integerField(1, n)),
    integerField(2, type),
    bytesField(8, name),
    ...data,
  ]);
}

function attribute(name: string, value: Attribute): Buffer {
  if (typeof value === 'object' && 'float' in value) {
    const float = Buffer.from(Float32Array.of(value.float).buffer);
    const field = Buffer.concat([varint(BigInt((2 << 3) | 5)), float]);
    return Buffer.concat([bytesField(1, name), field, integerField(20, ATTRIBUTE_FLOAT)]);
  }
  if (typeof value === 'number') {
    return Buffer.concat([bytesField(1, name), integerField(3, value), integerField(20, ATTRIBUTE_INT)]);
  }
  const values = value.map((n) => integerField(8, n));
  return Buffer.concat([bytesField(1, name), ...values, integerField(20, ATTRIBUTE_INTS)]);
}

function valueInfo(name: string, type: number, dimensions: Dimension[]): Buffer {
  const shape = Buffer.concat(
    dimensions.map((d) => bytesField(1, typeof d === 'number' ? integerField(1, d) : bytesField(2, d))),
  );
  const tensorType = Buffer.concat([integerField(1, type), bytesField(2, shape)]);
  return Buffer.concat([bytesField(1, name), bytesField(2, bytesField(1, tensorType))]);
}

function integerField(field: number, value: number): Buffer {
  return Buffer.concat([varint(BigInt(field << 3)), varint(BigInt.asUintN(64, BigInt(value)))]);
}

function bytesField(field: number, value: Buffer | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  return Buffer.concat([varint(BigInt((field << 3) | 2)), varint(BigInt(bytes.length)), bytes]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
