import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A launcher passes on the signal that a terminal has already sent to both, so one Ctrl-C may arrive twice. */
const SAME_SIGNAL_MS = 300;

/** Exit code of a process that a signal ended, as shells report it. */
const exitCodeOf = (signal: keyof typeof constants.signals) => 128 + constants.signals[signal];

/** Why the work ends early: what a person sees (null = nothing) and the exit code. */
export class Interrupted extends Error {
  readonly exitCode: number;
  readonly notice: string | null;

  constructor(signal: keyof typeof constants.signals) {
    super(`interrupted by ${signal}`);
    this.exitCode = exitCodeOf(signal);
    // Whoever closed the pipe has what they wanted.
    this.notice = signal === 'SIGPIPE' ? null : 'Interrupted.';
  }
}

/**
 * Runs work that a person may interrupt. Ctrl-C, SIGTERM, SIGHUP, the death of the launcher and the end of whoever reads
 * standard output abort its signal with `Interrupted`; what it then throws becomes the exit code. A second Ctrl-C ends
 * the process at once.
 *
 * @param work must stop and release everything when the signal aborts, and throw the reason.
 */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const abort = (reason: unknown) => controller.abort(reason);
  let firstAt = 0;
  const onSignal = (name: NodeJS.Signals) => {
    const at = performance.now();
    if (!controller.signal.aborted) {
      firstAt = at;
      abort(new Interrupted(name));
    } else if (at - firstAt > SAME_SIGNAL_MS) {
      release();
      process.kill(process.pid, name);
    }
  };
  const onDisconnect = () => abort(new Interrupted('SIGHUP'));
  const onOutputError = (error: NodeJS.ErrnoException) =>
    abort(error.code === 'EPIPE' ? new Interrupted('SIGPIPE') : error);
  const release = () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    process.off('disconnect', onDisconnect);
  };

  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on('disconnect', onDisconnect);
  // Stays to the end of the process: what is still in the pipe may fail after the work is done.
  process.stdout.on('error', onOutputError);
  try {
    await work(controller.signal);
  } catch (error) {
    const reason = controller.signal.aborted ? controller.signal.reason : error;
    if (!(reason instanceof Interrupted)) throw reason;
    process.exitCode = reason.exitCode;
    if (reason.notice !== null) process.stderr.write(`${reason.notice}\n`);
  } finally {
    release();
  }
}
