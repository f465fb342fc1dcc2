import { InvalidArgumentError, Option } from 'commander';
import type { Example } from '../classify/engine.ts';
import { EXAMPLE_LIMITS } from '../domain/examples.ts';
import type { ClassifyConfiguration } from '../domain/rules.ts';
import { type LearningPlan, placesOfExamples, planLearning } from '../evaluation/learning.ts';
import type { LabelledDocument, LabelledSet } from '../evaluation/manifest.ts';
import { NO_TYPE } from '../evaluation/metrics.ts';
import { readAsExamples } from './examples-file.ts';
import { UsageError } from './usage-error.ts';

const DEFAULT_SPLITS = 3;
/** Each costs another answer to every document. */
const MAX_SPLITS = 10;

export interface LearnOptions {
  learn?: number[];
  learnTypes?: string[];
  splits?: number;
}

/** Which documents are examples, and what was read of them. */
export interface Lessons {
  plan: LearningPlan;
  /** By their place in the set. */
  examples: ReadonlyMap<number, Example>;
}

/** The options of `pigeonhole eval` that measure what examples gain. */
export const learnOptions = {
  learn: () =>
    new Option(
      '--learn <numbers>',
      'also tell what so many examples of each type gain, taken from the set itself: 5, or 1,3,5,10',
    ).argParser(parseSteps),
  learnTypes: () =>
    new Option(
      '--learn-types <types>',
      `take examples of these types only, and tell what becomes of the others: invoice,${NO_TYPE} (default: all)`,
    ).argParser((text) => text.split(',').map((type) => type.trim())),
  splits: () =>
    new Option(
      '--splits <number>',
      `how often to choose the examples at random for --learn (default: ${DEFAULT_SPLITS})`,
    ).argParser((text) => parseNumber(text, MAX_SPLITS)),
};

/**
 * Chooses the examples; reading them is for later.
 *
 * @returns null when nothing is to be learnt.
 * @throws UsageError when the options do not fit the set or the rules.
 */
export async function prepareLessons(
  set: LabelledSet,
  configuration: ClassifyConfiguration,
  { learn: steps, learnTypes, splits }: LearnOptions,
): Promise<{ read(reading: Parameters<typeof readAsExamples>[1]): Promise<Lessons> } | null> {
  if (steps === undefined) {
    if (learnTypes !== undefined) throw new UsageError('--learn-types says nothing without --learn.');
    if (splits !== undefined) throw new UsageError('--splits says nothing without --learn.');
    return null;
  }
  const types = [...configuration.rules.map(({ type }) => type), NO_TYPE];
  const unknown = (learnTypes ?? []).filter((type) => !types.includes(type));
  if (unknown.length > 0) {
    const quoted = (names: string[]) => names.map((name) => `"${name}"`).join(', ');
    throw new UsageError(`--learn-types does not know ${quoted(unknown)}; there are ${quoted(types)}.`);
  }
  const labels = await Array.fromAsync(set.documents(), ({ label }) => label);
  const learns = (label: string | null) => learnTypes?.includes(label ?? NO_TYPE) ?? true;
  const plan = planLearning(labels, { steps, splits: splits ?? DEFAULT_SPLITS, learns });
  const places = placesOfExamples(plan);
  if (places.size === 0) {
    throw new UsageError('--learn needs two documents of a type at least: one to be an example, one to measure on.');
  }
  return {
    async read(reading) {
      const drawn: { place: number; document: LabelledDocument }[] = [];
      let place = 0;
      for await (const document of set.documents()) {
        if (places.has(place)) drawn.push({ place, document });
        place++;
      }
      const documents = drawn.map(({ document }) => document);
      const read = await readAsExamples(documents, reading);
      return { plan, examples: new Map([...read].map(([at, example]) => [drawn[at]!.place, example])) };
    },
  };
}

function parseSteps(text: string): number[] {
  const steps = text.split(',').map((part) => parseNumber(part.trim(), EXAMPLE_LIMITS.perLabel));
  return [...new Set(steps)].sort((a, b) => a - b);
}

function parseNumber(text: string, most: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > most) {
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`);
  }
  return number;
}
