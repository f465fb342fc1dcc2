import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createLocalEngine } from '../../src/classify/engines/local/pool.ts';
import type { Rule } from '../../src/domain/rules.ts';
import { measure, type Outcome } from '../../src/evaluation/metrics.ts';

const read = (name: string) => readFileSync(new URL(`./baseline/${name}`, import.meta.url), 'utf8');

test('the engine is as good as it was on small documents in eight languages, with rules in English', async () => {
  const { rules } = JSON.parse(read('rules.json')) as { rules: Rule[] };
  const baseline = JSON.parse(read('baseline.json')) as Record<'accuracy' | 'macroF1' | 'noneAuroc' | 'ece', number>;
  const engine = createLocalEngine({ threads: 1, cacheDir: path.join(tmpdir(), 'pigeonhole-test-cache') });
  const outcomes: Outcome[] = [];
  const wrong: string[] = [];
  for (const line of read('docs.jsonl').trim().split('\n')) {
    const { id, label, text } = JSON.parse(line) as { id: string; label: string | null; text: string };
    const { type, confidence, none, reasoning } = await engine.classify([{ number: 1, text }], rules);
    outcomes.push({ label, predicted: type, confidence, noneScore: none });
    if (type !== label) wrong.push(`${id}: ${reasoning}`);
  }
  await engine.close();
  const { accuracy, macroF1, noneAuroc, ece } = measure(
    outcomes,
    rules.map(({ type }) => type),
  );
  const report = wrong.join('\n');
  expect(accuracy, report).toBeGreaterThanOrEqual(baseline.accuracy);
  expect(macroF1, report).toBeGreaterThanOrEqual(baseline.macroF1);
  expect(noneAuroc, report).toBeGreaterThanOrEqual(baseline.noneAuroc);
  expect(ece, report).toBeLessThanOrEqual(baseline.ece);
}, 120_000);
