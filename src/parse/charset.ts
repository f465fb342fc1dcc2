import { isUtf8 } from 'node:buffer';
import { analyse } from 'chardet';

/** Bytes looked at to guess an encoding. */
const SAMPLE_BYTES = 64 * 1024;

const BOMS = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
] as const;

/**
 * Text of bytes in an unknown encoding. In order: byte order mark, UTF-16 seen from its zero bytes, valid UTF-8,
 * `declared` (a charset label from the document itself, ignored if unknown), a statistical guess, windows-1252.
 * A mark of UTF-16 gives way to a declaration when no zero byte follows it.
 * UTF-8 comes before the declaration because wrong declarations are common and text is not valid UTF-8 by accident.
 */
export function decodeText(bytes: Uint8Array, declared: string | null = null): string {
  const unicode = unicodeEncoding(bytes);
  const stated = knownEncoding(declared);
  const encoding =
    (isMarkByAccident(bytes, unicode, stated) ? null : unicode) ?? stated ?? guessedEncoding(bytes) ?? 'windows-1252';
  return new TextDecoder(encoding).decode(bytes);
}

/** "яю" in windows-1251 is the mark of UTF-16. But text in UTF-16 has zero bytes, if only for its spaces. */
function isMarkByAccident(bytes: Uint8Array, unicode: string | null, stated: string | null): boolean {
  const isUtf16 = unicode?.startsWith('utf-16') ?? false;
  return isUtf16 && stated !== null && !stated.startsWith('utf-') && !bytes.includes(0);
}

/** `utf-8`, `utf-16le`, `utf-16be`, or null when the bytes are none of them. */
export function unicodeEncoding(bytes: Uint8Array): string | null {
  for (const bom of BOMS) {
    if (bom.bytes.every((byte, index) => bytes[index] === byte)) return bom.encoding;
  }
  return utf16WithoutMark(bytes.subarray(0, SAMPLE_BYTES)) ?? (isUtf8Text(bytes) ? 'utf-8' : null);
}

/** Text in European languages has a zero in nearly every second byte of UTF-16, always on the same side. */
function utf16WithoutMark(sample: Uint8Array): string | null {
  if (sample.length < 4) return null;
  const zeros = [0, 0];
  for (const [index, byte] of sample.entries()) if (byte === 0) zeros[index & 1]!++;
  const [even, odd] = zeros as [number, number];
  const half = sample.length / 2;
  if (odd > half * 0.4 && even < half * 0.05) return 'utf-16le';
  if (even > half * 0.4 && odd < half * 0.05) return 'utf-16be';
  return null;
}

/** The beginning of a longer file may end in the middle of a character; a short text does not. */
function isUtf8Text(bytes: Uint8Array): boolean {
  const cuts = bytes.length < SAMPLE_BYTES ? [0] : [0, 1, 2, 3];
  return cuts.some((cut) => isUtf8(bytes.subarray(0, bytes.length - cut)));
}

function knownEncoding(label: string | null | undefined): string | null {
  if (label === null || label === undefined) return null;
  try {
    return new TextDecoder(label.trim()).encoding;
  } catch {
    return null;
  }
}

/** chardet's best guess that Node can decode. Guesses of Unicode are skipped: they were ruled out before. */
function guessedEncoding(bytes: Uint8Array): string | null {
  for (const { name, confidence } of analyse(bytes.subarray(0, SAMPLE_BYTES))) {
    // Below this the statistics of a short text say little, and windows-1252 is the better bet.
    if (confidence < 30) return null;
    const encoding = knownEncoding(name);
    if (encoding !== null && !encoding.startsWith('utf-')) return encoding;
  }
  return null;
}
