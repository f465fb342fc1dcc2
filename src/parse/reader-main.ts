/**
 * Entry point of a reader process. It answers one request at a time over IPC and has no other way in or out: no
 * environment, no arguments but its setup, no output. It is killed from outside when a document takes too long or too
 * much memory, so it keeps nothing that would need cleaning up.
 */
import { enableCompileCache } from 'node:module';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AppError } from '../errors.ts';
import type { Fault, ReaderMessage, ReaderSetup, ReadRequest } from './protocol.ts';

const setup = JSON.parse(process.argv[2] ?? '') as ReaderSetup;

// Kills rather than exits: exit handlers of native code may wait for the document that is being read.
const die = () => process.kill(process.pid, 'SIGKILL');
process.on('disconnect', die);

// A terminal's Ctrl-C, and service managers, signal the whole group. The service decides when its readers end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

// 'disconnect' is not seen while this thread is inside synchronous code, which may be for ever if the service that
// would have ended it was killed. A second thread looks after that.
const watch = `
  const { parentPid } = require('node:worker_threads').workerData;
  setInterval(() => { if (process.ppid !== parentPid) process.kill(process.pid, 'SIGKILL'); }, 1000);
`;
new Worker(watch, { eval: true, workerData: { parentPid: setup.parentPid }, stdout: true, stderr: true }).unref();

// Requests to the API are answered before documents are read when there is not enough processor for both.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

// Modules compiled once are reused by every later process.
enableCompileCache(join(setup.dataDir, 'compile-cache'));
const { readDocument } = await import('./read-document.ts');
// The formats most documents are in; loading them now takes their time from the start, not from a document.
await Promise.all([import('@llamaindex/liteparse'), import('file-type')]);

const send = (message: ReaderMessage) => process.send?.(message);

process.on('message', ({ source, options }: ReadRequest) => {
  readDocument(source, options, setup).then(
    (document) => send({ document }),
    (error: unknown) => send({ fault: faultOf(error) }),
  );
});
send({ ready: true });

function faultOf(error: unknown): Fault {
  if (error instanceof AppError) {
    const { code, message, retryable } = error;
    return { code, message, retryable, cause: error.cause === undefined ? null : stackOf(error.cause) };
  }
  return {
    code: 'INTERNAL_ERROR',
    message: 'The document could not be read because of a fault of the server.',
    retryable: true,
    cause: stackOf(error),
  };
}

function stackOf(error: unknown): string {
  return (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, 4000);
}
