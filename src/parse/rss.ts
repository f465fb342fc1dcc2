import { readFileSync } from 'node:fs';

/**
 * Memory a process has resident, in bytes; null where the system does not tell (anything but Linux) or the process is
 * gone. Synchronous because /proc is memory: it takes about 30 µs, less than a trip through the thread pool.
 */
export function residentBytes(pid: number): number | null {
  try {
    // Not statm: that counts in pages, whose size differs between machines.
    const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return match === null ? null : Number(match[1]) * 1024;
  } catch {
    return null;
  }
}
