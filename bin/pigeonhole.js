#!/usr/bin/env node
// Runs Pigeonhole on a Node that can: this one if it is new enough, else the one the project pins. Plain JavaScript
// without dependencies, so that it works, or says what is wrong, on any Node.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tuneProcess } from './tune.js';

const NEEDED_MAJOR = 24;
const self = fileURLToPath(import.meta.url);
const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const pinned = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
const major = Number(process.versions.node.split('.')[0]);

if (major >= NEEDED_MAJOR) {
  endWithNpm();
  tuneProcess();
  await import(cli);
} else if (existsSync(pinned)) {
  // The channel lets the child notice when this process dies without a word.
  const child = spawn(pinned, [self, ...process.argv.slice(2)], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 1;
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  });
} else {
  console.error(
    `Pigeonhole needs Node ${NEEDED_MAJOR} or newer; this is Node ${process.versions.node}, and the Node ${NEEDED_MAJOR} that the project brings is not installed.
Run "npm ci" in the project's directory without --omit=dev and without --ignore-scripts, or install Node ${NEEDED_MAJOR} from https://nodejs.org.`,
  );
  process.exitCode = 1;
}

/**
 * npm passes signals on to the shell between it and this process, and most shells keep them to themselves. A server that
 * npm started ends with it: it notices that its parent is gone.
 */
function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  watch.unref();
}
