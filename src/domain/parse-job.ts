import { z } from 'zod';
import type { ReadOptions } from './document.ts';
import { JobStatus } from './job.ts';
import { DateTime } from './text.ts';

/** What a parse may cost elsewhere. Here all read alike; which one was asked for is kept. */
export const PARSE_TIERS = ['fast', 'cost_effective', 'agentic', 'agentic_plus'] as const;
export const ParseTier = z.enum(PARSE_TIERS);
export type ParseTier = z.infer<typeof ParseTier>;

/** A parse job as the API shows it and as the store keeps it. */
export const ParseJob = z
  .object({
    id: z.string().describe('`pjb-` and a UUID.'),
    project_id: z.string(),
    status: JobStatus,
    error_message: z.string().nullable().describe('Set when the job is FAILED: `CODE: sentence`.'),
    name: z.string().nullable().describe('Name of the file; of a URL, null until it was fetched.'),
    tier: ParseTier.describe('As it was asked for; all tiers read alike.'),
    user_metadata: z.record(z.string(), z.string()).nullable(),
    created_at: DateTime,
    updated_at: DateTime,
  })
  .meta({ id: 'ParseJob' });
export type ParseJob = z.infer<typeof ParseJob>;

/** How a parse job reads its document, as the store keeps it beside the job. */
export interface ParseRequest {
  options: ReadOptions;
  /** Read anew, and for this job alone, whatever was read before. */
  disableCache: boolean;
  /** The parameters as they were sent, without what may be a credential; null = the job was made by a classify job. */
  parameters: Record<string, unknown> | null;
}
