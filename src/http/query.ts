import { z } from 'zod';
import { timestampOfText } from '../lib/clock.ts';

/*
 * Query parameters. SDKs send an explicit null as an empty value (`status=&project_id=`), so empty text means absent
 * everywhere; a list comes as repeated keys, with `[]` behind the name, or separated by commas.
 */

/** Most ids one list filter takes. */
const MAX_LIST_LENGTH = 1_000;

/** A list of ids or names. */
export const QueryList = z.array(z.string()).max(MAX_LIST_LENGTH);

/** A point in time, RFC 3339 or a date; without an offset it is UTC. Read as a `Timestamp`. */
export const QueryDateTime = z
  .string()
  .transform((text, context) => {
    const timestamp = timestampOfText(text);
    if (timestamp !== null) return timestamp;
    context.issues.push({
      code: 'custom',
      input: text,
      message: 'Input should be a valid datetime or date, for example 2026-03-05T12:34:56Z',
      params: { pydanticType: 'datetime_from_date_parsing' },
    });
    return z.NEVER;
  })
  .meta({ type: 'string', format: 'date-time' });

/** Yes or no, in the words that Pydantic takes for them. */
export const QueryBoolean = z
  .string()
  .transform((text, context) => {
    if (/^(true|1|yes|y|on|t)$/i.test(text)) return true;
    if (/^(false|0|no|n|off|f)$/i.test(text)) return false;
    context.issues.push({
      code: 'custom',
      input: text,
      message: 'Input should be a valid boolean, unable to interpret input',
      params: { pydanticType: 'bool_parsing' },
    });
    return z.NEVER;
  })
  .meta({ type: 'boolean' });

/** Parameters that every call about a project takes. */
export const ScopeQuery = z.object({
  project_id: z.string().optional().describe("UUID of the project; default: the key's own. Another one answers 403."),
  organization_id: z.string().optional().describe("UUID of the organization; default: the project's."),
});

type ParameterKind = 'text' | 'integer' | 'list';

const kindsOf = new WeakMap<z.ZodObject, Map<string, ParameterKind>>();

/** Brings the raw parameters into the shape the schema describes; whether they fit is for the schema to say. */
export function normalizeQuery(schema: z.ZodObject, raw: Record<string, unknown>): Record<string, unknown> {
  let kinds = kindsOf.get(schema);
  if (!kinds) {
    kinds = new Map(Object.entries(schema.shape).map(([name, parameter]) => [name, kindOf(parameter as z.ZodType)]));
    kindsOf.set(schema, kinds);
  }
  const query: Record<string, unknown> = {};
  for (const key in raw) {
    const name = key.endsWith('[]') ? key.slice(0, -2) : key;
    const kind = kinds.get(name);
    if (kind === undefined) continue;
    const values = ([] as unknown[]).concat(raw[key]).filter((value) => value !== '');
    if (values.length === 0) continue;
    if (kind === 'list') {
      const parts = values.flatMap((value) => String(value).split(',')).filter((value) => value !== '');
      if (parts.length > 0) query[name] = [...((query[name] as string[]) ?? []), ...parts];
    } else {
      const last = values.at(-1);
      query[name] = kind === 'integer' && /^\s*[+-]?\d{1,15}\s*$/.test(String(last)) ? Number(last) : last;
    }
  }
  return query;
}

function kindOf(parameter: z.ZodType): ParameterKind {
  let inner: z.ZodType = parameter;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodNullable) {
    inner = inner.unwrap() as z.ZodType;
  }
  if (inner instanceof z.ZodArray) return 'list';
  return inner instanceof z.ZodNumber ? 'integer' : 'text';
}
