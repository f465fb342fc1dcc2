/** Results that may wait for an earlier one before no more work is begun. Bounds memory when one item takes very long. */
const MAX_WAITING_RESULTS = 1_000;

/**
 * Runs `work` on every item, `concurrency` of them at a time, and yields the results in the order of the items as soon
 * as that order allows. Items are taken only when there is room, and no new one is begun while the consumer is busy with
 * a result. The first rejection ends it; what is under way then is left to itself, so give `work` a signal.
 */
export async function* mapInOrder<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, void> {
  const waiting: { result: Promise<Result>; settled: boolean }[] = [];
  let running = 0;
  let onFreed = () => {};

  for await (const item of items) {
    const result = work(item);
    const entry = { result, settled: false };
    waiting.push(entry);
    running++;
    const settle = () => {
      entry.settled = true;
      running--;
      onFreed();
    };
    // Handled here too, because nobody looks at the later results once an earlier one has failed.
    result.then(settle, settle);

    while (running >= concurrency) await new Promise<void>((resolve) => (onFreed = resolve));
    while (waiting[0]?.settled || waiting.length >= MAX_WAITING_RESULTS) yield await waiting.shift()!.result;
  }
  for (const { result } of waiting) yield await result;
}
