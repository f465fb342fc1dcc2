import type { Example } from '../classify/engine.ts';
import type { PageText } from '../domain/document.ts';
import { headOf } from '../domain/examples.ts';
import { type Difference, pairedBootstrap } from './bootstrap.ts';
import { type Answer, UNREADABLE } from './metrics.ts';
import { drawSplits, type Split } from './splits.ts';

/** How to measure what examples gain: which documents of a set become examples, and how many of them count. */
export interface LearningPlan {
  /** Numbers of examples a label to compare, ascending. */
  steps: readonly number[];
  splits: readonly Split[];
  /** Of the documents of the set, in its order. */
  labels: readonly (string | null)[];
  /** Labels that have fewer examples than the last step asks for, and how many they have. */
  short: { label: string | null; examples: number }[];
}

/** The answers to one document of the set. */
export interface LearnedAnswers {
  without: Answer;
  /** For each split: the answers by step, or null where the document is an example itself. */
  learned: readonly (readonly Answer[] | null)[];
}

/** What examples change for some of the documents. Shares are over all documents that were measured in all splits. */
export interface Gain {
  /** Documents that were measured in at least one split. */
  documents: number;
  /** Share of right answers without examples … */
  without: number;
  /** … and with them. */
  learned: number;
  /** The difference. Its interval tells what other documents could change, not what other examples could. */
  difference: Difference;
}

export interface LearningStep {
  /** Examples of each label that were asked for. */
  perLabel: number;
  /** Examples there were in all, in the mean of the splits. */
  examples: number;
  all: Gain;
  /** The documents whose label has no examples; null = there are none. */
  others: Gain | null;
}

export interface Learning {
  splits: number;
  short: LearningPlan['short'];
  steps: LearningStep[];
}

/**
 * @param labels of the documents of the set, in its order.
 * @param options.steps numbers of examples a label, ascending.
 * @param options.learns may there be examples of this label?
 */
export function planLearning(
  labels: readonly (string | null)[],
  options: { steps: readonly number[]; splits: number; learns(label: string | null): boolean },
): LearningPlan {
  const { steps, learns } = options;
  const perLabel = steps.at(-1)!;
  const splits = drawSplits(labels, { splits: options.splits, perLabel, learns });
  // Every split has as many of each label.
  const drawn = [...splits[0]!.keys()].map((place) => labels[place] ?? null);
  const short = [...new Set(labels)]
    .filter(learns)
    .map((label) => ({ label, examples: drawn.filter((other) => other === label).length }))
    .filter(({ examples }) => examples < perLabel);
  return { steps, splits, labels, short };
}

/** Places of the documents that are examples in some split. */
export function placesOfExamples({ splits }: LearningPlan): Set<number> {
  return new Set(splits.flatMap((split) => [...split.keys()]));
}

/**
 * Asks about one document with the examples of every split, one after the other, while the engine still knows the
 * document. Where an example has the same text, the document counts as an example: its answer would be no surprise.
 *
 * @param examples those that could be read, by their place in the set.
 */
export async function askWithExamples(
  document: { place: number; pages: readonly PageText[] },
  { plan, examples }: { plan: LearningPlan; examples: ReadonlyMap<number, Example> },
  ask: (examples: readonly Example[]) => Promise<Answer>,
): Promise<LearnedAnswers['learned']> {
  const text = textOf(headOf(document.pages));
  const learned: (Answer[] | null)[] = [];
  for (const split of plan.splits) {
    const drawn = [...split].flatMap(([place, rank]) => {
      const example = examples.get(place);
      return example === undefined ? [] : [{ rank, example }];
    });
    if (split.has(document.place) || drawn.some(({ example }) => textOf(example.pages) === text)) {
      learned.push(null);
      continue;
    }
    const answers: Answer[] = [];
    for (const step of plan.steps) {
      answers.push(await ask(drawn.filter(({ rank }) => rank < step).map(({ example }) => example)));
    }
    learned.push(answers);
  }
  return learned;
}

/** The answers to a document that could not be read: it is as wrong with examples as without. */
export function unreadableAnswers(place: number, { splits, steps }: LearningPlan): LearnedAnswers {
  return {
    without: UNREADABLE,
    learned: splits.map((split) => (split.has(place) ? null : steps.map(() => UNREADABLE))),
  };
}

/** @param answers to all documents of the set, in its order. */
export function measureLearning(
  plan: LearningPlan,
  examples: ReadonlyMap<number, Example>,
  answers: readonly LearnedAnswers[],
): Learning {
  const { labels, splits } = plan;
  const read = splits.map((split) => [...split].filter(([place]) => examples.has(place)));
  const taught = new Set(read.flat().map(([place]) => labels[place] ?? null));
  const gainOf = (step: number, isCounted: (label: string | null) => boolean): Gain | null => {
    const pairs = answers.map(({ without, learned }, place) => {
      const label = labels[place] ?? null;
      if (!isCounted(label)) return [];
      return learned.flatMap((split) => (split === null ? [] : [{ label, before: without, after: split[step]! }]));
    });
    const measured = pairs.filter((own) => own.length > 0);
    if (measured.length === 0) return null;
    const all = measured.flat();
    const share = (answer: 'before' | 'after') => all.filter((pair) => pair[answer] === pair.label).length / all.length;
    return {
      documents: measured.length,
      without: share('before'),
      learned: share('after'),
      difference: pairedBootstrap(measured).accuracy,
    };
  };
  return {
    splits: splits.length,
    short: plan.short,
    steps: plan.steps.flatMap((perLabel, step) => {
      const all = gainOf(step, () => true);
      if (all === null) return [];
      const given = read.flat().filter(([, rank]) => rank < perLabel).length;
      const others = gainOf(step, (label) => !taught.has(label));
      return [{ perLabel, examples: given / splits.length, all, others }];
    }),
  };
}

function textOf(pages: readonly PageText[]): string {
  return pages.map(({ text }) => text).join('\n');
}
