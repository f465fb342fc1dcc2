import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ClassifyJob } from '../src/domain/job.ts';
import { API_KEY } from '../test/support/server.ts';
import { RULES } from './documents.ts';

const AUTHORIZATION = { authorization: `Bearer ${API_KEY}` };

export async function upload(url: string, path: string): Promise<string> {
  const form = new FormData();
  form.set('purpose', 'classify');
  form.set('file', new Blob([await readFile(path)]), basename(path));
  const response = await fetch(`${url}/api/v1/beta/files`, { method: 'POST', headers: AUTHORIZATION, body: form });
  if (!response.ok) throw new Error(`upload answered ${response.status}`);
  return ((await response.json()) as { id: string }).id;
}

export async function createJob(url: string, fileId: string): Promise<ClassifyJob> {
  const response = await fetch(`${url}/api/v2/classify`, {
    method: 'POST',
    headers: { ...AUTHORIZATION, 'content-type': 'application/json' },
    body: JSON.stringify({ file_input: fileId, configuration: { rules: RULES } }),
  });
  if (!response.ok) throw new Error(`create answered ${response.status}`);
  return (await response.json()) as ClassifyJob;
}

export async function getJob(url: string, id: string): Promise<ClassifyJob> {
  const response = await fetch(`${url}/api/v2/classify/${id}`, { headers: AUTHORIZATION });
  return (await response.json()) as ClassifyJob;
}

/** How many jobs of the project are still waiting or running: true = none. */
export async function allEnded(url: string): Promise<boolean> {
  for (const status of ['PENDING', 'RUNNING']) {
    const response = await fetch(`${url}/api/v2/classify?page_size=1&status=${status}`, { headers: AUTHORIZATION });
    if (((await response.json()) as { items: unknown[] }).items.length > 0) return false;
  }
  return true;
}

export const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
