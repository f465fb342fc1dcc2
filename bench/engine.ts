import { readFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import type { Gist } from '../src/classify/engine.ts';
import type { Rule } from '../src/domain/rules.ts';
import { printTable, quantile } from './report.ts';

const DOCUMENTS = 40;
const CHARACTERS = 13_000;
const RULES = 30;
const MANY_RULES = 500;
const DESCRIPTION_CHARACTERS = 400;
const SETS = new URL('../labelled-sets/', import.meta.url);

/**
 * The engine alone: documents of 13,000 characters against 30 rules, as many at a time as there are processors. First as
 * documents and rules never seen, then documents never seen, then with what was kept of them.
 */
export async function benchEngine(): Promise<void> {
  const all = ['clinic', 'human-resources', 'logistics'].flatMap(readRules);
  const rules = [...new Map(all.map((rule) => [rule.type, rule])).values()].slice(0, RULES);
  const texts = ['clinic', 'human-resources', 'insurance-mail', 'logistics'].flatMap(readTexts);
  const documents = Array.from({ length: DOCUMENTS }, (_, at) => longText(texts, at));
  const threads = availableParallelism();
  const before = process.memoryUsage().rss;
  // Only now, because the modules are part of what the engine takes.
  const { createLocalEngine } = await import('../src/classify/engines/local/pool.ts');
  const engine = createLocalEngine({ threads, cacheDir: path.join(tmpdir(), 'pigeonhole-bench-cache') });
  await engine.warmUp();

  const compiled = performance.now();
  const pages = (text: string) => [{ number: 1, text }];
  await Promise.all(Array.from({ length: threads }, () => engine.classify(pages('A short note.'), rules)));
  const compiling = performance.now() - compiled;

  const gists: (Gist | null)[] = [];
  const fresh = await timed(documents, threads, (text, at) =>
    engine.classify(pages(text), rules, {
      onGists: ({ document }) => {
        gists[at] = document;
      },
    }),
  );
  // Other words at the end make the text another one to the engine's own cache.
  const kept = await timed(documents, threads, (text, at) =>
    engine.classify(pages(`${text}\n${at}`), rules, { gist: gists[at] ?? null }),
  );
  const memory = process.memoryUsage().rss - before;
  const many = manyRules(all);
  const first = await timed(['A short note.'], 1, (text) => engine.classify(pages(text), many));
  const changed = many.map((rule, at) => (at === 0 ? { ...rule, description: `${rule.description} Or so.` } : rule));
  const again = await timed(documents.slice(0, threads), threads, (text) => engine.classify(pages(text), changed));
  await engine.close();
  printTable(
    `engine: ${CHARACTERS} characters, ${RULES} rules, ${threads} threads; the rules took ${compiling.toFixed(0)} ms once; ${Math.round(memory / 1e6)} MB more in use`,
    ['', 'ms a document', 'median wait', 'longest wait'],
    [
      ['never seen', ...row(fresh)],
      ['with what was kept', ...row(kept)],
    ],
  );
  printTable(
    `engine: ${MANY_RULES} rules of ${DESCRIPTION_CHARACTERS} characters`,
    ['', 'ms a document', 'median wait', 'longest wait'],
    [
      ['rules never seen', ...row(first)],
      ['one rule changed, a long document never seen', ...row(again)],
    ],
  );
}

interface Timing {
  meanMs: number;
  waits: number[];
}

/** Runs `threads` at a time; the mean is wall time over documents. */
async function timed(
  documents: string[],
  threads: number,
  run: (text: string, at: number) => Promise<unknown>,
): Promise<Timing> {
  const waits: number[] = [];
  let next = 0;
  const began = performance.now();
  const lane = async () => {
    for (let at = next++; at < documents.length; at = next++) {
      const started = performance.now();
      await run(documents[at]!, at);
      waits.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: threads }, lane));
  return { meanMs: (performance.now() - began) / documents.length, waits };
}

function row({ meanMs, waits }: Timing): string[] {
  return [meanMs, quantile(waits, 0.5), Math.max(...waits)].map((value) => value.toFixed(1));
}

function readRules(set: string): Rule[] {
  return (JSON.parse(readFileSync(new URL(`${set}/rules.json`, SETS), 'utf8')) as { rules: Rule[] }).rules;
}

/** Every rule with a description of its own, as long as people write them at most. */
function manyRules(some: readonly Rule[]): Rule[] {
  return Array.from({ length: MANY_RULES }, (_, at) => {
    let description = '';
    for (let k = at; description.length < DESCRIPTION_CHARACTERS; k += 7) {
      description += `${some[k % some.length]!.description}, variant ${at}. `;
    }
    return { type: `${some[at % some.length]!.type} ${at}`, description: description.slice(0, DESCRIPTION_CHARACTERS) };
  });
}

function readTexts(set: string): string[] {
  const lines = readFileSync(new URL(`${set}/docs.jsonl`, SETS), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => (JSON.parse(line) as { text: string }).text);
}

/** Different texts one after the other until there are enough characters; begins with another one each time. */
function longText(texts: string[], at: number): string {
  let text = '';
  for (let k = at; text.length < CHARACTERS; k++) text += `${texts[k % texts.length]}\n\n`;
  return text.slice(0, CHARACTERS);
}
