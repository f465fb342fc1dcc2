import { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { runMigrations } from '../main.ts';

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Bring the database to the newest schema. serve and work do so at their start as well.')
    .action(async () => {
      const ran = await runMigrations(loadConfig());
      for (const name of ran) process.stdout.write(`ran ${name}\n`);
      process.stdout.write(ran.length === 0 ? 'The schema is up to date.\n' : '');
    });
}
