import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ClassifyJob } from './job.ts';
import { boundedText, DateTime } from './text.ts';

/** What a person says the answer of a job should have been. */
export const NewFeedback = z
  .object({
    type: boundedText({ max: 50 })
      .nullable()
      .describe('The right type, one of the rules of the job; null = no rule fits.'),
  })
  .meta({ id: 'ClassifyFeedbackCreate', examples: [{ type: 'contract' }] });

export const Feedback = z
  .object({
    job_id: z.string(),
    type: z.string().nullable().describe('Null = no rule fits.'),
    created_at: DateTime,
    updated_at: DateTime.describe('When it was last changed.'),
  })
  .meta({ id: 'ClassifyFeedback' });
export type Feedback = z.infer<typeof Feedback>;

/**
 * Which jobs of a project learn from each other's feedback: those of one saved configuration, whatever its version; else
 * those whose rules are the same, in any order.
 */
export function feedbackScope(job: Pick<ClassifyJob, 'configuration' | 'configuration_id'>): string {
  if (job.configuration_id !== null) return job.configuration_id;
  const rules = job.configuration.rules.map(({ type, description }) => JSON.stringify([type, description])).sort();
  return `rules-${createHash('sha256').update(rules.join('\n')).digest('hex')}`;
}
