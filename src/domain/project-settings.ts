import { z } from 'zod';

/** What an operator may set for one project; null = the setting of the server holds. */
export const ProjectSettings = z
  .object({
    none_threshold: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .default(null)
      .describe('A document fits no rule when the probability of that is above this.'),
    max_open_jobs: z.int().min(1).nullable().default(null).describe('Jobs that have not ended, at a time.'),
    requests_per_second: z.number().positive().nullable().default(null).describe('Requests of all keys together.'),
    retention_days: z.int().min(1).nullable().default(null).describe('Ended jobs, files and parses are kept as long.'),
  })
  .meta({ id: 'ProjectSettings' });
export type ProjectSettings = z.infer<typeof ProjectSettings>;
