import type { DiskBlobs } from '../blobs/disk.ts';
import { readPages } from '../blobs/pages.ts';
import type { Example } from '../classify/engine.ts';
import type { PageText } from '../domain/document.ts';
import { exampleQuota, headOf } from '../domain/examples.ts';
import { feedbackScope } from '../domain/feedback.ts';
import type { ClassifyJob } from '../domain/job.ts';
import { WeightedLru } from '../lib/weighted-lru.ts';
import { listConfigurationExamples } from '../store/configuration-examples.ts';
import type { Database } from '../store/database.ts';
import { type LabelledDocument, listLabelledDocuments } from '../store/feedback.ts';
import type { FoundResult } from '../store/parse-results.ts';
import type { Gists } from './gists.ts';

/** Characters of examples that are kept for the next jobs, over all projects. */
const KEPT_CHARACTERS = 10_000_000;

/** An example and the result it was read from. */
export type FoundExample = Example & { result: FoundResult };

/** Reads the labelled documents that jobs learn from. */
export class ExampleReader {
  readonly #db: Database;
  readonly #blobs: DiskBlobs;
  readonly #gists: Gists;
  readonly #kept = new WeightedLru<PageText[]>(KEPT_CHARACTERS);

  constructor({ db, blobs, gists }: { db: Database; blobs: DiskBlobs; gists: Gists }) {
    this.#db = db;
    this.#blobs = blobs;
    this.#gists = gists;
  }

  /** What people said of jobs of the same scope, newest first, then the examples of the saved configuration. */
  async read(job: ClassifyJob): Promise<FoundExample[]> {
    const { project_id: projectId, configuration_id: configurationId } = job;
    const documents = await listLabelledDocuments(this.#db, { projectId, scope: feedbackScope(job) });
    if (configurationId !== null) {
      documents.push(...(await listConfigurationExamples(this.#db, projectId, configurationId)));
    }
    const examples: FoundExample[] = [];
    for (const { type, result } of chosenFrom(documents)) {
      const pages = await this.#head(result.blobKey);
      if (pages) examples.push({ type, pages, gist: await this.#gists.find(result), result });
    }
    return examples;
  }

  /** The first pages of a document; null = they were deleted a moment ago. */
  async #head(blobKey: string): Promise<PageText[] | null> {
    const known = this.#kept.get(blobKey);
    if (known) return known;
    const document = await readPages(this.#blobs, blobKey);
    if (!document) return null;
    const pages = headOf(document.pages);
    const characters = pages.reduce((total, { text }) => total + text.length, 0);
    this.#kept.set(blobKey, pages, characters);
    return pages;
  }
}

/** As many as count; the newest say most. A content counts once, with the label that comes first. */
function chosenFrom(documents: readonly LabelledDocument[]): LabelledDocument[] {
  const chosen: LabelledDocument[] = [];
  const seen = new Set<string>();
  const counts = exampleQuota();
  for (const document of documents) {
    const { contentHash } = document.result;
    if (seen.has(contentHash)) continue;
    seen.add(contentHash);
    if (counts(document.type)) chosen.push(document);
  }
  return chosen;
}
