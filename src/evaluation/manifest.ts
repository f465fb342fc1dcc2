import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { listFiles } from '../lib/list-files.ts';

/** The sub-folder of documents that no rule fits. */
export const NO_TYPE_FOLDER = '_none';

/** A document and what a person says about it. */
export interface LabelledDocument {
  /** What the set calls it: for people, and not necessarily unique. */
  id: string;
  /** Null = no rule fits. */
  label: string | null;
  source: { path: string } | { text: string };
}

/** A set of labelled documents. Texts stay on the disk until `documents` comes to them, so a set may be large. */
export interface LabelledSet {
  /** Documents in the set. */
  size: number;
  /** How many documents have each label. */
  labels: ReadonlyMap<string | null, number>;
  /** Files that are in no sub-folder and hence have no label. */
  ignored: number;
  /** What is wrong with the set, in sentences. Unless it is empty, `documents` may throw. */
  problems: string[];
  documents(): AsyncIterable<LabelledDocument>;
}

/** Opens a manifest (JSON lines) or a folder with one sub-folder a label, and checks all of it. */
export async function openLabelledSet(path: string): Promise<LabelledSet> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return openFolder(path);
  // It is read twice, which a pipe cannot be.
  if (found?.isFile()) return openManifest(path);
  return withProblem(found ? `${path} is neither a file nor a folder.` : `There is no file or folder ${path}.`);
}

function withProblem(problem: string): LabelledSet {
  return { size: 0, labels: new Map(), ignored: 0, problems: [problem], async *documents() {} };
}

async function openFolder(folder: string): Promise<LabelledSet> {
  const entries = await readdir(folder, { withFileTypes: true });
  const visible = entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
  const documents: LabelledDocument[] = [];
  for (const { name } of visible.filter((entry) => entry.isDirectory())) {
    const label = name === NO_TYPE_FOLDER ? null : name;
    for (const path of await listFiles(join(folder, name))) {
      documents.push({ id: relative(folder, path), label, source: { path: resolve(path) } });
    }
  }
  if (documents.length === 0) return withProblem(`${folder} has no sub-folder with files; each label needs one.`);
  return {
    size: documents.length,
    labels: countLabels(documents),
    ignored: visible.filter((entry) => !entry.isDirectory()).length,
    problems: [],
    async *documents() {
      yield* documents;
    },
  };
}

async function openManifest(manifest: string): Promise<LabelledSet> {
  const labels = new Map<string | null, number>();
  const problems: string[] = [];
  let size = 0;
  for await (const { document, problem } of readManifest(manifest)) {
    if (problem !== undefined) problems.push(problem);
    else {
      size++;
      labels.set(document.label, (labels.get(document.label) ?? 0) + 1);
    }
  }
  if (size === 0 && problems.length === 0) problems.push(`${manifest} holds no documents.`);
  return {
    size,
    labels,
    ignored: 0,
    problems,
    async *documents() {
      for await (const { document, problem } of readManifest(manifest)) {
        if (problem !== undefined) throw new Error(problem);
        yield document;
      }
    },
  };
}

type ManifestEntry = { document: LabelledDocument; problem?: never } | { document?: never; problem: string };

async function* readManifest(manifest: string): AsyncGenerator<ManifestEntry, void, void> {
  const folder = dirname(resolve(manifest));
  let number = 0;
  for await (const line of linesOf(manifest)) {
    number++;
    const json = number === 1 ? line.replace(/^\uFEFF/, '') : line;
    if (json.trim() === '') continue;
    const entry = readLine(json);
    if (typeof entry === 'string') {
      yield { problem: `${basename(manifest)}, line ${number}: ${entry}` };
      continue;
    }
    const { id, label, file, text } = entry;
    yield {
      document: {
        id: id ?? file ?? `line ${number}`,
        label,
        source: text === undefined ? { path: resolve(folder, file!) } : { text },
      },
    };
  }
}

/** Node's own reader of lines keeps a thousand of them ahead, which here may be a thousand documents. */
async function* linesOf(path: string): AsyncGenerator<string, void, void> {
  let last = '';
  for await (const chunk of createReadStream(path, 'utf8')) {
    const lines: string[] = chunk.split('\n');
    lines[0] = last + lines[0];
    last = lines.pop()!;
    yield* lines;
  }
  yield last;
}

const ManifestLine = z
  .object(
    {
      id: z
        .union([z.string(), z.number().transform(String)], { error: 'id must be text.' })
        .nullish()
        .transform((id) => id ?? undefined),
      label: z
        .string({
          error: ({ input }) =>
            input === undefined
              ? 'label is missing; it is a type of the rules, or null where no rule fits.'
              : 'label must be text, or null where no rule fits.',
        })
        .nullable(),
      file: z.string({ error: 'file must be a path.' }).min(1, 'file must be a path.').optional(),
      text: z.string({ error: 'text must be text.' }).optional(),
    },
    { error: 'must be an object like {"id": "a", "file": "a.pdf", "label": "invoice"}.' },
  )
  .refine(({ file, text }) => (file === undefined) !== (text === undefined), 'needs either file or text, one of them.');

/** The line, or a sentence that says what is wrong with it. */
function readLine(json: string): z.infer<typeof ManifestLine> | string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return 'is not JSON; a manifest has one JSON object a line.';
  }
  const parsed = ManifestLine.safeParse(value);
  return parsed.success ? parsed.data : parsed.error.issues.map(({ message }) => message).join(' ');
}

function countLabels(documents: readonly LabelledDocument[]): Map<string | null, number> {
  const labels = new Map<string | null, number>();
  for (const { label } of documents) labels.set(label, (labels.get(label) ?? 0) + 1);
  return labels;
}
