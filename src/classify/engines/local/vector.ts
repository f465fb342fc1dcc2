export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

/** The vector scaled to length 1; a zero vector stays zero. */
export function unit(vector: Float32Array): Float32Array {
  const scale = 1 / (Math.sqrt(dot(vector, vector)) || 1);
  return vector.map((value) => value * scale);
}

/** Σ weight·vector; `weights` default to 1 each. */
export function weightedSum(
  vectors: readonly Float32Array[],
  dimension: number,
  weights?: readonly number[],
): Float32Array {
  const sum = new Float32Array(dimension);
  vectors.forEach((vector, index) => {
    const weight = weights?.[index] ?? 1;
    for (let k = 0; k < dimension; k++) sum[k]! += weight * vector[k]!;
  });
  return sum;
}

/** What sets a vector apart from `mean`: the difference, scaled to length 1. */
export function centred(vector: Float32Array, mean: Float32Array): Float32Array {
  return unit(vector.map((value, k) => value - mean[k]!));
}

/** The largest number, or `fallback` for none. */
export function largest(values: readonly number[], fallback = 0): number {
  return values.length === 0 ? fallback : Math.max(...values);
}
