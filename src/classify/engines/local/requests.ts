import type { PageText } from '../../../domain/document.ts';
import type { Rule } from '../../../domain/rules.ts';
import type { Classification, Engine, Gist } from '../../engine.ts';
import type { Classifier, GivenExample, NewVectors } from './classifier.ts';
import { openGist, sealGist } from './gist.ts';

/** What is asked of a classifier in another thread: everything in it is copied. */
export interface ClassifyRequest {
  pages: readonly PageText[];
  rules: readonly Rule[];
  noneThreshold: number | undefined;
  examples: readonly GivenExample[] | undefined;
  vectors: Float32Array | null;
}

export interface ClassifyReply {
  classification: Classification;
  made: NewVectors;
}

/** Handles a request where the classifier is. */
export async function handleRequest(
  classifier: Classifier,
  { pages, rules, ...options }: ClassifyRequest,
): Promise<ClassifyReply> {
  let made: NewVectors = { document: null, examples: [] };
  const onVectors = (vectors: NewVectors) => {
    made = vectors;
  };
  return { classification: await classifier.classify(pages, rules, { ...options, onVectors }), made };
}

/**
 * `Engine.classify` over a classifier elsewhere. Gists are opened and sealed here, once, so that a classifier only meets
 * vectors it can use.
 *
 * @param noneThreshold for calls that name none.
 */
export function classifyBy(
  ask: (request: ClassifyRequest, options: { signal?: AbortSignal | undefined }) => Promise<ClassifyReply>,
  { version, noneThreshold: usualThreshold }: { version: string; noneThreshold: number | undefined },
): Engine['classify'] {
  const open = (gist: Gist | null | undefined) => (gist ? openGist(gist, version) : null);
  const seal = (vectors: Float32Array | null) =>
    vectors === null || vectors.length === 0 ? null : sealGist(vectors, version);
  return async (pages, rules, { signal, noneThreshold = usualThreshold, examples, gist, onGists = () => {} } = {}) => {
    const sent = examples?.map(({ type, pages, gist }) => {
      const vectors = open(gist);
      // Of 200 examples the text is megabytes to copy and a second to go through.
      return vectors === null ? { type, pages: textsOf(pages) } : { type, pages: [], vectors };
    });
    const request = { pages: textsOf(pages), rules, noneThreshold, examples: sent, vectors: open(gist) };
    const { classification, made } = await ask(request, { signal });
    await onGists({ document: seal(made.document), examples: made.examples.map(seal) });
    return classification;
  };
}

/** The rest of a page can be larger than its text. */
function textsOf(pages: readonly PageText[]): PageText[] {
  return pages.map(({ number, text }) => ({ number, text }));
}
