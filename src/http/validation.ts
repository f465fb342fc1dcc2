import type { FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
import { RequestValidationError } from './error-response.ts';
import { normalizeQuery } from './query.ts';

const ROOTS: Record<string, string> = { querystring: 'query', params: 'path', body: 'body', headers: 'header' };

/** Checks the parts of a request against the zod schemas of its route. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart = 'body' }) => {
  const root = ROOTS[httpPart] ?? httpPart;
  return (data) => {
    const value =
      httpPart === 'querystring' && schema instanceof z.ZodObject ? normalizeQuery(schema, Object(data)) : data;
    const parsed = schema.safeParse(value ?? undefined, { reportInput: true });
    return parsed.success
      ? { value: parsed.data }
      : { error: RequestValidationError.fromIssues(root, parsed.error.issues) };
  };
};

/** Reads a JSON body; what is wrong with malformed JSON is said as FastAPI says it. */
export function parseJsonBody(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const offset = /at position (\d+)/.exec(reason)?.[1];
    throw new RequestValidationError([
      {
        type: 'json_invalid',
        loc: ['body', offset === undefined ? Math.max(0, text.length - 1) : Number(offset)],
        msg: 'JSON decode error',
        input: {},
        // The engine's message may quote the body, which belongs in no log; the part before the quote says enough.
        ctx: { error: reason.replace(/,? ?(\.\.\.)?".*$/s, '').replace(/ in JSON.*$/s, '') },
      },
    ]);
  }
}
