/** Hash of what the conversion must produce: a damaged cache file is made again, a changed package is refused. */
export const USE_LITE_SHA256 = 'a2517dfcbb0d8b7dc8d5d9c8fe2c0b8877758983d515131e1ffde0aab42613aa';

export const USE_LITE_ID = `use-lite-en:${USE_LITE_SHA256.slice(0, 12)}`;
