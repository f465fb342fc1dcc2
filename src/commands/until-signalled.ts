import type { Running } from '../main.ts';

/** Time beyond the grace period that an orderly stop may take before the process ends anyway. */
const FORCED_EXIT_AFTER_MS = 5_000;

/** Resolves when the process was told to end (SIGTERM, SIGINT, or its launcher died) and everything has stopped. */
export async function untilSignalled(running: Running, graceMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = () => {
      // A second signal means now.
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));
      resolve();
    };
    process.once('SIGTERM', end);
    process.once('SIGINT', end);
    process.once('disconnect', end);
  });
  const forced = setTimeout(() => process.exit(1), graceMs + FORCED_EXIT_AFTER_MS);
  forced.unref();
  await running.stop();
  clearTimeout(forced);
  if (process.connected) process.disconnect();
}
