import { describe, expect, test } from 'vitest';
import { createRuleVectors, packMeanings, unpackMeanings } from '../../src/classify/engines/local/rule-vectors.ts';
import type { Rule } from '../../src/domain/rules.ts';

const rules = Array.from({ length: 20 }, (_, at) => ({
  type: `type ${at}`,
  description: `The ${at}th of many types. `.repeat(10),
}));

/** Counts what is embedded; a rule's vector is its number. */
function counting(options: { fail?: boolean } = {}) {
  const embedded: string[] = [];
  let running = 0;
  let most = 0;
  const embed = async (piece: readonly Rule[]) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running--;
    if (options.fail) throw new Error('the thread died');
    embedded.push(...piece.map(({ type }) => type));
    return piece.map(({ type }) => Float32Array.of(Number(type.split(' ')[1])));
  };
  return { embedded, mostAtATime: () => most, options, vectorsOf: createRuleVectors({ lanes: 2, embed }) };
}

describe('vectors of rules', () => {
  test('come in the order of the rules and are made once, whoever asks at the same time', async () => {
    const { embedded, mostAtATime, vectorsOf } = counting();
    const [all, reversed] = await Promise.all([vectorsOf(rules), vectorsOf([...rules].reverse())]);
    expect(all.map((vector) => vector[0])).toEqual(rules.map((_, at) => at));
    expect(reversed).toEqual([...all].reverse());
    expect(embedded).toHaveLength(rules.length);
    expect(mostAtATime()).toBe(2);
  });

  test('are made anew for a rule whose description has changed, and for no other', async () => {
    const { embedded, vectorsOf } = counting();
    await vectorsOf(rules);
    await vectorsOf(rules.map((rule) => (rule.type === 'type 7' ? { ...rule, description: 'Another one' } : rule)));
    expect(embedded).toHaveLength(rules.length + 1);
    expect(embedded.at(-1)).toBe('type 7');
  });

  test('that could not be made are tried again when asked for again', async () => {
    const { options, vectorsOf } = counting({ fail: true });
    await expect(vectorsOf(rules)).rejects.toThrow('the thread died');
    options.fail = false;
    await expect(vectorsOf(rules)).resolves.toHaveLength(rules.length);
  });

  test('are the same after packing, in memory that threads share', () => {
    const row = (first: number) => Float32Array.of(first, first + 0.5);
    const meaningFrom = (first: number, cues: number) => ({
      vector: row(first),
      centred: row(first + 1),
      centredName: row(first + 2),
      centredCues: Array.from({ length: cues }, (_, at) => row(first + 3 + at)),
    });
    const meanings = [meaningFrom(1, 2), meaningFrom(10, 0), meaningFrom(20, 1)];
    const packed = packMeanings(meanings);
    expect(packed.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(unpackMeanings(packed, [2, 0, 1])).toEqual(meanings);
  });
});
