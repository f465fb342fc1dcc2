import { Option } from 'commander';
import type { Example } from '../classify/engine.ts';
import { EXAMPLE_LIMITS, exampleQuota, headOf } from '../domain/examples.ts';
import type { ClassifyConfiguration } from '../domain/rules.ts';
import { type LabelledDocument, type LabelledSet, openLabelledSet } from '../evaluation/manifest.ts';
import { askAll, type Batch } from './batch.ts';
import { checkSet } from './check-set.ts';

/** The option `--examples` of every command that classifies. */
export function examplesOption(): Option {
  return new Option(
    '--examples <set>',
    `labelled documents that others like them follow: a manifest or a folder, as for "pigeonhole eval"; the first ${EXAMPLE_LIMITS.perLabel} of each label count, ${EXAMPLE_LIMITS.total} in all`,
  );
}

/** @throws UsageError when the examples cannot be used, or not with these rules. */
export async function openExamples(
  path: string,
  configuration: ClassifyConfiguration,
  rulesPath: string,
): Promise<LabelledSet> {
  const set = await openLabelledSet(path);
  checkSet(set, configuration, { path, rules: rulesPath });
  return set;
}

/** The examples that count, as far as they can be read; the others are named on standard error. */
export async function readExamples(
  set: LabelledSet,
  reading: Pick<Batch<never, never>, 'parsing' | 'concurrency' | 'keepsReadings' | 'showProgress' | 'signal'>,
): Promise<Example[]> {
  const counting = await chosenFrom(set);
  return [...(await readAsExamples(counting, reading)).values()];
}

/**
 * Reads documents to be examples.
 *
 * @returns those that could be read, by their place in `documents`; the others are named on standard error.
 */
export async function readAsExamples(
  documents: readonly LabelledDocument[],
  reading: Parameters<typeof readExamples>[1],
): Promise<Map<number, Example>> {
  const examples = new Map<number, Example>();
  if (documents.length === 0) return examples;
  const results = askAll({
    ...reading,
    documents,
    size: documents.length,
    ask: async (_, pages) => headOf(pages),
  });
  let place = 0;
  for await (const { document, outcome } of results) {
    const { answer: pages, error } = outcome;
    if (error === undefined) examples.set(place, { type: document.label, pages });
    else process.stderr.write(`The example ${document.id} is left out. ${error}\n`);
    place++;
  }
  return examples;
}

async function chosenFrom(set: LabelledSet): Promise<LabelledDocument[]> {
  const chosen: LabelledDocument[] = [];
  const counts = exampleQuota();
  for await (const document of set.documents()) {
    if (counts(document.label)) chosen.push(document);
  }
  if (chosen.length < set.size) {
    process.stderr.write(
      `${chosen.length} of ${set.size} examples count; more of them would say little that is new.\n`,
    );
  }
  return chosen;
}
