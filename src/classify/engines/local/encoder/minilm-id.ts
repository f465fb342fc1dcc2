/** Hashes of what the conversion must produce: a damaged cache file is made again, a changed package is refused. */
export const MINILM_SHA256 = {
  /** Names the file of weights by its hash, so this one stands for both. */
  model: 'cd889877ffd2b10534e694e3c5eedda9dfac20504e6ae7141c1e51384001ee8a',
  weights: '4f70572d3dcf7c6ed4ed124a17b45a96e0caec2dfa7f5dc802ae72df2e4533b1',
};

export const MINILM_ID = `all-minilm-l6-v2-int8:${MINILM_SHA256.model.slice(0, 12)}`;
