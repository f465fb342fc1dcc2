import { Command, CommanderError } from 'commander';
import { classifyCommand } from './commands/classify.ts';
import { evalCommand } from './commands/eval.ts';
import { keysCommand } from './commands/keys.ts';
import { migrateCommand } from './commands/migrate.ts';
import { projectsCommand } from './commands/projects.ts';
import { serveCommand } from './commands/serve.ts';
import { UsageError } from './commands/usage-error.ts';
import { workCommand } from './commands/work.ts';
import { ConfigError } from './config.ts';
import { AppError } from './errors.ts';
import { VERSION } from './version.ts';

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
/** EX_CONFIG of sysexits.h. */
const EXIT_CONFIG = 78;

const program = new Command('pigeonhole')
  .description('Classifies documents by rules in plain language: offline, self-hosted, LlamaCloud Classify compatible.')
  .version(VERSION)
  .showHelpAfterError('(add --help for more)')
  .addCommand(serveCommand())
  .addCommand(workCommand())
  .addCommand(classifyCommand())
  .addCommand(evalCommand())
  .addCommand(keysCommand())
  .addCommand(projectsCommand())
  .addCommand(migrateCommand());
throwInsteadOfExiting(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Tells a person what went wrong, without a stack trace unless the fault is ours. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof ConfigError) {
    process.stderr.write(`These settings do not fit (see docs/configuration.md):\n${error.message}\n`);
    return EXIT_CONFIG;
  }
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n`);
    return EXIT_USAGE;
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof AppError) process.stderr.write(`${message}\n`);
  else if (code === 'EADDRINUSE')
    process.stderr.write(`${message}\nSet PIGEONHOLE_PORT to another port, or 0 for any.\n`);
  else if (code === 'EACCES' || code === 'ENOSPC' || code === 'EROFS') process.stderr.write(`${message}\n`);
  else process.stderr.write(`Unexpected error: ${error instanceof Error ? error.stack : String(error)}\n`);
  return EXIT_FAILURE;
}

/** Commander prints help and usage errors itself; ending the process is for the end of this file alone. */
function throwInsteadOfExiting(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwInsteadOfExiting(child);
}
