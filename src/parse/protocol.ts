import type { ParsedDocument, ReadOptions } from '../domain/document.ts';
import type { ErrorCode } from '../errors.ts';
import type { DocumentSource } from './parser.ts';
import type { ReadLimits } from './read-document.ts';

/** What the service tells a reader process: read this. A reader has one document at a time. */
export interface ReadRequest {
  source: DocumentSource;
  options: ReadOptions;
}

/** What a reader process answers: once `ready`, then a document or a fault for each request. */
export type ReaderMessage = { ready: true } | { document: ParsedDocument } | { fault: Fault };

/** An AppError between processes. */
export interface Fault {
  code: ErrorCode;
  message: string;
  retryable: boolean;
  /** Stack of the cause, for the log. */
  cause: string | null;
}

/** How a reader process is set up, passed as JSON in its only argument. */
export interface ReaderSetup extends ReadLimits {
  /** The process to live and die with. */
  parentPid: number;
}
