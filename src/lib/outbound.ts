import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';
import { AppError } from '../errors.ts';

/** What the server may fetch on behalf of others. */
export interface OutboundPolicy {
  /** Whether addresses that are not public (loopback, private networks, link-local…) may be connected to. */
  allowPrivateAddresses: boolean;
  /** Limit for a whole fetch, redirects and body included. */
  timeoutMs: number;
}

export interface FetchOptions {
  headers?: Record<string, string>;
  /** Whether certificates must be valid. Default true. */
  verifyTls?: boolean;
  /** Default true; at most five. */
  followRedirects?: boolean;
  /** Ends the fetch early. */
  signal?: AbortSignal;
}

const MAX_REDIRECTS = 5;
const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308]);

/**
 * GETs a URL that someone else chose. Which address a name leads to is checked on the addresses that are then connected
 * to, at every hop, so neither DNS that changes its answer nor a redirect leads into a private network.
 *
 * @returns the answer with a 2xx status; its body must be read or destroyed. The body fails when the time is up.
 * @throws AppError `bad_request` with a sentence that tells nothing about the network the server stands in.
 */
export async function fetchUntrusted(
  url: string,
  policy: OutboundPolicy,
  { headers = {}, verifyTls = true, followRedirects = true, signal: stop }: FetchOptions = {},
): Promise<IncomingMessage> {
  const timeout = AbortSignal.timeout(policy.timeoutMs);
  const signal = stop ? AbortSignal.any([timeout, stop]) : timeout;
  let target = httpUrl(url);
  let sent = headers;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const response = await get(target, sent, { policy, verifyTls, signal });
    const { statusCode = 0 } = response;
    if (statusCode >= 200 && statusCode < 300) return response;
    response.destroy();
    const { location } = response.headers;
    if (!REDIRECT_STATUSES.has(statusCode) || location === undefined || !followRedirects) {
      throw new AppError('bad_request', `The URL could not be fetched: it answered with status ${statusCode}.`);
    }
    const next = httpUrl(location, target);
    // Headers may hold credentials that were meant for the first server only.
    if (next.origin !== target.origin) sent = {};
    target = next;
  }
  throw new AppError('bad_request', `The URL could not be fetched: it redirects more than ${MAX_REDIRECTS} times.`);
}

/** What a file that was fetched is called: the end of the URL's path. */
export function nameInUrl(text: string): string {
  const last = URL.parse(text)?.pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last) || 'download';
  } catch {
    return last;
  }
}

function httpUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new AppError('bad_request', 'The URL could not be fetched: only http and https URLs are.');
}

async function get(
  url: URL,
  headers: Record<string, string>,
  options: { policy: OutboundPolicy; verifyTls: boolean; signal: AbortSignal },
): Promise<IncomingMessage> {
  try {
    const sent = { accept: '*/*', 'user-agent': 'pigeonhole', ...headers };
    return await send(url, { method: 'GET', headers: sent }, options);
  } catch (cause) {
    throw new AppError(
      'bad_request',
      'The URL could not be fetched: there was no answer, or its address is not a public one, which this server refuses.',
      { cause },
    );
  }
}

/** What came of a POST: a status, or why there is none, in words that may be shown to whoever chose the URL. */
export type PostAnswer = { status: number } | { problem: string };

/** What is read of an answer that nobody looks at, so that a receiver can finish writing it. */
const MAX_DRAINED_BYTES = 64 * 1024;
const MAX_DRAIN_MS = 1_000;

/**
 * POSTs to a URL that someone else chose. The address is checked on the one that is then connected to; redirects are
 * not followed. Resolves when the head of the answer is there; what goes wrong is told, not thrown.
 */
export async function postUntrusted(
  url: string,
  { headers, body, signal }: { headers: Record<string, string>; body: Buffer; signal: AbortSignal },
  policy: OutboundPolicy,
): Promise<PostAnswer> {
  const timeout = AbortSignal.timeout(policy.timeoutMs);
  const either = AbortSignal.any([signal, timeout]);
  try {
    const response = await send(httpUrl(url), { method: 'POST', headers, body }, { policy, signal: either });
    drain(response);
    return { status: response.statusCode ?? 0 };
  } catch (error) {
    if (timeout.aborted) return { problem: `no answer within ${policy.timeoutMs} ms` };
    return { problem: problemOf(error, policy) };
  }
}

function drain(response: IncomingMessage): void {
  let size = 0;
  const giveUp = setTimeout(() => response.destroy(), MAX_DRAIN_MS).unref();
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_DRAINED_BYTES) response.destroy();
  });
  // The status has decided already.
  response.on('error', () => {});
  response.on('close', () => clearTimeout(giveUp));
}

const PROBLEMS: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed without an answer',
  EPIPE: 'the connection was closed without an answer',
  ENOTFOUND: 'the name of the host could not be resolved',
  EAI_AGAIN: 'the name of the host could not be resolved',
};

function problemOf(error: unknown, policy: OutboundPolicy): string {
  const { code } = error as NodeJS.ErrnoException;
  // What the agent refuses is the only error without a code.
  if (code === undefined && !policy.allowPrivateAddresses) {
    return 'the address of the host is not a public one, which this server refuses';
  }
  if (code?.startsWith('HPE_')) return 'the answer was not HTTP';
  if (/CERT|TLS|SSL/.test(code ?? '')) return 'no secure connection could be made';
  return PROBLEMS[code ?? ''] ?? 'the connection failed';
}

function send(
  url: URL,
  { method, headers, body }: { method: string; headers: Record<string, string>; body?: Buffer },
  { policy, verifyTls = true, signal }: { policy: OutboundPolicy; verifyTls?: boolean; signal: AbortSignal },
): Promise<IncomingMessage> {
  const filter = {
    allowPrivateIPAddress: policy.allowPrivateAddresses,
    allowMetaIPAddress: policy.allowPrivateAddresses,
  };
  const secure = url.protocol === 'https:';
  const agent = secure ? new RequestFilteringHttpsAgent(filter) : new RequestFilteringHttpAgent(filter);
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(url, {
      method,
      agent,
      signal,
      headers: { ...headers, ...(body && { 'content-length': body.length }) },
      ...(secure && { rejectUnauthorized: verifyTls }),
    });
    request.on('response', resolve);
    request.on('error', reject);
    request.end(body);
  });
}
