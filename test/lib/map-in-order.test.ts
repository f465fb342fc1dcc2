import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mapInOrder } from '../../src/lib/map-in-order.ts';

test('results come in the order of the items, with no more work at a time than allowed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 25 }),
      fc.integer({ min: 1, max: 5 }),
      async (delays, concurrency) => {
        let running = 0;
        let most = 0;
        const work = async (index: number) => {
          most = Math.max(most, ++running);
          await sleep(delays[index]);
          running--;
          return index;
        };
        const results = await Array.fromAsync(mapInOrder(delays.keys(), concurrency, work));
        expect(results).toEqual([...delays.keys()]);
        expect(most).toBeLessThanOrEqual(concurrency);
      },
    ),
    { numRuns: 30 },
  );
});

test('a result is given out before the work on later items is done', async () => {
  const gate = Promise.withResolvers<void>();
  const results = mapInOrder([0, 1, 2, 3], 2, async (item) => {
    if (item === 3) await gate.promise;
    return item;
  });
  const early = [await results.next(), await results.next(), await results.next()].map(({ value }) => value);
  expect(early).toEqual([0, 1, 2]);
  gate.resolve();
  expect((await results.next()).value).toBe(3);
  expect((await results.next()).done).toBe(true);
});

test('items are not taken far ahead of a first one that takes long', async () => {
  const gate = Promise.withResolvers<void>();
  let taken = 0;
  function* items() {
    for (; taken < 5_000; taken++) yield taken;
  }
  const results = mapInOrder(items(), 2, async (item) => {
    if (item === 0) await gate.promise;
  });
  const first = results.next();
  await sleep(50);
  expect(taken).toBeLessThan(1_100);
  gate.resolve();
  await first;
  await results.return();
});

test('a failure ends it at its place in the order', async () => {
  const results = mapInOrder([0, 1, 2], 3, async (item) => {
    if (item > 0) throw new Error(`no ${item}`);
    return item;
  });
  expect((await results.next()).value).toBe(0);
  await expect(results.next()).rejects.toThrow('no 1');
  expect((await results.next()).done).toBe(true);
});
