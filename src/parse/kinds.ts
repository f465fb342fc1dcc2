import { extname } from 'node:path';
import { AppError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';
import type { Format, FormatContext, FormatResult, SourceFile } from './format.ts';
import { FORMATS } from './formats.ts';
import { sniff } from './sniff.ts';

/**
 * The kind of a document: what its bytes say, or else what its name says.
 *
 * @throws AppError NO_DATA_FOUND_IN_FILE for an empty file, FILE_IS_PROTECTED for an encrypted Office file.
 */
export async function kindOf(bytes: ByteSource, name: string): Promise<string> {
  const kind = trustName(await sniff(bytes, name), name);
  if (kind === 'empty') throw new AppError('NO_DATA_FOUND_IN_FILE', 'The file is empty.');
  if (kind === 'encrypted-office')
    throw new AppError('FILE_IS_PROTECTED', 'The document needs a password to be opened.');
  return kind;
}

/** @throws AppError UNSUPPORTED_FILE_TYPE, naming the kind. */
export function formatOf(kind: string): Format {
  const format = FORMATS.find(({ kinds }) => kinds.includes(kind));
  if (format === undefined) throw unsupported(kind);
  return format;
}

/** Reads a file by its format. @throws AppError; what a format throws without a code means the file is broken. */
export async function readFormat(format: Format, file: SourceFile, context: FormatContext): Promise<FormatResult> {
  try {
    return await format.read(file, context);
  } catch (cause) {
    // A disk that is full or failing says nothing about the document.
    if (cause instanceof AppError || (cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new AppError('FILE_IS_BROKEN', 'The file cannot be opened: it is damaged or incomplete.', { cause });
  }
}

const ZIPPED = ['docx', 'pptx', 'xlsx', 'odt', 'odp', 'ods', 'epub'];
const COMPOUND = ['doc', 'xls', 'msg'];
const OTHERS = ['pdf', 'png', 'jpg', 'webp', 'bmp', 'gif', 'tiff', 'rtf'];

/**
 * When bytes say no more than "an archive" or "nothing known", the document is taken for what its name says if that is
 * a kind we read: what is wrong with it is then said by the format (damaged), not by us (unsupported).
 */
function trustName(kind: string, name: string): string {
  const extension = extname(name).slice(1).toLowerCase();
  const claims: Readonly<Record<string, readonly string[]>> = {
    zip: ZIPPED,
    cfb: COMPOUND,
    binary: [...ZIPPED, ...COMPOUND, ...OTHERS],
  };
  return claims[kind]?.includes(extension) ? extension : kind;
}

/** Names of kinds that people send and no format reads. Others are named by their extension. */
const UNSUPPORTED_NAMES: Readonly<Record<string, string>> = {
  ppt: 'a PowerPoint presentation in the old binary format (ppt)',
  vsd: 'a Visio drawing (vsd)',
  ps: 'a PostScript program (ps)',
  heic: 'a HEIC photograph (heic)',
  cfb: 'an OLE compound file of an unknown kind',
  ...{
    zip: 'a zip archive',
    gz: 'a gzip archive',
    '7z': 'a 7-Zip archive',
    rar: 'a RAR archive',
    tar: 'a tar archive',
  },
  ...{ mp3: 'an audio file (mp3)', wav: 'an audio file (wav)', m4a: 'an audio file (m4a)', mp4: 'a video (mp4)' },
  binary: 'binary data of an unknown kind',
};

function unsupported(kind: string): AppError {
  const name = UNSUPPORTED_NAMES[kind] ?? `a file of type "${kind}"`;
  return new AppError('UNSUPPORTED_FILE_TYPE', `The file is ${name}, which cannot be read.`);
}
