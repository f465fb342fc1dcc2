import type { CellObject, WorkSheet } from '@e965/xlsx';
import { AppError } from '../../errors.ts';
import { BlockWriter, blocksPage } from '../blocks.ts';
import type { Format } from '../format.ts';
import { openZip } from '../zip.ts';

/** Rows read of a sheet. A page keeps 64 KB of text, which is less than this many rows. */
const MAX_ROWS = 10_000;

/** Bytes a workbook may unpack to: the library holds all of it, several times. */
const MAX_UNPACKED_BYTES = 128 * 1024 * 1024;

/** Excel workbooks, new and old. A page is a sheet: its name, then its cells as they are displayed. */
export const excel: Format = {
  kinds: ['xlsx', 'xls'],
  async read({ bytes, kind }, context) {
    if (kind === 'xlsx') await checkArchive(bytes);
    const { read } = await import('@e965/xlsx');
    const open = (options: object) => {
      try {
        return read(bytes, { type: 'buffer', ...options });
      } catch (cause) {
        throw excelFault(cause);
      }
    };
    const names = open({ bookSheets: true }).SheetNames;
    const numbers = context.select(names.length);
    const wanted = numbers.map((number) => number - 1);
    const { Sheets } = open({ sheets: wanted, sheetRows: MAX_ROWS, dense: true, cellFormula: false, cellHTML: false });
    const pages = numbers.map((number) => {
      const name = names[number - 1]!;
      const writer = new BlockWriter();
      writer.heading(2, name);
      for (const row of cellsOf(Sheets[name])) writer.row(row);
      return blocksPage(number, writer.take());
    });
    return { totalPages: names.length, pages };
  },
};

/**
 * Unpacks all that the library will unpack, once, into nothing: it goes round in circles over some damaged archives, and
 * has no limit.
 */
async function checkArchive(bytes: Buffer): Promise<void> {
  const zip = await openZip(bytes, { maxUnpackedBytes: MAX_UNPACKED_BYTES });
  for (const name of zip.names()) {
    if (/\.(?:xml|bin|rels)$/.test(name)) for await (const _ of zip.stream(name));
  }
}

/** Rows of the cells that exist. The range a sheet says it has may be the whole grid. */
function* cellsOf(sheet: WorkSheet | undefined): Generator<string[]> {
  const rows: (CellObject | undefined)[][] = sheet?.['!data'] ?? [];
  for (const row of rows) {
    if (row === undefined) continue;
    yield Array.from(row, (cell) => (cell === undefined ? '' : (cell.w ?? String(cell.v ?? ''))));
  }
}

/** The library's errors have no codes. */
function excelFault(cause: unknown): AppError {
  if (cause instanceof Error && /password|encrypt/i.test(cause.message)) {
    return new AppError('FILE_IS_PROTECTED', 'The workbook needs a password to be opened.', { cause });
  }
  return new AppError('FILE_IS_BROKEN', 'The workbook cannot be opened: it is damaged or incomplete.', { cause });
}
