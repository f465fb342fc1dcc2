import { z } from 'zod';
import { ClassifyConfiguration } from './rules.ts';
import { DateTime } from './text.ts';

/*
 * Glossary
 *   document    what a user wants sorted: a file, or what a parse job read from it
 *   file        an uploaded document, `dfl-…`
 *   rule        a document type in the user's words
 *   classify job  one question "which of these rules does this document fit?", `clj-…`
 *   parse job   one reading of a file into pages of text, `pjb-…`
 *   engine      what answers the question, given pages and rules
 *   lease       a worker's right to run a job until a point in time
 *   attempt     how often a job has been leased; also the fencing token of the lease
 */

export const JOB_STATUSES = ['PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'] as const;
export const JobStatus = z.enum(JOB_STATUSES).meta({ id: 'JobStatus' });
export type JobStatus = z.infer<typeof JobStatus>;

/** Terminal jobs never change again. */
export function isTerminal(status: JobStatus): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
}

export const ClassifyResult = z
  .object({
    type: z.string().nullable().describe('The type of the matching rule; null when no rule fits.'),
    confidence: z.number().min(0).max(1).describe('Probability that the answer is right.'),
    reasoning: z.string().describe('Why, with quotes from the document.'),
  })
  .meta({ id: 'ClassifyResult' });
export type ClassifyResult = z.infer<typeof ClassifyResult>;

/** A classify job as the API shows it and as the store keeps it. */
export const ClassifyJob = z
  .object({
    id: z.string().describe('`clj-` and a UUID.'),
    project_id: z.string(),
    user_id: z.string().describe('Owner of the key that created the job.'),
    status: JobStatus,
    document_input_type: z.enum(['file_id', 'parse_job_id', 'url']),
    file_input: z.string().describe('The id of the document, as it was sent.'),
    document_input_value: z.string().describe('The same as `file_input`, for SDKs up to 1.8.'),
    configuration: ClassifyConfiguration,
    configuration_id: z.string().nullable(),
    parse_job_id: z.string().nullable().describe('The parse job whose text was classified.'),
    result: ClassifyResult.nullable().describe('Set when the job is COMPLETED.'),
    error_message: z.string().nullable().describe('Set when the job is FAILED: `CODE: sentence`.'),
    transaction_id: z.string().nullable(),
    created_at: DateTime,
    updated_at: DateTime,
  })
  .meta({
    id: 'ClassifyJob',
    examples: [
      {
        id: 'clj-0b4c2f0e-94c1-4f3c-8a53-3d1f6f0a7b11',
        project_id: '6b1f6e0e-6f9a-4a3e-9d5e-0f6b7f9d2c11',
        user_id: '5d0c3c52-0c1b-4f70-8f4e-9a6f1f0b7e22',
        status: 'COMPLETED',
        document_input_type: 'file_id',
        file_input: 'dfl-2d9b8a6e-1c5f-4d0e-9f4f-8f1f5f0c7a01',
        document_input_value: 'dfl-2d9b8a6e-1c5f-4d0e-9f4f-8f1f5f0c7a01',
        configuration: {
          rules: [{ type: 'invoice', description: 'has an invoice number, line items and a total amount due' }],
          mode: 'FAST',
          parsing_configuration: null,
        },
        configuration_id: null,
        parse_job_id: 'pjb-9e8f1b7c-3c55-4a0d-8a3c-2f7d1c6b5a90',
        result: {
          type: 'invoice',
          confidence: 0.97,
          reasoning: 'Matches "invoice": page 1 shows "INVOICE No. 2041" and "Total due 13.00 EUR".',
        },
        error_message: null,
        transaction_id: 'order 4711',
        created_at: '2026-03-05T12:34:56.789012Z',
        updated_at: '2026-03-05T12:34:57.012345Z',
      },
    ],
  });
export type ClassifyJob = z.infer<typeof ClassifyJob>;

/** What kind of document a job reads: a file, or the pages an earlier parse job has read. */
export type DocumentInput = { kind: 'file'; fileId: string } | { kind: 'parse_job'; parseJobId: string };
