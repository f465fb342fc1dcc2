import type { Example } from '../../src/classify/engine.ts';
import type { Classifier } from '../../src/classify/engines/local/classifier.ts';
import { type GivenExample, givenDocument, givenRules } from '../../src/classify/engines/local/given.ts';
import { headOf } from '../../src/domain/examples.ts';
import {
  askWithExamples,
  type Gain,
  type LearnedAnswers,
  type Learning,
  measureLearning,
  planLearning,
  unreadableAnswers,
} from '../../src/evaluation/learning.ts';
import { figure, signed } from '../../src/evaluation/wording.ts';
import { isReadable, type MeasuredSet } from './labelled-sets.ts';

interface LearningTable {
  title: string;
  /** Shows one of the groups of documents; null = the set has none of them. */
  groupOf(step: Learning['steps'][number]): Gain | null;
}

/**
 * Accuracy without examples and with each number of them, and the gain by the largest, for every set.
 *
 * @param options.half examples for the first, third, … rule only; then another table tells of the documents without.
 */
export async function* learningTables(
  sets: readonly MeasuredSet[],
  classifier: Classifier,
  options: { steps: readonly number[]; splits: number; half: boolean },
): AsyncGenerator<string, void, void> {
  const { steps, half } = options;
  const learned: { name: string; learning: Learning }[] = [];
  for (const set of sets) learned.push({ name: set.name, learning: await learn(set, classifier, options) });
  const tables: LearningTable[] = [{ title: 'all documents of', groupOf: ({ all }) => all }];
  if (half) tables.push({ title: 'documents without examples of', groupOf: ({ others }) => others });
  for (const { title, groupOf } of tables) {
    yield '';
    yield `| ${[title, 'documents', 'none', ...steps, `gain by ${steps.at(-1)}`].join(' | ')} |`;
    yield `|${'---|'.repeat(steps.length + 4)}`;
    for (const { name, learning } of learned) {
      const gains = learning.steps.map(groupOf).filter((gain) => gain !== null);
      const last = gains.at(-1);
      if (last === undefined) continue;
      const { value, interval } = last.difference;
      const shares = [last.without, ...gains.map(({ learned }) => learned)].map(figure);
      const difference = `${signed(value)} (${interval.map(signed).join(' to ')})`;
      yield `| ${[name, last.documents, ...shares, difference].join(' | ')} |`;
    }
  }
}

async function learn(
  { rules, documents }: MeasuredSet,
  classifier: Classifier,
  { steps, splits, half }: { steps: readonly number[]; splits: number; half: boolean },
): Promise<Learning> {
  const chosen = rules.filter((_, at) => at % 2 === 0).map(({ type }) => type);
  const plan = planLearning(
    documents.map(({ label }) => label),
    { steps, splits, learns: (label) => !half || (label !== null && chosen.includes(label)) },
  );
  const examples = new Map<number, Example>();
  documents.forEach(({ label, pages }, place) => {
    if (isReadable(pages)) examples.set(place, { type: label, pages: headOf(pages) });
  });
  const asked = await givenRules(rules);
  const answers: LearnedAnswers[] = [];
  for (const [place, { pages }] of documents.entries()) {
    if (!isReadable(pages)) {
      answers.push(unreadableAnswers(place, plan));
      continue;
    }
    const document = await givenDocument(pages);
    const ask = async (chosen: readonly Example[]) => {
      const given: GivenExample[] = [];
      for (const { type, pages } of chosen) given.push({ type, ...(await givenDocument(pages)) });
      return (await classifier.classify(document, asked, { examples: given })).type;
    };
    const without = await ask([]);
    answers.push({ without, learned: await askWithExamples({ place, pages }, { plan, examples }, ask) });
  }
  return measureLearning(plan, examples, answers);
}
