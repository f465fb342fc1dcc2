import type { Classification } from '../../engine.ts';
import type { Classifier, NewVectors } from './classifier.ts';
import type { GivenDocument, GivenExample, GivenRule } from './given.ts';
import type { RuleVectors } from './rule-vectors.ts';

/** What is asked of a classifier in another thread: everything in it is copied but the vectors of rules, which are shared. */
export interface ClassifyRequest {
  kind: 'classify';
  document: GivenDocument;
  rules: readonly GivenRule[];
  noneThreshold: number | undefined;
  examples: readonly GivenExample[];
}

/** The first time rules are seen, their vectors are asked for. */
export interface EmbedRulesRequest {
  kind: 'embed rules';
  rules: readonly GivenRule[];
}

export interface ClassifyReply {
  classification: Classification;
  made: NewVectors;
}

/** Handles a request to classify where the classifier is. */
export async function classifyHere(
  classifier: Classifier,
  { document, rules, ...options }: ClassifyRequest,
): Promise<ClassifyReply> {
  let made: NewVectors = { document: null, examples: [] };
  const onVectors = (vectors: NewVectors) => {
    made = vectors;
  };
  return { classification: await classifier.classify(document, rules, { ...options, onVectors }), made };
}

/** Handles a request for vectors of rules where the classifier is. */
export async function embedRulesHere(classifier: Classifier, { rules }: EmbedRulesRequest): Promise<RuleVectors[]> {
  const vectors: RuleVectors[] = [];
  for (const rule of rules) vectors.push(await classifier.compiler.embed(rule));
  return vectors;
}
