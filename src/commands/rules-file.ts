import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { ClassifyConfiguration, ParsingConfiguration } from '../domain/rules.ts';
import { characterCount } from '../domain/text.ts';
import { UsageError } from './usage-error.ts';

/** The 500 rules that a job may have, as long as they may be, in the wordiest way to write them, are smaller. */
const MAX_RULES_FILE_BYTES = 8 * 1024 * 1024;

type Path = readonly PropertyKey[];

/**
 * Reads a rules file, YAML or (by its name) JSON: `{rules: [...], parsing_configuration?: {...}}` or only the list of
 * rules. Fields that mean nothing are named on standard error and otherwise ignored.
 *
 * @throws UsageError naming every problem of the file.
 */
export async function readRulesFile(path: string): Promise<ClassifyConfiguration> {
  const content = parseContent(path, await readText(path));
  const configuration = Array.isArray(content) ? { rules: content } : content;
  const parsed = ClassifyConfiguration.safeParse(configuration);
  const problems = [
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => describeIssue(issue, configuration))),
    ...repeatedTypes(configuration),
  ].filter((problem) => problem !== null);
  if (!parsed.success || problems.length > 0) throw unusable(path, problems);
  for (const field of unknownFields(configuration)) {
    process.stderr.write(`${path}: there is no field "${field}"; it is ignored.\n`);
  }
  return parsed.data;
}

async function readText(path: string): Promise<string> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new UsageError(`${path} is a folder; --rules needs a file.`);
    if (found.size > MAX_RULES_FILE_BYTES) {
      throw new UsageError(`${path} is larger than ${MAX_RULES_FILE_BYTES / 1024 / 1024} MB, which no rules are.`);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(`${path} is not a text file in UTF-8.`);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new UsageError(`There is no rules file ${path}.`);
    if (code === 'EACCES') throw new UsageError(`The rules file ${path} may not be read.`);
    throw error;
  }
}

function parseContent(path: string, text: string): unknown {
  if (extname(path).toLowerCase() === '.json') {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw unusable(path, [`it is not JSON: ${(error as Error).message}`]);
    }
  }
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0) {
    throw unusable(
      path,
      document.errors.map(({ message, pos: [start] }) => {
        const before = text.slice(0, start).split('\n');
        return `line ${before.length}, column ${before.at(-1)!.length + 1} is not YAML: ${message}`;
      }),
    );
  }
  try {
    return document.toJS();
  } catch (error) {
    // An alias that leads nowhere, or too many of them.
    throw unusable(path, [`it is not YAML: ${(error as Error).message}`]);
  }
}

function unusable(path: string, problems: readonly string[]): UsageError {
  return new UsageError(`${path} cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
}

/** What is wrong and where, or null for what `repeatedTypes` says better. */
function describeIssue(issue: z.core.$ZodIssue, configuration: unknown): string | null {
  const value = valueAt(configuration, issue.path);
  if (issue.code === 'custom' && issue.path.at(-1) === 'rules') return null;
  if (issue.code === 'custom') {
    const field = String(issue.path.at(-1));
    // Some messages are written to follow the name of the field, which the place ends with.
    const follows = issue.message.startsWith(`${field} `) ? issue.message.slice(field.length) : `: ${issue.message}`;
    return `${place(issue.path, configuration)}${follows}`;
  }
  if (value === undefined && issue.code === 'invalid_type') {
    return `${place(issue.path, configuration)} is missing; it must be ${expectation(issue)}`;
  }
  return `${place(issue.path, configuration)} must ${requirement(issue, value)}`;
}

function requirement(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `be ${expectation(issue)}, but is ${describe(value)}`;
    case 'too_small':
    case 'too_big': {
      const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
      if (typeof value === 'string') return `have ${bound} characters, but has ${characterCount(value)}`;
      if (Array.isArray(value)) return `hold ${bound} of them, but holds ${value.length === 0 ? 'none' : value.length}`;
      return `be ${bound}, but is ${value}`;
    }
    case 'invalid_value':
      return `be ${issue.values.map((allowed) => `"${String(allowed)}"`).join(' or ')}, but is ${describe(value)}`;
    default:
      return `be different: ${issue.message}`;
  }
}

function expectation({ expected }: z.core.$ZodIssueInvalidType): string {
  switch (expected) {
    case 'string':
      return 'text';
    case 'int':
    case 'number':
      return 'a whole number';
    case 'array':
      return 'a list';
    case 'object':
      return 'a group of named fields';
    default:
      return expected;
  }
}

function describe(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a group of named fields';
  if (typeof value === 'string') return `the text "${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
  return `the ${typeof value} ${value}${typeof value === 'number' || typeof value === 'boolean' ? ' (text goes in quotes)' : ''}`;
}

/** `rules.2.description` → `rule 3 ("invoice"), description`: people count from one and know rules by their type. */
function place(path: Path, configuration: unknown): string {
  const [field, index, ...rest] = path;
  if (field === undefined) return 'the file';
  if (field !== 'rules' || typeof index !== 'number') return path.map(String).join('.');
  const type = valueAt(configuration, [field, index, 'type']);
  const name = typeof type === 'string' && type !== '' ? ` ("${type}")` : '';
  return [`rule ${index + 1}${name}`, ...rest.map(String)].join(', ');
}

/** Said here for all types at once, and also when rules have other problems, when the schema does not look. */
function repeatedTypes(configuration: unknown): string[] {
  const rules = valueAt(configuration, ['rules']);
  if (!Array.isArray(rules)) return [];
  const positions = Map.groupBy(rules.keys(), (index) => valueAt(rules, [index, 'type']));
  return [...positions]
    .filter(([type, indexes]) => typeof type === 'string' && indexes.length > 1)
    .map(([type, indexes]) => {
      const numbers = indexes.map((index) => index + 1);
      return `rules ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)} have the same type "${type}"; types must be unique`;
    });
}

function unknownFields(configuration: unknown): string[] {
  const unknown = (path: Path, known: object) =>
    Object.keys(valueAt(configuration, path) ?? {})
      .filter((field) => !Object.hasOwn(known, field))
      .map((field) => [...path, field].map(String).join('.'));
  return [
    ...unknown([], ClassifyConfiguration.shape),
    ...unknown(['parsing_configuration'], ParsingConfiguration.shape),
  ];
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}
