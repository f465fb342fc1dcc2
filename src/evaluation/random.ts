/** Numbers from 0 to 1 (exclusive), the same ones for the same seed on every machine: xorshift32 (Marsaglia 2003). */
export function seededRandom(seed: number): () => number {
  // Zero would stay zero forever.
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
