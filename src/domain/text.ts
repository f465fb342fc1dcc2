import { z } from 'zod';

/** Length as people count it: Unicode code points, not UTF-16 units. */
export function characterCount(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** A string bounded in characters (code points), reported with the same issue codes as zod's own `min` and `max`. */
export function boundedText({ min = 0, max }: { min?: number; max: number }) {
  return z
    .string()
    .check((context) => {
      const count = characterCount(context.value);
      const bound = { origin: 'string', inclusive: true, input: context.value } as const;
      if (count < min) context.issues.push({ code: 'too_small', minimum: min, ...bound });
      if (count > max) context.issues.push({ code: 'too_big', maximum: max, ...bound });
    })
    .meta({ minLength: min, maxLength: max });
}

/** A point in time as the API shows it: RFC 3339, UTC. */
export const DateTime = z.string().meta({ format: 'date-time' });
