import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT_DIR = fileURLToPath(new URL('../../', import.meta.url));
const CLI = join(PROJECT_DIR, 'src/cli.ts');

/** OCR data and encoder, made once for all tests: every server would otherwise make its own. */
export const CACHE_DIR = join(PROJECT_DIR, '.cache/test');

/** The key of the default project of every test server. */
export const API_KEY = 'llx-test-key-of-the-default-project';

export interface TestServer {
  url: string;
  dataDir: string;
  process: ChildProcess;
  /** Everything the server has written to standard output and standard error. */
  output(): { stdout: string; stderr: string };
  /** Ends it as an operator would; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
}

/** Settings of a process of a test: nothing of the caller's own environment but PATH and HOME. */
export function environment(settings: Record<string, string>): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME, PIGEONHOLE_CACHE_DIR: CACHE_DIR, ...settings };
}

export async function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'pigeonhole-test-'));
}

/**
 * Starts the real server on a free port and resolves when it says that it listens.
 *
 * @param settings environment variables beside the defaults; `PIGEONHOLE_API_KEY: ''` leaves the key to the server.
 */
export async function startServer(
  settings: Record<string, string> = {},
  { command = 'serve' }: { command?: 'serve' | 'work' } = {},
): Promise<TestServer> {
  const dataDir = settings.PIGEONHOLE_DATA_DIR ?? (await temporaryDirectory());
  const child = spawn(process.execPath, [CLI, command], {
    cwd: PROJECT_DIR,
    env: environment({
      PIGEONHOLE_PORT: '0',
      PIGEONHOLE_API_KEY: API_KEY,
      PIGEONHOLE_LOG_LEVEL: 'info',
      PIGEONHOLE_DATA_DIR: dataDir,
      ...settings,
    }),
    // The channel ends the server with the test run, should that die.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let stdout = '';
  let stderr = '';
  child.stderr!.on('data', (chunk) => {
    stderr += chunk;
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout!.on('data', (chunk) => {
      stdout += chunk;
      const ready = /^listening on (\S+)$/m.exec(stdout) ?? /^working on (\S+)/m.exec(stdout);
      if (ready) resolve(ready[1]!);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new Error(`the server ended (${code ?? signal}):\n${stdout}${stderr}`)),
    );
  });
  const exited = () => (child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve());
  return {
    url,
    dataDir,
    process: child,
    output: () => ({ stdout, stderr }),
    async stop() {
      child.kill('SIGTERM');
      await exited();
      return child.exitCode;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited();
    },
  };
}

/** Stops the server and deletes its data. */
export async function dispose(server: TestServer): Promise<void> {
  await server.stop();
  await rm(server.dataDir, { recursive: true, force: true });
}

/** Runs the command line to its end. */
export async function runCli(
  args: string[],
  settings: Record<string, string> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: PROJECT_DIR,
    env: environment(settings),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

/** Resolves with the first value of `probe` that is not null; fails with `what` after `timeoutMs`. */
export async function eventually<Value>(
  what: string,
  probe: () => Promise<Value | null>,
  { timeoutMs = 20_000, everyMs = 25 } = {},
): Promise<Value> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== null) return value;
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
