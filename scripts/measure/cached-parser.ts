import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '../../src/domain/document.ts';
import { AppError } from '../../src/errors.ts';
import { sha256 } from '../../src/lib/cached-file.ts';
import { createParser } from '../../src/parse/pool.ts';

const PARSE_TIMEOUT_MS = 120_000;
const PARSE_MEMORY_BYTES = 700 * 1024 * 1024;

/** Reads files as the service does and keeps their pages in `cacheDir`, so that the next measurement need not parse. */
export function createCachedParser(options: { cacheDir: string; processes: number }) {
  const parser = createParser({
    processes: options.processes,
    timeoutMs: PARSE_TIMEOUT_MS,
    memoryBytes: PARSE_MEMORY_BYTES,
    dataDir: options.cacheDir,
  });
  const folder = path.join(options.cacheDir, 'pages');

  return {
    /** The pages, or the code of the error that the service would answer with. */
    async pages(file: string): Promise<Page[] | string> {
      const kept = path.join(folder, `${sha256(await readFile(file))}.json`);
      const known = await readFile(kept, 'utf8').catch(() => null);
      if (known !== null) return JSON.parse(known) as Page[] | string;
      const read = await parser
        .parse({ path: file, name: path.basename(file) }, { lang: 'en', maxPages: null, targetPages: null })
        .then(
          ({ pages }) => pages,
          (error: unknown) => {
            if (error instanceof AppError) return error.code;
            throw error;
          },
        );
      await mkdir(folder, { recursive: true });
      await writeFile(kept, JSON.stringify(read));
      return read;
    },
    close: () => parser.close(),
  };
}
