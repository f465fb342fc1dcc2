import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClassifyJob } from '../../src/domain/job.ts';
import type { ErrorDetail } from '../../src/http/error-response.ts';
import { API_KEY, eventually } from './server.ts';

export const RULES = [
  { type: 'invoice', description: 'has an invoice number, line items and a total amount due' },
  { type: 'contract', description: 'an agreement between parties with terms and signatures' },
];

export const INVOICE = 'INVOICE No. 2041\nWidget, large 2 x 5.00\nShipping 3.00\nTotal due 13.00 EUR\n';

/** An answer as a test looks at it. */
export interface Answer<Body> {
  status: number;
  headers: Headers;
  text: string;
  /** Parsed where the answer is JSON. */
  body: Body;
}

export interface Page<Item> {
  items: Item[];
  next_page_token: string | null;
  total_size: number | null;
}

export interface FileBody {
  id: string;
  name: string;
  project_id: string;
  external_file_id: string | null;
  file_type: string | null;
  last_modified_at: string | null;
  expires_at: string | null;
  purpose: string | null;
  download_url: { url: string; expires_at: string; form_fields: unknown } | null;
}

export interface Refusal {
  detail: string;
  request_id?: string;
}

export interface InvalidRequest {
  detail: ErrorDetail[];
}

export type SentBody = NonNullable<RequestInit['body']>;

export interface CallOptions {
  /** Sent as JSON, with the header that says so. */
  json?: unknown;
  body?: SentBody;
  headers?: Record<string, string>;
  /** Null = send no key. */
  key?: string | null;
  /** Ends the request early. */
  signal?: AbortSignal;
}

/** The HTTP API of a test server as one key sees it; nothing between the test and the wire but `fetch`. */
export class Api {
  readonly url: string;
  readonly #key: string | null;

  constructor(url: string, key: string | null = API_KEY) {
    this.url = url;
    this.#key = key;
  }

  async call<Body = unknown>(method: string, path: string, options: CallOptions = {}): Promise<Answer<Body>> {
    const { json, body, headers = {}, key = this.#key, signal } = options;
    const response = await fetch(path.startsWith('http') ? path : this.url + path, {
      method,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json !== undefined ? { body: JSON.stringify(json) } : body !== undefined && { body, duplex: 'half' }),
      redirect: 'manual',
      ...(signal && { signal }),
    });
    const text = await response.text();
    const isJson = text !== '' && response.headers.get('content-type')?.startsWith('application/json');
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (isJson ? JSON.parse(text) : undefined) as Body,
    };
  }

  async upload(text: string | Uint8Array<ArrayBuffer> = INVOICE, name = 'document.txt'): Promise<FileBody> {
    const form = new FormData();
    form.set('purpose', 'classify');
    form.set('file', new Blob([text]), name);
    const { status, body, text: answer } = await this.call<FileBody>('POST', '/api/v1/beta/files', { body: form });
    if (status !== 201) throw new Error(`upload answered ${status}: ${answer}`);
    return body;
  }

  create<Body = ClassifyJob>(json: unknown, query = ''): Promise<Answer<Body>> {
    return this.call<Body>('POST', `/api/v2/classify${query}`, { json });
  }

  /** Creates a job that must be accepted. */
  async job(fileInput: string, fields: object = {}): Promise<ClassifyJob> {
    const { status, body, text } = await this.create({
      file_input: fileInput,
      configuration: { rules: RULES },
      ...fields,
    });
    if (status !== 200) throw new Error(`create answered ${status}: ${text}`);
    return body;
  }

  async get(jobId: string): Promise<ClassifyJob> {
    const { status, body, text } = await this.call<ClassifyJob>('GET', `/api/v2/classify/${jobId}`);
    if (status !== 200) throw new Error(`get answered ${status}: ${text}`);
    return body;
  }

  /** The job once it has ended. */
  ended(jobId: string, timeoutMs = 30_000): Promise<ClassifyJob> {
    return eventually(
      `job ${jobId} ends`,
      async () => {
        const job = await this.get(jobId);
        return job.status === 'PENDING' || job.status === 'RUNNING' ? null : job;
      },
      { timeoutMs },
    );
  }

  list(query = ''): Promise<Answer<Page<ClassifyJob>>> {
    return this.call<Page<ClassifyJob>>('GET', `/api/v2/classify${query}`);
  }

  /** All pages of a list, one after another as a client walks them; no page may be empty and name a next one. */
  async walk<Item>(path: string, query: string): Promise<Item[]> {
    const items: Item[] = [];
    for (let token: string | null = ''; token !== null; ) {
      const { status, body, text }: Answer<Page<Item>> = await this.call('GET', `${path}?${query}&page_token=${token}`);
      if (status !== 200) throw new Error(`list answered ${status}: ${text}`);
      if (body.items.length === 0 && body.next_page_token !== null) throw new Error('an empty page names a next one');
      items.push(...body.items);
      token = body.next_page_token;
    }
    return items;
  }
}

/** A valid body to vary. */
export function bodyFor(fileInput: string, fields: object = {}): Record<string, unknown> {
  return { file_input: fileInput, configuration: { rules: RULES }, ...fields };
}

/** Paths of all blobs a server keeps, whole and incoming. */
export async function blobs(dataDir: string): Promise<string[]> {
  const directory = join(dataDir, 'blobs');
  const entries = await readdir(directory, { recursive: true }).catch(() => []);
  const files: string[] = [];
  for (const entry of entries) {
    const found = await stat(join(directory, entry)).catch(() => null);
    if (found?.isFile()) files.push(entry);
  }
  return files.sort();
}

/** Ids of the processes that a process has started. */
export async function childrenOf(pid: number): Promise<number[]> {
  const children: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const text = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    // The name in parentheses may hold anything; the parent is the second field after it.
    if (Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]) === pid) children.push(Number(entry));
  }
  return children;
}

/**
 * Makes the processes that read documents stand still, as a document that hangs a library would, so that jobs stay
 * where they are. Resolves with a function that lets them go on.
 */
export async function holdReaders(serverPid: number): Promise<() => void> {
  const held = new Set<number>();
  // One that was killed, because its job was cancelled a moment ago, is being replaced.
  for (let quietLooks = 0; quietLooks < 3; ) {
    const fresh = (await childrenOf(serverPid)).filter((pid) => !held.has(pid));
    for (const pid of fresh) {
      signal(pid, 'SIGSTOP');
      held.add(pid);
    }
    quietLooks = fresh.length > 0 ? 0 : quietLooks + 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (held.size === 0) throw new Error('the server has no reader processes yet');
  return () => {
    for (const pid of held) signal(pid, 'SIGCONT');
  };
}

/** A process that has ended meanwhile, because its job was cancelled or its time was up, needs no signal. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A number in bytes from /proc/<pid>/status, for example `VmRSS`. */
export async function memoryOf(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
}
