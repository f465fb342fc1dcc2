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

/** Links that let whoever holds them download one file until they expire. */
export class SignedUrls {
  readonly #key: Buffer;
  readonly #publicUrl: string | null;

  constructor(key: Buffer, publicUrl: string | null) {
    this.#key = key;
    this.#publicUrl = publicUrl;
  }

  /** @param request the one that asks for the link: it tells where the client reaches the server. */
  create(request: FastifyRequest, fileId: string, lifetimeSeconds = DEFAULT_URL_LIFETIME_SECONDS): PresignedUrl {
    const expires = Math.floor(Date.now() / 1000) + lifetimeSeconds;
    const base = this.#publicUrl ?? `${request.protocol}://${request.host}`;
    return {
      url: `${base}/download/${fileId}?expires=${expires}&signature=${this.#sign(fileId, expires)}`,
      expires_at: new Date(expires * 1000).toISOString(),
      form_fields: null,
    };
  }

  /** Whether a link was made by this server for this file and has not expired. */
  verify(fileId: string, expires: number, signature: string): boolean {
    const expected = Buffer.from(this.#sign(fileId, expires));
    const actual = Buffer.from(signature);
    return actual.length === expected.length && timingSafeEqual(actual, expected) && expires * 1000 > Date.now();
  }

  #sign(fileId: string, expires: number): string {
    return createHmac('sha256', this.#key).update(`download\n${fileId}\n${expires}`).digest('base64url');
  }
}
