import { EXAMPLE_LIMITS } from '../domain/examples.ts';
import { seededRandom } from './random.ts';

/** Any will do; it must only be the same for everyone, so that a measurement can be repeated. */
const SEED = 20_260_102;

/**
 * Documents of a set that are examples, by their place in it; the rest is measured. The value is how many examples of
 * the same label come before: those below n are what there would be with n examples a label.
 */
export type Split = ReadonlyMap<number, number>;

/**
 * Draws examples at random, the same every time: of each label as many as wanted, but never more than half of its
 * documents, so that some are left to measure on, and no more in all than an engine is given.
 *
 * @param labels of the documents of the set, in its order.
 */
export function drawSplits(
  labels: readonly (string | null)[],
  options: { splits: number; perLabel: number; learns(label: string | null): boolean },
): Split[] {
  const random = seededRandom(SEED);
  const places = [...Map.groupBy(labels.keys(), (place) => labels[place] ?? null)];
  return Array.from({ length: options.splits }, () => {
    const drawn = places.flatMap(([label, own]) => {
      // Also where none is taken, so that the choice of labels does not change what is drawn of the others.
      const order = shuffled(own, random);
      const wanted = options.learns(label) ? Math.min(options.perLabel, Math.floor(own.length / 2)) : 0;
      return order.slice(0, wanted).map((place, rank) => ({ place, rank }));
    });
    const fair = drawn.toSorted((a, b) => a.rank - b.rank).slice(0, EXAMPLE_LIMITS.total);
    return new Map(fair.map(({ place, rank }) => [place, rank]));
  });
}

/** Fisher and Yates, as Durstenfeld wrote it down in 1964. */
function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
