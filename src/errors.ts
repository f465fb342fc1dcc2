/**
 * Every error Pigeonhole tells anyone about. Codes in lower case end a request, codes in capitals end a job and are what
 * its `error_message` begins with. `retryable` is the default; it is decided where the error is thrown.
 */
export const ERRORS = {
  bad_request: { status: 400, retryable: false, meaning: 'The request names something that cannot be used.' },
  not_authenticated: { status: 401, retryable: false, meaning: 'No API key and no session was sent.' },
  invalid_api_key: { status: 401, retryable: false, meaning: 'The API key is unknown or revoked.' },
  forbidden: { status: 403, retryable: false, meaning: 'The key may not act on this project or organization.' },
  not_found: { status: 404, retryable: false, meaning: 'Nothing of this project has that id.' },
  method_not_allowed: { status: 405, retryable: false, meaning: 'The path exists, the method does not.' },
  conflict: { status: 409, retryable: false, meaning: 'The state of the thing does not allow this, and never will.' },
  too_large: { status: 413, retryable: false, meaning: 'The body is larger than the server accepts.' },
  invalid_request: { status: 422, retryable: false, meaning: 'The request does not fit the schema.' },
  rate_limited: {
    status: 429,
    retryable: true,
    meaning: 'Too many requests at a time; Retry-After says when to come again.',
  },
  too_many_jobs: { status: 429, retryable: true, meaning: 'The project has as many open jobs as it may have.' },
  internal: { status: 500, retryable: true, meaning: 'A fault of the server; the log has it under the request id.' },
  unavailable: { status: 503, retryable: true, meaning: 'The server is starting or stopping.' },

  UNSUPPORTED_FILE_TYPE: { status: 422, retryable: false, meaning: 'No parser reads this kind of file.' },
  PDF_IS_PROTECTED: { status: 422, retryable: false, meaning: 'The PDF needs a password.' },
  PDF_IS_BROKEN: { status: 422, retryable: false, meaning: 'The PDF cannot be opened.' },
  FILE_IS_PROTECTED: { status: 422, retryable: false, meaning: 'A document other than a PDF needs a password.' },
  FILE_IS_BROKEN: { status: 422, retryable: false, meaning: 'A document other than a PDF cannot be opened.' },
  NO_DATA_FOUND_IN_FILE: { status: 422, retryable: false, meaning: 'The document was read and holds no text.' },
  NO_PAGES_SELECTED: { status: 422, retryable: false, meaning: 'target_pages names no page of the document.' },
  DOCUMENT_TOO_LARGE: { status: 422, retryable: false, meaning: 'Reading the document went over the memory limit.' },
  TOO_MANY_PAGES: { status: 422, retryable: false, meaning: 'The document has more pages than the server reads.' },
  TIMEOUT: { status: 422, retryable: false, meaning: 'Reading the document took longer than allowed.' },
  OCR_UNAVAILABLE: { status: 422, retryable: false, meaning: 'OCR data for the language of the job is not installed.' },
  PARSER_CRASHED: { status: 422, retryable: true, meaning: 'The parser process died while reading the document.' },
  PARSER_BUSY: { status: 422, retryable: true, meaning: 'Too many documents are waiting to be read.' },
  FILE_NOT_FOUND: { status: 422, retryable: false, meaning: 'The file was deleted before the job read it.' },
  URL_NOT_FETCHED: { status: 422, retryable: false, meaning: 'The document could not be fetched from its URL.' },
  PARSE_JOB_CANCELLED: { status: 422, retryable: false, meaning: 'The parse job this job waited for was cancelled.' },
  ATTEMPTS_EXHAUSTED: { status: 422, retryable: false, meaning: 'The job was begun too often without finishing.' },
  INTERNAL_ERROR: { status: 422, retryable: true, meaning: 'A fault of the server; the log has it under the job id.' },
} as const satisfies Record<string, { status: number; retryable: boolean; meaning: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** The codes that end a job. */
export type FaultCode = { [K in ErrorCode]: K extends Uppercase<K> ? K : never }[ErrorCode];

/**
 * The one error class. `message` is a sentence written for the person who sent the request or owns the job: it never
 * holds document text, keys or file system paths. Anything internal goes into `cause`, which only the log sees.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  /** May the same work succeed later? */
  readonly retryable: boolean;
  /** When trying again makes sense; null = not known. */
  readonly retryAfterMs: number | null;

  constructor(
    code: ErrorCode,
    message: string,
    options: { retryable?: boolean; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryable = options.retryable ?? ERRORS[code].retryable;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}
