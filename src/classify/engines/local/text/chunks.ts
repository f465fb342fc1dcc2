const WORDS_PER_CHUNK = 48;
const MAX_CHUNKS = 10;
/** Chunks taken from the beginning; the others are spread over the rest. */
const HEAD_CHUNKS = 6;
const CHUNK_CHARACTERS = 600;

/**
 * The passages of a folded text that the encoder reads: at most 10 of at most 48 words, made of whole lines, or sentences
 * where a line is longer. The first 6 come from the beginning, because documents say there what they are; 4 are spread
 * over the rest.
 */
export function chunkText(text: string): string[] {
  const chunks: string[] = [];
  let lines: string[] = [];
  let count = 0;
  for (const piece of text.split('\n').flatMap(piecesOfLine)) {
    const words = piece.split(' ').length;
    if (count + words > WORDS_PER_CHUNK && lines.length > 0) {
      chunks.push(lines.join('\n'));
      lines = [];
      count = 0;
    }
    lines.push(piece);
    count += words;
  }
  if (lines.length > 0) chunks.push(lines.join('\n'));
  return spread(chunks).map((chunk) => chunk.slice(0, CHUNK_CHARACTERS));
}

/** A line, cut at sentence ends and then every 48 words when it is longer than a chunk. */
function piecesOfLine(line: string): string[] {
  if (line === '') return [];
  if (line.split(' ').length <= WORDS_PER_CHUNK) return [line];
  const pieces: string[] = [];
  for (const sentence of line.split(/(?<=[.!?;]["')\]]?) /)) {
    const words = sentence.split(' ').filter((word) => word !== '');
    for (let start = 0; start < words.length; start += WORDS_PER_CHUNK) {
      pieces.push(words.slice(start, start + WORDS_PER_CHUNK).join(' '));
    }
  }
  return pieces;
}

function spread(chunks: string[]): string[] {
  if (chunks.length <= MAX_CHUNKS) return chunks;
  const places = new Set(Array.from({ length: HEAD_CHUNKS }, (_, index) => index));
  const tail = MAX_CHUNKS - HEAD_CHUNKS;
  for (let k = 1; k <= tail; k++) places.add(HEAD_CHUNKS - 1 + Math.round((k * (chunks.length - HEAD_CHUNKS)) / tail));
  return [...places].map((place) => chunks[place]!);
}
