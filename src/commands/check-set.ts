import type { ClassifyConfiguration } from '../domain/rules.ts';
import { type LabelledSet, NO_TYPE_FOLDER } from '../evaluation/manifest.ts';
import { UsageError } from './usage-error.ts';

const MAX_PROBLEMS = 20;

/** @throws UsageError when the set cannot be used, or not with these rules. */
export function checkSet(
  set: LabelledSet,
  configuration: ClassifyConfiguration,
  names: { path: string; rules: string },
): void {
  const { path, rules } = names;
  const types = configuration.rules.map(({ type }) => type);
  if (set.problems.length > 0) {
    const more = set.problems.length - MAX_PROBLEMS;
    const listed = set.problems.slice(0, MAX_PROBLEMS);
    throw new UsageError([...listed, ...(more > 0 ? [`and ${more} more problems`] : [])].join('\n'));
  }
  const unknown = [...set.labels].filter(([label]) => label !== null && !types.includes(label));
  if (unknown.length > 0) {
    const listed = unknown.map(([label, count]) => `  "${label}" (${count} ${count === 1 ? 'document' : 'documents'})`);
    throw new UsageError(
      `These labels of ${path} are not types of ${rules}:
${listed.join('\n')}
Its types are ${types.map((type) => `"${type}"`).join(', ')}.
Documents that no rule fits have the label null, or are in the sub-folder "${NO_TYPE_FOLDER}".`,
    );
  }
}
