import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ReceivedEvent } from './receiver-process.ts';
import { eventually, PROJECT_DIR } from './server.ts';

/** A real receiver of webhooks. */
export interface Receiver {
  url: string;
  port: number;
  /** Everything that came, in order. */
  events: ReceivedEvent[];
  /** The first `count` requests to a path, once they are there. */
  on(path: string, count?: number): Promise<ReceivedEvent[]>;
  kill(): Promise<void>;
}

export async function startReceiver(port = 0): Promise<Receiver> {
  const child = fork(join(PROJECT_DIR, 'test/support/receiver-process.ts'), [String(port)]);
  const [started] = (await once(child, 'message')) as [{ port: number }];
  const events: ReceivedEvent[] = [];
  child.on('message', (event: ReceivedEvent) => events.push(event));
  return {
    url: `http://127.0.0.1:${started.port}`,
    port: started.port,
    events,
    on: (path, count = 1) =>
      eventually(`${count} requests to ${path}`, async () => {
        const found = events.filter((event) => event.path === path);
        return found.length >= count ? found.slice(0, count) : null;
      }),
    async kill() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
