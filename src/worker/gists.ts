import type { Gist, NewGists } from '../classify/engine.ts';
import { WeightedLru } from '../lib/weighted-lru.ts';
import type { Database } from '../store/database.ts';
import { type FoundResult, findGist, keepGists } from '../store/parse-results.ts';

/** Bytes of gists in memory: those of the examples that every job of a project is compared with. */
const RECENT_BYTES = 16 * 1024 * 1024;

export interface GistDeps {
  db: Database;
  /** Called after so many bytes have been stored. */
  resultStored(sizeBytes: number): void;
  onError(error: unknown): void;
}

/** What the engine has made of documents, kept with what was read from them. Losing it costs time, never answers. */
export class Gists {
  readonly #deps: GistDeps;
  /** By the key of the blob. */
  readonly #recent = new WeightedLru<Gist>(RECENT_BYTES);

  constructor(deps: GistDeps) {
    this.#deps = deps;
  }

  async find(result: FoundResult): Promise<Gist | null> {
    const recent = this.#recent.get(result.blobKey);
    if (recent) return recent;
    const gist = await findGist(this.#deps.db, result);
    if (gist) this.#recent.set(result.blobKey, gist, gist.length);
    return gist;
  }

  /** Keeps what a call of the engine has made of a document and its examples. Never fails: the answer is there already. */
  async keep(document: FoundResult, examples: readonly { result: FoundResult }[], made: NewGists): Promise<void> {
    const { db, resultStored, onError } = this.#deps;
    const results = [document, ...examples.map(({ result }) => result)];
    const gists = [made.document, ...made.examples].flatMap((gist, index) =>
      gist === null ? [] : [{ result: results[index]!, gist }],
    );
    if (gists.length === 0) return;
    for (const { result, gist } of gists) this.#recent.set(result.blobKey, gist, gist.length);
    try {
      await keepGists(db, gists);
      resultStored(gists.reduce((sum, { gist }) => sum + gist.length, 0));
    } catch (error) {
      onError(error);
    }
  }
}
