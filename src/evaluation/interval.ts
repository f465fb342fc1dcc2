/** From and to, both inclusive. */
export type Interval = readonly [from: number, to: number];

/** Of the normal distribution, for 95 %. */
const Z = 1.959964;

/**
 * Where the true share lies with 95 % confidence when `part` of `whole` were counted (Wilson 1927): unlike the textbook
 * formula it holds for few documents and for shares near 0 and 1.
 */
export function shareInterval(part: number, whole: number): Interval {
  if (whole === 0) return [0, 1];
  const share = part / whole;
  const denominator = 1 + Z ** 2 / whole;
  const centre = (share + Z ** 2 / (2 * whole)) / denominator;
  const half = (Z * Math.sqrt((share * (1 - share)) / whole + Z ** 2 / (4 * whole ** 2))) / denominator;
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
