import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { fastify } from 'fastify';

/** The fastest a Fastify server can be: a process of its own that answers every request with the same string. */
export async function startBareServer(body: string): Promise<{ url: string; stop(): Promise<void> }> {
  const child: ChildProcess = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin!.end(body);
  const [url] = await once(child.stdout!, 'data');
  return {
    url: String(url).trim(),
    async stop() {
      child.kill();
      await once(child, 'exit');
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let body = '';
  for await (const chunk of process.stdin) body += chunk;
  const app = fastify();
  app.get('/', async (_request, reply) => reply.type('application/json; charset=utf-8').send(body));
  process.stdout.write(await app.listen({ port: 0 }));
}
