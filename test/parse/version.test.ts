import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LIBRARIES, parserVersion } from '../../src/parse/version.ts';

test.each(Object.entries(LIBRARIES))('%s is the version the parser was made with', (name, version) => {
  const manifest = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  expect(JSON.parse(readFileSync(manifest, 'utf8')).version).toBe(version);
});

test('the parser version tells apart parsers that keep different amounts of text', () => {
  expect(parserVersion({ maxOutputBytes: 1 })).not.toBe(parserVersion({ maxOutputBytes: 2 }));
});
