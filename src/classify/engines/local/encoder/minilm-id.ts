/** Hash of what the conversion must produce: a damaged cache file is made again, a changed package is refused. */
export const MINILM_SHA256 = '42cfcc21552d6012dd73b1448f7d8f68cd7ecd8dee696872efdf5594a6da7834';

export const MINILM_ID = `all-minilm-l6-v2-int8:${MINILM_SHA256.slice(0, 12)}`;
