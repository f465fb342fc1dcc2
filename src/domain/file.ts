/** An uploaded document. */
export interface StoredFile {
  id: string;
  projectId: string;
  name: string;
  /** Extension of the name without dot, lower case; null = none. Only a hint: the parser looks at the bytes. */
  fileType: string | null;
  externalFileId: string | null;
  purpose: string | null;
  sizeBytes: number;
  /** SHA-256 of the bytes, hex. */
  contentHash: string;
  blobKey: string;
  createdAt: string;
  updatedAt: string;
}

/** `Invoice.PDF` → `pdf`; null where the name has no extension. */
export function fileTypeOf(name: string): string | null {
  return /[^.]\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? null;
}
