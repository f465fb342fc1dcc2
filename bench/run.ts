import { benchEngine } from './engine.ts';
import { benchLatency } from './latency.ts';
import { benchListAndGet } from './list-and-get.ts';
import { benchParse } from './parse.ts';
import { benchThroughput } from './throughput.ts';
import { benchListUnderLoad } from './under-load.ts';

/** `npm run bench` runs all; `npm run bench -- list latency` some. Prints ratios; fails only when something breaks. */
const BENCHMARKS: Record<string, () => Promise<void>> = {
  list: () => benchListAndGet([1_000, 1_000_000]),
  throughput: benchThroughput,
  latency: benchLatency,
  load: benchListUnderLoad,
  parse: benchParse,
  engine: benchEngine,
};

const wanted = process.argv.slice(2);
for (const name of wanted)
  if (!BENCHMARKS[name]) throw new Error(`benchmarks are: ${Object.keys(BENCHMARKS).join(', ')}`);
for (const [name, run] of Object.entries(BENCHMARKS)) {
  if (wanted.length === 0 || wanted.includes(name)) await run();
}
