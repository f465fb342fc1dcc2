import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

/** How long a link is good for when the client does not say. */
export const DEFAULT_URL_LIFETIME_SECONDS = 3600;
export const MAX_URL_LIFETIME_SECONDS = 7 * 24 * 3600;

export const PresignedUrl = z
  .object({
    url: z.string(),
    expires_at: z.string().meta({ format: 'date-time' }),
    form_fields: z.record(z.string(), z.string()).nullable(),
  })
  .meta({ id: 'PresignedUrl' });
export type PresignedUrl = z.infer<typeof PresignedUrl>;

/** What a link for an upload stands for: a file whose bytes are still to come. */
export interface UploadTicket {
  fileId: string;
  projectId: string;
  name: string;
  externalFileId: string | null;
  /** What the client said; null = nothing. */
  sizeBytes: number | null;
}

const UploadTicket = z.object({
  fileId: z.string(),
  projectId: z.string(),
  name: z.string(),
  externalFileId: z.string().nullable(),
  sizeBytes: z.number().nullable(),
}) satisfies z.ZodType<UploadTicket>;

/** Links that let whoever holds them download, or upload, one file until they expire. */
export class SignedUrls {
  readonly #key: Buffer;
  readonly #publicUrl: string | null;

  constructor(key: Buffer, publicUrl: string | null) {
    this.#key = key;
    this.#publicUrl = publicUrl;
  }

  /** @param request the one that asks for the link: it tells where the client reaches the server. */
  create(request: FastifyRequest, fileId: string, lifetimeSeconds?: number): PresignedUrl {
    return this.#link(request, `/download/${fileId}?`, fileId, 'download', lifetimeSeconds);
  }

  /** A link to which the bytes of a file are to be PUT: it holds all that is known of the file until then. */
  createUpload(request: FastifyRequest, ticket: UploadTicket, lifetimeSeconds?: number): PresignedUrl {
    const text = Buffer.from(JSON.stringify(ticket)).toString('base64url');
    return this.#link(request, `/upload?ticket=${text}&`, text, 'upload', lifetimeSeconds);
  }

  /** Whether a link was made by this server for this file and has not expired. */
  verify(fileId: string, expires: number, signature: string): boolean {
    return this.#isOurs('download', fileId, expires, signature);
  }

  /** What an upload link stands for; null = it was not made by this server or has expired. */
  readUpload(ticket: string, expires: number, signature: string): UploadTicket | null {
    if (!this.#isOurs('upload', ticket, expires, signature)) return null;
    return UploadTicket.parse(JSON.parse(Buffer.from(ticket, 'base64url').toString('utf8')));
  }

  #link(
    request: FastifyRequest,
    path: string,
    subject: string,
    purpose: 'download' | 'upload',
    lifetimeSeconds = DEFAULT_URL_LIFETIME_SECONDS,
  ): PresignedUrl {
    const expires = Math.floor(Date.now() / 1000) + lifetimeSeconds;
    const base = this.#publicUrl ?? `${request.protocol}://${request.host}`;
    return {
      url: `${base}${path}expires=${expires}&signature=${this.#sign(purpose, subject, expires)}`,
      expires_at: new Date(expires * 1000).toISOString(),
      form_fields: null,
    };
  }

  #isOurs(purpose: 'download' | 'upload', subject: string, expires: number, signature: string): boolean {
    const expected = Buffer.from(this.#sign(purpose, subject, expires));
    const actual = Buffer.from(signature);
    return actual.length === expected.length && timingSafeEqual(actual, expected) && expires * 1000 > Date.now();
  }

  #sign(purpose: 'download' | 'upload', subject: string, expires: number): string {
    return createHmac('sha256', this.#key).update(`${purpose}\n${subject}\n${expires}`).digest('base64url');
  }
}
