import type { PageText } from '../../../domain/document.ts';
import type { Rule } from '../../../domain/rules.ts';
import type { Classification, Engine, Gist } from '../../engine.ts';
import type { Classifier, GivenExample, NewVectors } from './classifier.ts';
import { openGist, sealGist } from './gist.ts';
import { createRuleVectors, type RuleVectors } from './rule-vectors.ts';

/** What is asked of a classifier in another thread: everything in it is copied but the vectors of rules, which are shared. */
export interface ClassifyRequest {
  kind: 'classify';
  pages: readonly PageText[];
  rules: readonly Rule[];
  noneThreshold: number | undefined;
  examples: readonly GivenExample[] | undefined;
  vectors: Float32Array | null;
  ruleVectors: readonly RuleVectors[];
}

/** The first time rules are seen, their vectors are asked for. */
export interface EmbedRulesRequest {
  kind: 'embed rules';
  rules: readonly Rule[];
}

export interface ClassifyReply {
  classification: Classification;
  made: NewVectors;
}

/** A classifier elsewhere. */
export interface Remote {
  classify(request: ClassifyRequest, options: { signal?: AbortSignal | undefined }): Promise<ClassifyReply>;
  embedRules(request: EmbedRulesRequest): Promise<RuleVectors[]>;
}

/** Handles a request to classify where the classifier is. */
export async function classifyHere(
  classifier: Classifier,
  { pages, rules, ...options }: ClassifyRequest,
): Promise<ClassifyReply> {
  let made: NewVectors = { document: null, examples: [] };
  const onVectors = (vectors: NewVectors) => {
    made = vectors;
  };
  return { classification: await classifier.classify(pages, rules, { ...options, onVectors }), made };
}

/** Handles a request for vectors of rules where the classifier is. */
export async function embedRulesHere(classifier: Classifier, { rules }: EmbedRulesRequest): Promise<RuleVectors[]> {
  const vectors: RuleVectors[] = [];
  for (const rule of rules) vectors.push(await classifier.compiler.embed(rule));
  return vectors;
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
  const vectorsOf = createRuleVectors({
    lanes: threads,
    embed: (rules) => remote.embedRules({ kind: 'embed rules', rules }),
  });
  const open = (gist: Gist | null | undefined) => (gist ? openGist(gist, version) : null);
  const seal = (vectors: Float32Array | null) =>
    vectors === null || vectors.length === 0 ? null : sealGist(vectors, version);
  return async (pages, rules, { signal, noneThreshold = usualThreshold, examples, gist, onGists = () => {} } = {}) => {
    signal?.throwIfAborted();
    const sent = examples?.map(({ type, pages, gist }) => {
      const vectors = open(gist);
      // Of 200 examples the text is megabytes to copy and a second to go through.
      return vectors === null ? { type, pages: textsOf(pages) } : { type, pages: [], vectors };
    });
    const request: ClassifyRequest = {
      kind: 'classify',
      pages: textsOf(pages),
      rules,
      noneThreshold,
      examples: sent,
      vectors: open(gist),
      ruleVectors: await untilAborted(vectorsOf(rules), signal),
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
  signal.addEventListener('abort', abort, { once: true });
  work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  return promise;
}
