import { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { work } from '../main.ts';
import { untilSignalled } from './until-signalled.ts';

export function workCommand(): Command {
  return new Command('work')
    .description('Run workers only: they take jobs that a server on the same data accepts, until SIGTERM or Ctrl-C.')
    .addHelpText(
      'after',
      `
Example, a second set of workers beside a running server:
  PIGEONHOLE_DATA_DIR=/var/lib/pigeonhole PIGEONHOLE_WORKERS=4 pigeonhole work`,
    )
    .action(async () => {
      const config = loadConfig();
      const workers = await work(config);
      process.stdout.write(`working on ${config.dataDir} with ${config.workers} jobs at a time\n`);
      await untilSignalled(workers, config.shutdownGraceMs);
    });
}
