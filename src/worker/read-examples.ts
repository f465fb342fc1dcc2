import type { DiskBlobs } from '../blobs/disk.ts';
import { readPages } from '../blobs/pages.ts';
import type { Example } from '../classify/engine.ts';
import type { PageText } from '../domain/document.ts';
import { feedbackScope } from '../domain/feedback.ts';
import type { ClassifyJob } from '../domain/job.ts';
import { WeightedLru } from '../lib/weighted-lru.ts';
import type { Database } from '../store/database.ts';
import { listLabelledDocuments } from '../store/feedback.ts';

export interface ExampleDeps {
  db: Database;
  blobs: DiskBlobs;
}

/** The newest say most; each costs the first job that meets it what reading a document costs the engine. */
const EXAMPLES = { perType: 20, total: 200 };
/** Characters of an example that are handed on: engines read no more of a document. */
const MAX_CHARACTERS = 30_000;
/** Characters of examples that are kept for the next jobs, over all projects. */
const KEPT_CHARACTERS = 10_000_000;

const kept = new WeakMap<DiskBlobs, WeightedLru<PageText[]>>();

/** The labelled documents a job learns from: those of its scope whose pages are still there, newest first. */
export async function readExamples(job: ClassifyJob, { db, blobs }: ExampleDeps): Promise<Example[]> {
  const documents = await listLabelledDocuments(db, { projectId: job.project_id, scope: feedbackScope(job) }, EXAMPLES);
  const examples: Example[] = [];
  for (const { type, blobKey } of documents) {
    const pages = await headOf(blobKey, blobs);
    if (pages) examples.push({ type, pages });
  }
  return examples;
}

/** The first pages of a document; null = they were deleted a moment ago. */
async function headOf(blobKey: string, blobs: DiskBlobs): Promise<PageText[] | null> {
  const cache = kept.get(blobs) ?? new WeightedLru<PageText[]>(KEPT_CHARACTERS);
  kept.set(blobs, cache);
  const known = cache.get(blobKey);
  if (known) return known;
  const document = await readPages(blobs, blobKey);
  if (!document) return null;
  const pages: PageText[] = [];
  let left = MAX_CHARACTERS;
  for (const { number, text } of document.pages) {
    if (left <= 0) break;
    pages.push({ number, text: text.slice(0, left) });
    left -= text.length;
  }
  cache.set(blobKey, pages, MAX_CHARACTERS - Math.max(0, left));
  return pages;
}
