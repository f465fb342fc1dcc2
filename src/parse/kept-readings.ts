import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { ParsedDocument } from '../domain/document.ts';
import { readOrMake, sha256 } from '../lib/cached-file.ts';
import type { DocumentSource, Parser } from './parser.ts';

/** Readings that nobody has used for this long are removed when the parser is closed. */
const UNUSED_AGE_MS = 30 * 24 * 3600 * 1000;

/**
 * A parser that keeps what it reads in a folder and reads the same bytes with the same options only once, across
 * processes. Failures are not kept. The folder holds the text of documents, so only its owner may enter it.
 */
export function keepReadings(parser: Parser, folder: string): Parser {
  return {
    version: parser.version,
    warmUp: () => parser.warmUp(),
    async parse(source, options) {
      const content = await contentHash(source);
      // What is wrong with the file is the parser's to say.
      if (content === null) return parser.parse(source, options);
      const { signal: _, ...reading } = options;
      // The extension is the parser's hint where the bytes do not tell, as with CSV.
      const key = sha256(JSON.stringify([parser.version, extname(source.name).toLowerCase(), reading, content]));
      const shelf = join(folder, key.slice(0, 2));
      await mkdir(shelf, { recursive: true, mode: 0o700 });
      const file = join(shelf, `${key}.json`);
      const bytes = await readOrMake(
        file,
        (kept) => readKept(kept) !== null,
        async () => Buffer.from(JSON.stringify(await parser.parse(source, options))),
      );
      const now = new Date();
      await utimes(file, now, now).catch(() => {});
      return readKept(bytes)!;
    },
    async close() {
      await Promise.all([parser.close(), removeUnused(folder)]);
    },
  };
}

function readKept(bytes: Buffer): ParsedDocument | null {
  try {
    return ParsedDocument.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    return null;
  }
}

/** Null = the file cannot be read. */
async function contentHash({ path }: DocumentSource): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
    return hash.digest('hex');
  } catch {
    return null;
  }
}

async function removeUnused(folder: string): Promise<void> {
  const oldest = Date.now() - UNUSED_AGE_MS;
  for (const name of await readdir(folder, { recursive: true }).catch(() => [])) {
    const file = join(folder, name);
    const found = await stat(file).catch(() => null);
    if (found?.isFile() && found.mtimeMs < oldest) await rm(file, { force: true });
  }
}
