/** A service that reads the document it is given and, as far as it knows, goes on for ever. Prints its readers' ids. */
import { read, testParser } from './parser.ts';

const path = process.argv[2] ?? '';
const parser = testParser({ processes: 2 });
await parser.warmUp();
for (;;) {
  const reading = [1, 2].map(() => read(parser, { path, name: 'document' }));
  console.log([...parser.pids].join(' '));
  await Promise.allSettled(reading);
}
