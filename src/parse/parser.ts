import type { ParsedDocument, ReadOptions } from '../domain/document.ts';

/** A document on the local disk that is to be read. */
export interface DocumentSource {
  /** Absolute path; read only. */
  path: string;
  /** The name the user gave it. Only a hint: bytes decide first, then the extension of this name. */
  name: string;
}

/** Reads documents into text, each in a process of its own, so that no document can harm the service. */
export interface Parser {
  /** Changes whenever the same file could be read differently; part of every cache key. */
  readonly version: string;
  /**
   * @throws AppError with one of the capital-letter codes of errors.ts and a sentence for the document's owner;
   *   the abort reason when `signal` aborts (the process reading the document is killed).
   */
  parse(source: DocumentSource, options: ReadOptions & { signal?: AbortSignal }): Promise<ParsedDocument>;
  /** Starts the processes that the first documents would otherwise wait for. Calling it is optional. */
  warmUp(): Promise<void>;
  close(): Promise<void>;
}
