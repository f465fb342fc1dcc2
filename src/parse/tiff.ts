/** More images than any scanner puts into one file; ends the walk through a hostile one. */
const MAX_IMAGES = 100_000;

/**
 * The images of a TIFF, each as a function that makes a TIFF whose first image it is, because the reader behind this
 * sees only the first one and says nothing about the rest. Works on the chain of directories: the header's pointer is
 * set to the directory of the image wanted, the data is shared in place. Not for BigTIFF, which is read as one image.
 */
export function tiffImages(bytes: Buffer): (() => Buffer)[] {
  const little = bytes.toString('latin1', 0, 2) === 'II';
  const uint16 = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const uint32 = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  if (bytes.length < 8 || uint16(2) !== 42) return [() => bytes];

  const offsets = new Set<number>();
  let offset = uint32(4);
  while (offset !== 0 && offset + 2 <= bytes.length && !offsets.has(offset) && offsets.size < MAX_IMAGES) {
    offsets.add(offset);
    const next = offset + 2 + uint16(offset) * 12;
    if (next + 4 > bytes.length) break;
    offset = uint32(next);
  }
  if (offsets.size < 2) return [() => bytes];
  return [...offsets].map((first) => () => {
    const copy = Buffer.from(bytes);
    if (little) copy.writeUInt32LE(first, 4);
    else copy.writeUInt32BE(first, 4);
    return copy;
  });
}
