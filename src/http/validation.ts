import type { FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
import { RequestValidationError } from './error-response.ts';
import { normalizeQuery } from './query.ts';

const ROOTS: Record<string, string> = { querystring: 'query', params: 'path', body: 'body', headers: 'header' };

/** Checks the parts of a request against the zod schemas of its route. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart = 'body' }) => {
  return (data) => {
    const parsed = check(schema, httpPart, data);
    return 'issues' in parsed
      ? { error: RequestValidationError.fromIssues(ROOTS[httpPart] ?? httpPart, parsed.issues) }
      : parsed;
  };
};

/**
 * The query of a request by its schema: for routes that go on although their body is not valid, whose query the
 * framework then has not looked at.
 *
 * @throws RequestValidationError
 */
export function validQuery<Schema extends z.ZodObject>(schema: Schema, raw: unknown): z.output<Schema> {
  const parsed = check(schema, 'querystring', raw);
  if ('issues' in parsed) throw RequestValidationError.fromIssues('query', parsed.issues);
  return parsed.value as z.output<Schema>;
}

function check(
  schema: z.ZodType,
  httpPart: string,
  data: unknown,
): { value: unknown } | { issues: z.core.$ZodIssue[] } {
  const value =
    httpPart === 'querystring' && schema instanceof z.ZodObject ? normalizeQuery(schema, Object(data)) : data;
  const parsed = schema.safeParse(value ?? undefined, { reportInput: true });
  return parsed.success ? { value: parsed.data } : { issues: parsed.error.issues };
}

/** Reads a JSON body; what is wrong with malformed JSON is said as FastAPI says it. */
export function parseJsonBody(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RequestValidationError([
      {
        type: 'json_invalid',
        loc: ['body', positionIn(reason) ?? mistakeIn(text)],
        msg: 'JSON decode error',
        input: {},
        // The engine's message may quote the body, which belongs in no log; the part before the quote says enough.
        ctx: { error: reason.replace(/,? ?(\.\.\.)?".*$/s, '').replace(/ in JSON.*$/s, '') },
      },
    ]);
  }
}

/** Where the engine says the mistake is; for the most frequent one, an unexpected token, it does not say. */
function positionIn(reason: string): number | null {
  const position = /at position (\d+)/.exec(reason)?.[1];
  return position === undefined ? null : Number(position);
}

/** Finding the place means reading the text again some twenty times; a longer one is not worth it. */
const MAX_SEARCHED_CHARACTERS = 256 * 1024;

/** How many characters of a text that is no JSON could be the beginning of some. */
function mistakeIn(text: string): number {
  if (text.length > MAX_SEARCHED_CHARACTERS) return 0;
  let sound = 0;
  let broken = text.length + 1;
  while (broken - sound > 1) {
    const middle = Math.floor((sound + broken) / 2);
    if (mayGoOn(text.slice(0, middle))) sound = middle;
    else broken = middle;
  }
  return sound;
}

/** Of a text that is only cut off the engine complains about its end. */
function mayGoOn(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return reason.startsWith('Unexpected end') || positionIn(reason) === text.length;
  }
}
