import { z } from 'zod';

/** Rules a job may have. The published API names no maximum. */
export const MAX_RULES = 500;

/** A document type in the user's words: what to call it and how to recognise it. */
export const Rule = z.object({
  type: z.string(),
  description: z.string(),
});
export type Rule = z.infer<typeof Rule>;
