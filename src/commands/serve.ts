import { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { type RunningServer, serve } from '../main.ts';
import { VERSION } from '../version.ts';
import { untilSignalled } from './until-signalled.ts';

export function serveCommand(): Command {
  return new Command('serve')
    .description('Run the HTTP API and the workers in one process, until SIGTERM or Ctrl-C.')
    .addHelpText(
      'after',
      `
Settings are environment variables, for example:
  PIGEONHOLE_PORT=9000 PIGEONHOLE_DATA_DIR=/var/lib/pigeonhole pigeonhole serve
All of them: docs/configuration.md. Logs go to standard error, one JSON object a line.`,
    )
    .action(async () => {
      const config = loadConfig();
      const server = await serve(config);
      process.stdout.write(banner(server, config.publicUrl ?? server.url));
      await untilSignalled(server, config.shutdownGraceMs);
    });
}

function banner({ url, newApiKey }: RunningServer, reachedAt: string): string {
  const key = newApiKey ?? '<your key>';
  const made = newApiKey
    ? `\nAPI key, shown this once (pigeonhole keys create makes more):\n  ${newApiKey}\n`
    : '\nAPI keys: pigeonhole keys list, pigeonhole keys create\n';
  return `Pigeonhole ${VERSION}
listening on ${url}
${made}
Try it with curl:
  export LLAMA_CLOUD_API_KEY=${key}
  FILE=$(curl -s ${reachedAt}/api/v1/beta/files -H "Authorization: Bearer $LLAMA_CLOUD_API_KEY" \\
    -F purpose=classify -F file=@examples/invoice.pdf | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')
  curl -s ${reachedAt}/api/v2/classify -H "Authorization: Bearer $LLAMA_CLOUD_API_KEY" \\
    -H 'Content-Type: application/json' -d '{"file_input":"'$FILE'","configuration":{"rules":[
      {"type":"invoice","description":"has an invoice number, line items and a total"},
      {"type":"contract","description":"an agreement between parties with terms and signatures"}]}}'
  curl -s ${reachedAt}/api/v2/classify -H "Authorization: Bearer $LLAMA_CLOUD_API_KEY"

Or with the official SDK (npm install @llamaindex/llama-cloud):
  import fs from 'node:fs';
  import LlamaCloud from '@llamaindex/llama-cloud';
  const client = new LlamaCloud({ apiKey: '${key}', baseURL: '${reachedAt}' });
  const file = await client.files.create({ file: fs.createReadStream('examples/invoice.pdf'), purpose: 'classify' });
  const job = await client.classify.run({ file_input: file.id, configuration: { rules: [
    { type: 'invoice', description: 'has an invoice number, line items and a total' },
    { type: 'contract', description: 'an agreement between parties with terms and signatures' }] } });
  console.log(job.result);

API reference: ${reachedAt}/docs
`;
}
