import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/classify/engine.ts';
import { topicRelations, topicScore } from '../../src/classify/engines/local/features/topics.ts';
import { compileLexicon } from '../../src/classify/engines/local/lexicon/compile.ts';
import { recogniseTopics } from '../../src/classify/engines/local/lexicon/recognise.ts';
import { scoreByLexicon } from '../../src/classify/engines/local/lexicon/score.ts';
import { createLocalEngine } from '../../src/classify/engines/local/pool.ts';
import type { RuleProfile } from '../../src/classify/engines/local/rule-profile.ts';
import type { Rule } from '../../src/domain/rules.ts';
import { LEXICON } from './fresh-lexicon.ts';

const topicsOf = (name: string, description = '') =>
  [...recogniseTopics(LEXICON, name, description)].flatMap(([id, { isNamed, weight }]) =>
    isNamed ? [weight === 1 ? id : `${id}?`] : [],
  );
const ruleOf = (name: string, description = '') =>
  ({ topics: recogniseTopics(LEXICON, name, description) }) as unknown as RuleProfile;

describe('a rule is about a topic', () => {
  test.each([
    ['baseball', '', ['baseball']],
    ['Motorcycles', '', ['motorcycles']],
    ['topic 7', 'Posts about cryptography', ['cryptography?']],
    ['politics guns', 'Posts about gun control and firearms', ['guns']],
    ['politics', 'Posts about gun control and firearms', ['politics']],
    ['sports', 'Posts about music', ['popular_music?', 'sport']],
    ['anger', 'the person feels angry', ['anger']],
    ['topic 7', 'Anything that was found in the cellar', []],
  ])('%s: %s', (name, description, topics) => {
    expect(topicsOf(name, description)).toEqual(topics);
  });

  test('with parts of parts, which do not count where another rule says what is between', () => {
    const { topics } = scoreByLexicon(
      LEXICON,
      'The Nasdaq fell, the Dow Jones index closed lower, and brokers sold equities.',
    );
    const [business, finance, sport] = [ruleOf('business'), ruleOf('finance'), ruleOf('sports')];
    const set = topicRelations([business, finance, sport]);
    expect(topicScore(topics, finance, set)).toBeGreaterThan(topicScore(topics, business, set));
    expect(topicScore(topics, business, topicRelations([business, sport]))).toBeGreaterThan(
      topicScore(topics, business, set),
    );
  });

  test('and about what is part of it, unless another rule says that part itself', () => {
    const { topics } = scoreByLexicon(
      LEXICON,
      'The pitcher gave up two hits in seven innings before the bullpen took over.',
    );
    const [sport, baseball, hockey] = [ruleOf('sports'), ruleOf('baseball'), ruleOf('ice hockey')];
    expect(topicScore(topics, sport, topicRelations([sport, hockey]))).toBeGreaterThan(0);
    expect(topicScore(topics, baseball, topicRelations([sport, baseball]))).toBeGreaterThan(
      topicScore(topics, sport, topicRelations([sport, baseball])),
    );
    expect(topicScore(topics, hockey, topicRelations([sport, hockey]))).toBe(0);
  });
});

test('topics may say the more about a set of rules the more of its rules name one of their own', () => {
  const [cars, also, none] = [ruleOf('cars'), ruleOf('cars'), ruleOf('whatever else')];
  expect(topicRelations([cars, ruleOf('motorcycles')]).topicGate).toBe(1);
  expect(topicRelations([cars, also]).topicGate).toBe(0);
  expect(topicRelations([cars, ruleOf('motorcycles'), none]).topicGate).toBe(0.5);
  expect(topicRelations([cars]).topicGate).toBe(1);
  expect(topicRelations([none]).topicGate).toBe(0);
  expect(topicRelations([]).topicGate).toBe(0);
});

test('a topic needs parts that are there and is no part of itself', () => {
  const topic = (parts: string[]) => ({ names: 'a name', parts, words: 'a word', strong: '' });
  expect(() => compileLexicon([], [['one', topic(['other'])]])).toThrow('there is no topic other');
  expect(() =>
    compileLexicon(
      [],
      [
        ['one', topic(['two'])],
        ['two', topic(['one'])],
      ],
    ),
  ).toThrow('part of itself');
});

test('a word that a topic lists twice counts once, as much as where it counts most', () => {
  const entry = { names: 'gold', parts: [], words: 'gold | ingot', strong: 'ingot' };
  const { topicWords } = compileLexicon([], [['gold', entry]]);
  expect(topicWords.map(({ weight }) => weight)).toEqual([1, 2]);
});

describe('a text that never says its topic', () => {
  let engine: Engine;
  beforeAll(() => {
    engine = createLocalEngine({ threads: 1, cacheDir: path.join(tmpdir(), 'pigeonhole-test-cache') });
  });
  afterAll(() => engine.close());

  const rule = (type: string, description: string): Rule => ({ type, description });

  test.each([
    {
      text: 'I swapped the NuBus card of my Quadra for a newer one, and now the PowerBook does not see it over LocalTalk.',
      rules: [
        rule('apple-macintosh', 'Posts about the Apple Macintosh'),
        rule('pc-hardware', 'Posts about PC hardware'),
        rule('baseball', 'Posts about baseball'),
      ],
      type: 'apple-macintosh',
      quote: 'NuBus',
    },
    {
      text: 'Who was the first woman to cross the Atlantic alone?',
      rules: [
        rule('person', 'Questions that ask for a person'),
        rule('place', 'Questions that ask for a place'),
        rule('number', 'Questions that ask for a number'),
      ],
      type: 'person',
      quote: 'Who was',
    },
  ])('is $type, with the words that show it as evidence', async ({ text, rules, type, quote }) => {
    const answer = await engine.classify([{ number: 1, text }], rules);
    expect(answer.type).toBe(type);
    expect(answer.evidence.map((found) => found.quote).join('\n')).toContain(quote);
  });
});
