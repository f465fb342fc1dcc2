import { describe, expect, test } from 'vitest';
import type { GivenRule } from '../../src/classify/engines/local/given.ts';
import { createRuleEmbedder } from '../../src/classify/engines/local/rule-embedder.ts';
import { packMeanings, unpackMeanings } from '../../src/classify/engines/local/rule-vectors.ts';

const rules = Array.from({ length: 20 }, (_, at) => ({
  type: `type ${at}`,
  description: `The ${at}th of many types. `.repeat(10),
}));

/** Counts what is embedded; a rule's vector is its number. */
function counting(options: { fail?: boolean } = {}) {
  const embedded: string[] = [];
  let running = 0;
  let most = 0;
  const embed = async (piece: readonly GivenRule[]) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running--;
    if (options.fail) throw new Error('the thread died');
    embedded.push(...piece.map(({ rule }) => rule.type));
    return piece.map(({ rule }) => Float32Array.of(Number(rule.type.split(' ')[1])));
  };
  return { embedded, mostAtATime: () => most, options, embedRules: createRuleEmbedder({ lanes: 2, embed }) };
}

describe('vectors of rules', () => {
  test('come in the order of the rules and are made once, whoever asks at the same time', async () => {
    const { embedded, mostAtATime, embedRules } = counting();
    const [all, reversed] = await Promise.all([embedRules(rules), embedRules([...rules].reverse())]);
    expect(all.map(({ vectors }) => vectors![0])).toEqual(rules.map((_, at) => at));
    expect(reversed).toEqual([...all].reverse());
    expect(embedded).toHaveLength(rules.length);
    expect(mostAtATime()).toBe(2);
  });

  test('are made anew for a rule whose description has changed, and for no other', async () => {
    const { embedded, embedRules } = counting();
    await embedRules(rules);
    await embedRules(rules.map((rule) => (rule.type === 'type 7' ? { ...rule, description: 'Another one' } : rule)));
    expect(embedded).toHaveLength(rules.length + 1);
    expect(embedded.at(-1)).toBe('type 7');
  });

  test('that could not be made are tried again when asked for again', async () => {
    const { options, embedRules } = counting({ fail: true });
    await expect(embedRules(rules)).rejects.toThrow('the thread died');
    options.fail = false;
    await expect(embedRules(rules)).resolves.toHaveLength(rules.length);
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
