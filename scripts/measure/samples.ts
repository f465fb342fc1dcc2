import type { Classifier } from '../../src/classify/engines/local/classifier.ts';
import { rankerFeatures } from '../../src/classify/engines/local/features/all.ts';
import { lexiconAdvantage, lexiconScore } from '../../src/classify/engines/local/features/lexicon.ts';
import { givenDocument, givenRules } from '../../src/classify/engines/local/given.ts';
import type { LexiconView } from '../../src/classify/engines/local/none-gate.ts';
import type { RankerFeatures } from '../../src/classify/engines/local/ranker.ts';
import { type CompiledRule, relationsOf } from '../../src/classify/engines/local/rule-compiler.ts';
import { sha256 } from '../../src/lib/cached-file.ts';
import { isReadable, type MeasuredSet } from './labelled-sets.ts';

/** One question: a document and a set of rules, with everything the models are fitted on. */
export interface Sample {
  set: string;
  /** Samples of one group are left out together: a set, or a part of the types of a large one. */
  group: string;
  /** Is this the question as the set asks it? Only those are counted in reports. */
  original: boolean;
  features: RankerFeatures[];
  views: LexiconView[];
  wordCount: number;
  /** Index of the right rule; -1 = none fits. */
  label: number;
}

/** A set with known document types is as large as this before its types are split into groups. */
const SPLIT_FROM_TYPES = 20;
const TYPE_GROUPS = 3;

/**
 * Questions from labelled sets: each document with its own rules; with a random part of them and rules of other sets; and
 * with the right rule taken away, so that none fits. Random, but the same every time.
 */
export async function makeSamples(sets: readonly MeasuredSet[], classifier: Classifier): Promise<Sample[]> {
  const compiled = new Map<string, CompiledRule[]>();
  for (const set of sets)
    compiled.set(set.name, (await classifier.compiler.compile(await givenRules(set.rules))).described);
  const random = randomNumbers(7);
  const samples: Sample[] = [];
  for (const set of sets) {
    const own = compiled.get(set.name)!;
    const foreign = sets.filter(({ name }) => name !== set.name).flatMap(({ name }) => compiled.get(name)!);
    const splits = own.length >= SPLIT_FROM_TYPES && own.filter(({ types }) => types.size > 0).length > own.length / 2;
    for (const { label, pages } of set.documents) {
      if (!isReadable(pages)) continue;
      const document = await classifier.reader.read(await givenDocument(pages));
      const group = splits ? `${set.name}/${groupOf(label ?? 'none')}` : set.name;
      const right = own.find(({ rule }) => rule.type === label);
      if (label !== null && right === undefined) continue;
      const add = (rules: CompiledRule[], original: boolean, fits: CompiledRule | undefined) => {
        const sorted = [...rules].sort((a, b) => (a.rule.type < b.rule.type ? -1 : 1));
        const relations = relationsOf(sorted);
        const context = { described: sorted, standIns: [], catchAlls: [], ...relations };
        samples.push({
          set: set.name,
          group,
          original,
          features: sorted.map((rule) => rankerFeatures(document, rule, context)),
          views: sorted.map((rule) => ({
            lexicon: lexiconScore(document.lexicon, rule),
            lexiconAdvantage: lexiconAdvantage(document.lexicon, rule),
            typeGate: relations.typeGate,
            topicGate: relations.topicGate,
          })),
          wordCount: document.words.wordCount,
          label: fits === undefined ? -1 : sorted.indexOf(fits),
        });
      };
      add(own, true, right);
      const others = own.filter((rule) => rule !== right);
      const some = pick(others, Math.floor(others.length * (0.15 + 0.7 * random())) + 1, random);
      const strangers = pick(foreign, Math.floor(6 * random()), random);
      if (right !== undefined) add([right, ...some, ...strangers], false, right);
      if (some.length + strangers.length > 1) add([...some, ...strangers], false, undefined);
      const unrelated = pick(foreign, 2 + Math.floor(12 * random()), random);
      add(unrelated, false, undefined);
    }
  }
  return samples;
}

function groupOf(type: string): number {
  return Number.parseInt(sha256(type).slice(0, 8), 16) % TYPE_GROUPS;
}

function pick<Item>(items: readonly Item[], count: number, random: () => number): Item[] {
  const rest = [...items];
  const picked: Item[] = [];
  while (picked.length < count && rest.length > 0) {
    picked.push(...rest.splice(Math.floor(random() * rest.length), 1));
  }
  return picked;
}

/** A linear congruential generator: numbers from 0 to 1, the same for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
