import { AppError } from '../errors.ts';

/**
 * Page tokens say where in an order the previous page ended, as values of the ordered columns. They are opaque to
 * clients but hold nothing they have not seen, and every query checks the project again, so they need no signature.
 */
export function encodePageToken(position: readonly string[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/**
 * @param length how many values the order of this list has.
 * @throws AppError `bad_request` for text that is no token of such a list.
 */
export function decodePageToken(token: string, length: number): string[] {
  try {
    const position: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (Array.isArray(position) && position.length === length && position.every((value) => typeof value === 'string')) {
      return position;
    }
  } catch {
    // Falls through to the same answer: not a token.
  }
  throw new AppError('bad_request', 'Invalid page_token');
}
