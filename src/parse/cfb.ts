import type { ByteSource } from './byte-source.ts';

/** Bytes of directory read at most: 32,768 entries of 128 bytes; an ordinary file has fewer than 100. */
const MAX_DIRECTORY_BYTES = 4 * 1024 * 1024;

const END_OF_CHAIN = 0xfffffffa;

/** What a stream of this name makes of a compound file. The first that is found wins. */
const STREAMS: readonly (readonly [name: string, kind: string])[] = [
  ['EncryptedPackage', 'encrypted-office'],
  ['EncryptionInfo', 'encrypted-office'],
  ['EncryptedSummary', 'encrypted-office'],
  ['WordDocument', 'doc'],
  ['Workbook', 'xls'],
  ['Book', 'xls'],
  ['PowerPoint Document', 'ppt'],
  ['__properties_version1.0', 'msg'],
  ['__nameid_version1.0', 'msg'],
  ['VisioDocument', 'vsd'],
];

/**
 * The kind of an OLE compound file (`doc`, `xls`, `ppt`, `msg`, `vsd`, `encrypted-office`) from the names in its
 * directory, or null. The format has one signature for all of them. Reads the directory only, whatever the file's size.
 */
export async function cfbKind(bytes: ByteSource): Promise<string | null> {
  const names = await entryNames((offset, length) => bytes.read(offset, length));
  return STREAMS.find(([name]) => names.has(name))?.[1] ?? null;
}

/** Names in the directory of a compound file ([MS-CFB] 2.2 header, 2.3 FAT, 2.6 directory). Stops at the first nonsense. */
async function entryNames(read: (offset: number, length: number) => Promise<Buffer>): Promise<Set<string>> {
  const names = new Set<string>();
  const header = await read(0, 512);
  if (header.length < 512) return names;
  const sectorSize = 1 << header.readUInt16LE(30);
  if (sectorSize !== 512 && sectorSize !== 4096) return names;
  const entriesPerSector = sectorSize / 4;

  // The FAT is reached through the 109 sector numbers in the header: enough for files of 7 MB (512-byte sectors), and
  // the directory of larger ones nearly always begins there too.
  const nextSector = async (sector: number): Promise<number> => {
    const index = Math.floor(sector / entriesPerSector);
    if (index >= 109) return END_OF_CHAIN;
    const fatSector = header.readUInt32LE(76 + index * 4);
    if (fatSector >= END_OF_CHAIN) return END_OF_CHAIN;
    const entry = await read((fatSector + 1) * sectorSize + (sector % entriesPerSector) * 4, 4);
    return entry.length === 4 ? entry.readUInt32LE(0) : END_OF_CHAIN;
  };

  let sector = header.readUInt32LE(48);
  for (let bytes = 0; sector < END_OF_CHAIN && bytes < MAX_DIRECTORY_BYTES; bytes += sectorSize) {
    const directory = await read((sector + 1) * sectorSize, sectorSize);
    for (let at = 0; at + 128 <= directory.length; at += 128) {
      const nameBytes = directory.readUInt16LE(at + 64);
      if (nameBytes >= 2 && nameBytes <= 64) names.add(directory.toString('utf16le', at, at + nameBytes - 2));
    }
    sector = await nextSector(sector);
  }
  return names;
}
