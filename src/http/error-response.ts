import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { AppError } from '../errors.ts';

type Issue = z.core.$ZodIssue;

/** One problem of a request, in the shape FastAPI and Pydantic use. */
export interface ErrorDetail {
  type: string;
  loc: (string | number)[];
  msg: string;
  input?: unknown;
  ctx?: Record<string, unknown>;
}

/** A request that does not fit its schema: answered 422 with one entry for each problem. */
export class RequestValidationError extends Error {
  readonly details: ErrorDetail[];

  constructor(details: ErrorDetail[]) {
    super('The request does not fit its schema.');
    this.details = details;
  }

  /** @param root of every location: `body`, `query` or `path`. */
  static fromIssues(root: string, issues: readonly Issue[]): RequestValidationError {
    return new RequestValidationError(issues.flatMap((issue) => detailsOf(root, issue)));
  }
}

/** Inputs larger than this are not repeated in the answer. */
const MAX_ECHO_CHARACTERS = 1_000;

/** Fields whose values may be credentials, which are not repeated either. */
const SECRET_FIELD = /"webhook_(signing_secret|headers)"/;

function detailsOf(root: string, issue: Issue): ErrorDetail[] {
  if (issue.code === 'unrecognized_keys' && issue.keys.length > 0) {
    const values = Object(issue.input);
    return issue.keys.map((key) => detailOf(root, { ...issue, path: [...issue.path, key], input: values[key] }));
  }
  return [detailOf(root, issue)];
}

function detailOf(root: string, issue: Issue): ErrorDetail {
  const loc = [root, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  const { type, msg, ctx } = pydanticError(issue);
  const detail: ErrorDetail = { type, loc, msg };
  const input = type === 'missing' ? null : (issue.input ?? null);
  const echo = JSON.stringify([loc, input]);
  if (echo.length <= MAX_ECHO_CHARACTERS && !SECRET_FIELD.test(echo)) detail.input = input;
  if (ctx) detail.ctx = ctx;
  return detail;
}

/** The one place where zod's issues become Pydantic's (v2) error types and messages. */
function pydanticError(issue: Issue): Pick<ErrorDetail, 'type' | 'msg' | 'ctx'> {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? { type: 'missing', msg: 'Field required' } : wrongType(issue);
    case 'too_small': {
      const minimum = Number(issue.minimum);
      if (issue.origin === 'string') {
        const msg = `String should have at least ${characters(minimum)}`;
        return { type: 'string_too_short', msg, ctx: { min_length: minimum } };
      }
      if (issue.origin === 'array') {
        const actual = (issue.input as unknown[]).length;
        const msg = `List should have at least ${items(minimum)} after validation, not ${actual}`;
        return {
          type: 'too_short',
          msg,
          ctx: { field_type: 'List', min_length: minimum, actual_length: actual },
        };
      }
      const msg = `Input should be greater than or equal to ${minimum}`;
      return { type: 'greater_than_equal', msg, ctx: { ge: minimum } };
    }
    case 'too_big': {
      const maximum = Number(issue.maximum);
      if (issue.origin === 'string') {
        const msg = `String should have at most ${characters(maximum)}`;
        return { type: 'string_too_long', msg, ctx: { max_length: maximum } };
      }
      if (issue.origin === 'array') {
        const actual = (issue.input as unknown[]).length;
        const msg = `List should have at most ${items(maximum)} after validation, not ${actual}`;
        return { type: 'too_long', msg, ctx: { field_type: 'List', max_length: maximum, actual_length: actual } };
      }
      const msg = `Input should be less than or equal to ${maximum}`;
      return { type: 'less_than_equal', msg, ctx: { le: maximum } };
    }
    case 'invalid_value': {
      if (issue.input === undefined) return { type: 'missing', msg: 'Field required' };
      const quoted = issue.values.map((value) => `'${String(value)}'`);
      const expected = quoted.length > 1 ? `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}` : quoted.join();
      const type = quoted.length > 1 ? 'enum' : 'literal_error';
      return { type, msg: `Input should be ${expected}`, ctx: { expected } };
    }
    case 'unrecognized_keys':
      return { type: 'extra_forbidden', msg: 'Extra inputs are not permitted' };
    case 'custom': {
      // A check that stands for one of Pydantic's own types names it; all others are value errors.
      const type = issue.params?.pydanticType;
      if (typeof type === 'string') return { type, msg: issue.message };
      return { type: 'value_error', msg: `Value error, ${issue.message}`, ctx: { error: issue.message } };
    }
    default:
      return { type: 'value_error', msg: `Value error, ${issue.message}`, ctx: { error: issue.message } };
  }
}

function wrongType({ expected, input }: z.core.$ZodIssueInvalidType): { type: string; msg: string } {
  switch (expected) {
    case 'string':
      return { type: 'string_type', msg: 'Input should be a valid string' };
    case 'array':
      return { type: 'list_type', msg: 'Input should be a valid list' };
    case 'object':
      return {
        type: 'model_attributes_type',
        msg: 'Input should be a valid dictionary or object to extract fields from',
      };
    case 'record':
      return { type: 'dict_type', msg: 'Input should be a valid dictionary' };
    case 'boolean':
      return { type: 'bool_type', msg: 'Input should be a valid boolean' };
    default:
      if (typeof input === 'string') {
        return { type: 'int_parsing', msg: 'Input should be a valid integer, unable to parse string as an integer' };
      }
      return { type: 'int_type', msg: 'Input should be a valid integer' };
  }
}

const characters = (count: number) => `${count} character${count === 1 ? '' : 's'}`;
const items = (count: number) => `${count} item${count === 1 ? '' : 's'}`;

/**
 * Answers every error of a request. What the client may know is in AppError and RequestValidationError; of anything
 * else it learns the request id only, under which the log has the rest.
 */
export function sendError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof RequestValidationError) return reply.code(422).send({ detail: error.details });
  const known = error instanceof AppError ? error : appErrorOfFramework(error);
  if (known && known.status < 500) {
    // SDKs repeat every 409 up to five times unless they are told that it is final.
    if (known.code === 'conflict') reply.header('x-should-retry', 'false');
    // Closing the connection while the client still sends would reset it, and the answer might never be read. Kept
    // open, what is left of the body is read and thrown away.
    if (known.code === 'too_large') reply.removeHeader('connection');
    if (known.retryAfterMs !== null) {
      reply.headers({
        'retry-after': Math.ceil(known.retryAfterMs / 1000),
        'retry-after-ms': Math.ceil(known.retryAfterMs),
      });
    }
    if (known.cause) request.log.info({ err: known.cause }, known.message);
    return reply.code(known.status).send({ detail: known.message });
  }
  request.log.error({ err: error }, 'request failed');
  return reply.code(known?.status ?? 500).send({
    detail: known && known.code !== 'internal' ? known.message : 'Internal Server Error',
    request_id: request.id,
  });
}

/** The framework's own refusals, by its error codes. */
function appErrorOfFramework(error: FastifyError | Error): AppError | null {
  const { code, statusCode } = error as FastifyError;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AppError('too_large', 'Request body is too large.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new AppError('bad_request', 'Request body size did not match Content-Length.');
    default:
      return statusCode !== undefined && statusCode < 500 ? new AppError('bad_request', error.message) : null;
  }
}

/** Answers bytes that are no HTTP request the server can read, so that there is no request to answer. */
export function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (socket.destroyed || error.code === 'ECONNRESET') return;
  const [status, detail] = unreadable(error.code);
  const body = JSON.stringify({ detail });
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
  }
  socket.destroy();
}

function unreadable(code: string | undefined): [status: number, detail: string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return [431, 'The URL and the headers of the request are too long.'];
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, 'The request took too long to arrive.'];
    default:
      return [400, 'The request is not valid HTTP.'];
  }
}
