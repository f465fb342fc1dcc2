import { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { keys } from '../main.ts';
import { UsageError } from './usage-error.ts';

const MAX_NAME_CHARACTERS = 100;

export function keysCommand(): Command {
  const command = new Command('keys').description('Make, list and revoke API keys.');

  command
    .command('create')
    .description('Make an API key and print it. It cannot be shown again.')
    .option('--name <name>', 'what the key is for', 'unnamed')
    .option('--project <name>', 'project the key belongs to, made if it is missing (default: the default project)')
    .addHelpText('after', '\nExample:\n  pigeonhole keys create --name "invoice router" --project accounting')
    .action(async (options: { name: string; project?: string }) => {
      for (const name of [options.name, options.project ?? 'x']) {
        if (name.trim() === '' || name.length > MAX_NAME_CHARACTERS) {
          throw new UsageError(`Names have 1 to ${MAX_NAME_CHARACTERS} characters.`);
        }
      }
      const { key } = await keys.create(loadConfig(), { name: options.name, project: options.project ?? null });
      process.stdout.write(`${key}\n`);
    });

  command
    .command('list')
    .description('List all keys, newest first: id, project, last four characters, name, creation, state.')
    .action(async () => {
      const found = await keys.list(loadConfig());
      for (const key of found) {
        const state = key.revokedAt === null ? 'active' : `revoked ${key.revokedAt}`;
        process.stdout.write(
          `${[key.id, key.projectName, `…${key.hint}`, key.name, key.createdAt, state].join('\t')}\n`,
        );
      }
      if (found.length === 0) process.stderr.write('There are no keys.\n');
    });

  command
    .command('revoke')
    .description('End a key and the browser sessions made with it. Running servers notice within five seconds.')
    .argument('<id>', 'id of the key, from "pigeonhole keys list"')
    .action(async (id: string) => {
      if (!(await keys.revoke(loadConfig(), id))) {
        throw new UsageError(`There is no active key with the id ${id}; see "pigeonhole keys list".`);
      }
      process.stdout.write(`revoked ${id}\n`);
    });

  return command;
}
