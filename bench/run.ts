import { tuneProcess } from '../bin/tune.js';

/** `npm run bench` runs all; `npm run bench -- list latency` some. Prints ratios; fails only when something breaks. */
const BENCHMARKS: Record<string, () => Promise<void>> = {
  list: async () => (await import('./list-and-get.ts')).benchListAndGet([1_000, 1_000_000]),
  throughput: async () => (await import('./throughput.ts')).benchThroughput(),
  latency: async () => (await import('./latency.ts')).benchLatency(),
  load: async () => (await import('./under-load.ts')).benchListUnderLoad(),
  parse: async () => (await import('./parse.ts')).benchParse(),
  engine: async () => (await import('./engine.ts')).benchEngine(),
};

// As the service runs.
tuneProcess();

const wanted = process.argv.slice(2);
for (const name of wanted)
  if (!BENCHMARKS[name]) throw new Error(`benchmarks are: ${Object.keys(BENCHMARKS).join(', ')}`);
for (const [name, run] of Object.entries(BENCHMARKS)) {
  if (wanted.length === 0 || wanted.includes(name)) await run();
}
