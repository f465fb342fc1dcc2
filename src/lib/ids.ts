import { randomUUID } from 'node:crypto';

/** Kinds of things that carry an id, with the prefix the API shows. */
export const ID_PREFIXES = {
  classifyJob: 'clj',
  file: 'dfl',
  parseJob: 'pjb',
  configuration: 'cfg',
  bulk: 'blk',
  webhookConfig: 'whc',
  webhookDelivery: 'whd',
} as const;
export type IdKind = keyof typeof ID_PREFIXES;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A fresh id, `clj-<uuid4>`. */
export function newId(kind: IdKind): string {
  return `${ID_PREFIXES[kind]}-${randomUUID()}`;
}

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/**
 * The stored form of an id a client sent: old endpoints and scripts use the bare UUID, new ones the prefixed form.
 * Text that is no id is returned as it is; it will simply not be found.
 */
export function normalizeId(kind: IdKind, id: string): string {
  if (isUuid(id)) return `${ID_PREFIXES[kind]}-${id.toLowerCase()}`;
  const prefix = `${ID_PREFIXES[kind]}-`;
  return id.startsWith(prefix) && isUuid(id.slice(prefix.length)) ? id.toLowerCase() : id;
}

/** `dfl-<uuid>` → `<uuid>`, as the old endpoints show it; an id without prefix is returned as it is. */
export function bareId(id: string): string {
  return isUuid(id) ? id : id.slice(id.indexOf('-') + 1);
}
