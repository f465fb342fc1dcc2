import type { PageText } from '../../../domain/document.ts';
import type { Engine, Gist } from '../../engine.ts';
import { openGist, sealGist } from './gist.ts';
import { type GivenExample, givenDocument } from './given.ts';
import type { ClassifyReply, ClassifyRequest, EmbedRulesRequest } from './requests.ts';
import { createRuleEmbedder } from './rule-embedder.ts';
import type { RuleVectors } from './rule-vectors.ts';

/** A classifier elsewhere. */
export interface Remote {
  classify(request: ClassifyRequest, options: { signal?: AbortSignal | undefined }): Promise<ClassifyReply>;
  embedRules(request: EmbedRulesRequest): Promise<RuleVectors[]>;
}

/**
 * `Engine.classify` over a classifier elsewhere. Gists are opened and sealed here, once, so that a classifier only meets
 * vectors it can use; vectors of rules are made once for all threads.
 *
 * @param options.threads that `remote` has.
 * @param options.noneThreshold for calls that name none.
 */
export function classifyBy(
  remote: Remote,
  {
    version,
    threads,
    noneThreshold: usualThreshold,
  }: { version: string; threads: number; noneThreshold: number | undefined },
): Engine['classify'] {
  const embedRules = createRuleEmbedder({
    lanes: threads,
    embed: (rules) => remote.embedRules({ kind: 'embed rules', rules }),
  });
  const open = (gist: Gist | null | undefined) => (gist ? openGist(gist, version) : null);
  const seal = (vectors: Float32Array | null) =>
    vectors === null || vectors.length === 0 ? null : sealGist(vectors, version);
  return async (pages, rules, { signal, noneThreshold = usualThreshold, examples, gist, onGists = () => {} } = {}) => {
    signal?.throwIfAborted();
    const sent: GivenExample[] = [];
    for (const { type, pages, gist } of examples ?? []) {
      const vectors = open(gist);
      // Of 200 examples the text is megabytes to copy and a second to go through.
      sent.push({ type, ...(await givenDocument(vectors === null ? textsOf(pages) : [], vectors)) });
    }
    const request: ClassifyRequest = {
      kind: 'classify',
      document: await givenDocument(textsOf(pages), open(gist)),
      rules: await untilAborted(embedRules(rules), signal),
      noneThreshold,
      examples: sent,
    };
    const { classification, made } = await remote.classify(request, { signal });
    await onGists({ document: seal(made.document), examples: made.examples.map(seal) });
    return classification;
  };
}

/** The rest of a page can be larger than its text. */
function textsOf(pages: readonly PageText[]): PageText[] {
  return pages.map(({ number, text }) => ({ number, text }));
}

/** Settles as `work` does, or rejects with the abort reason before it has. The work goes on, for whoever asks next. */
function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return work;
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const abort = () => reject(signal.reason);
  // An event that has passed is not heard.
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  return promise;
}
