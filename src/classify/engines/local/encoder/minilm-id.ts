/** Hash of what the conversion must produce: a damaged cache file is made again, a changed package is refused. */
export const MINILM_SHA256 = '9f74b2bff5cf743d5a9f153a5acdbaa0dd4bcd08eb6b45cf7d2d1aac970a6978';

export const MINILM_ID = `all-minilm-l6-v2-int8:${MINILM_SHA256.slice(0, 12)}`;
