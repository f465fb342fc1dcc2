import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { AppError } from '../errors.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Where the key of a vault comes from. */
export interface VaultKey {
  key: Buffer;
  /** What an operator knows it as: a setting or a file. */
  source: string;
}

/**
 * Encrypts text that must not be readable in the database, with AES-256-GCM (NIST SP 800-38D). Sealed text says which
 * key it was sealed with and is bound to a context, so that it opens neither with another key nor in another place.
 */
export class Vault {
  readonly #key: Buffer;
  readonly #keyId: string;
  readonly #source: string;

  constructor({ key, source }: VaultKey) {
    this.#key = key;
    this.#keyId = createHash('sha256').update('pigeonhole key id').update(key).digest('hex').slice(0, 16);
    this.#source = source;
  }

  /** `1.<key id>.<nonce, ciphertext and tag in base64url>` */
  seal(text: string, context: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(context));
    const bytes = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `1.${this.#keyId}.${bytes.toString('base64url')}`;
  }

  /** @throws AppError `unavailable` when it was sealed with another key, for another context, or has been changed. */
  open(sealed: string, context: string): string {
    const [version, keyId, text = ''] = sealed.split('.');
    if (version === '1' && keyId !== this.#keyId) {
      throw new AppError(
        'unavailable',
        `Stored secrets were encrypted with another key than that of ${this.#source}; start the server with the right one.`,
        { retryable: false },
      );
    }
    try {
      const bytes = Buffer.from(text, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES));
      return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch (cause) {
      throw new AppError('unavailable', 'A stored secret is damaged and cannot be decrypted.', {
        cause,
        retryable: false,
      });
    }
  }
}

/** The 32 bytes that 64 hexadecimal digits or base64 text stand for; null = the text is neither. */
export function keyOfText(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  const bytes = Buffer.from(text, 'base64');
  return /^[A-Za-z0-9+/_-]+=*$/.test(text) && bytes.length === KEY_BYTES ? bytes : null;
}

/**
 * The key in a file that only its owner may read; made when it is missing, once, however many processes ask for it.
 *
 * @throws AppError `unavailable` when the file holds no key or cannot be read.
 */
export function ensureKeyFile(path: string): VaultKey {
  try {
    const text = readFileSync(path, 'utf8').trim();
    const key = keyOfText(text);
    if (key === null) throw new AppError('unavailable', `${path} does not hold a key: 32 bytes in base64.`);
    return { key, source: path };
  } catch (error) {
    if (error instanceof AppError) throw error;
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new AppError('unavailable', `Cannot read the encryption key in ${path}.`, { cause: error });
    }
  }
  makeKeyFile(path);
  return ensureKeyFile(path);
}

/** A file under its name is always whole: it is written under another one first, and only one process can link it. */
function makeKeyFile(path: string): void {
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    fsyncSync(file);
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    closeSync(file);
    unlinkSync(draft);
  }
}
