import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadOptions } from '../../src/domain/document.ts';
import type { DocumentSource, Parser } from '../../src/parse/parser.ts';
import { createParser, type ParserSettings } from '../../src/parse/pool.ts';

// One folder for all parsers of a test file: unpacking the OCR data once is enough.
const dataDir = mkdtempSync(join(tmpdir(), 'pigeonhole-parser-'));

/** A parser with settings of an ordinary service, and the ids of its living processes. */
export function testParser(settings: Partial<ParserSettings> = {}): Parser & { pids: Set<number>; started: number[] } {
  const pids = new Set<number>();
  const started: number[] = [];
  const parser = createParser({
    processes: 1,
    timeoutMs: 20_000,
    memoryBytes: 700 * 1024 * 1024,
    dataDir,
    onEvent: ({ type, pid }) => {
      if (pid === undefined) return;
      if (type === 'exited') pids.delete(pid);
      else {
        pids.add(pid);
        started.push(pid);
      }
    },
    ...settings,
  });
  return Object.assign(parser, { pids, started });
}

/** Reads a document with the defaults of the API. */
export function read(
  parser: Parser,
  source: DocumentSource,
  options: Partial<ReadOptions & { signal: AbortSignal }> = {},
) {
  return parser.parse(source, { lang: 'en', maxPages: null, targetPages: null, ...options });
}
