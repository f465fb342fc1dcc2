import { accessSync, constants } from 'node:fs';

/** Part of util-linux, which every ordinary Linux has. */
const PRLIMIT = ['/usr/bin/prlimit', '/bin/prlimit'].find(isExecutable);

/**
 * Memory a process may set aside to write to, beside the memory it may have resident: Node and its threads set aside
 * 1.2 GB when they start and OCR another 1.1 GB, of which they touch little. It is a second wall, for what takes memory
 * faster than the watchdog looks or while the service is too busy to look.
 */
const DATA_LIMIT_BASE_BYTES = 3 * 1024 * 1024 * 1024;

/**
 * How to start a Node process that the system itself holds to limits: a bound on memory, and no core dumps, as those
 * would hold documents. The bound is RLIMIT_DATA: address space (RLIMIT_AS) is what V8 reserves in gigabytes and never
 * touches. Without `prlimit` (other systems, minimal containers) the process starts without them.
 */
export function processLimits(memoryBytes: number, nodeArguments: string[]): { execPath?: string; execArgv: string[] } {
  if (PRLIMIT === undefined) return { execArgv: nodeArguments };
  return {
    execPath: PRLIMIT,
    execArgv: [`--data=${DATA_LIMIT_BASE_BYTES + memoryBytes}`, '--core=0', '--', process.execPath, ...nodeArguments],
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
