import type { Difference } from '../evaluation/bootstrap.ts';
import type { Change } from '../evaluation/compare.ts';
import { coverageAtSteps } from '../evaluation/coverage.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';
import type { Gain } from '../evaluation/learning.ts';
import { type Metrics, NO_TYPE } from '../evaluation/metrics.ts';
import { mistakesOf, unreadableOf } from '../evaluation/run.ts';
import {
  answerName,
  changesByKind,
  comparisonNotes,
  figure,
  LEARNING_COLUMNS,
  learningNotes,
  learningTables,
  signed,
  thresholdAdvice,
  verdictOn,
} from '../evaluation/wording.ts';
import { type Column, cutText, displayWidth, printable, textTable } from './text-table.ts';

const MAX_LISTED = 10;
const MAX_CONFUSED_PAIRS = 25;
const MAX_TYPE_COLUMNS = 30;

/** What `--json` prints. */
export function evaluationJson({ run, metrics, accuracyInterval, coverage, ...rest }: Evaluation): object {
  const { recommended, targetAccuracy, comparison, learning } = rest;
  return {
    documents: metrics.documents,
    errors: metrics.errors,
    accuracy: metrics.accuracy,
    macro_f1: metrics.macroF1,
    ece: metrics.ece,
    none_auroc: metrics.noneAuroc,
    per_type: Object.fromEntries(metrics.perType),
    confusion: Object.fromEntries([...metrics.confusion].map(([label, row]) => [label, Object.fromEntries(row)])),
    seconds: Math.round(run.seconds * 1000) / 1000,
    accuracy_interval: accuracyInterval,
    calibration: metrics.calibration.map(({ meanConfidence, from, to, documents, accuracy }) => ({
      from,
      to,
      documents,
      mean_confidence: meanConfidence,
      accuracy,
    })),
    coverage: coverageAtSteps(coverage).map(({ threshold, coverage: share, accuracy }) => ({
      threshold,
      coverage: share,
      accuracy,
    })),
    recommended_threshold: recommended && {
      threshold: recommended.threshold,
      coverage: recommended.coverage,
      accuracy: recommended.accuracy,
      target_accuracy: targetAccuracy,
    },
    engine: run.engine,
    comparison: comparison && {
      documents: comparison.documents,
      only_before: comparison.onlyBefore,
      only_after: comparison.onlyAfter,
      relabelled: comparison.relabelled,
      fixed: comparison.fixed.map(changeJson),
      broken: comparison.broken.map(changeJson),
      still_wrong: comparison.stillWrong.map(changeJson),
      accuracy: differenceJson(comparison.accuracy),
      macro_f1: differenceJson(comparison.macroF1),
    },
    learning: learning && {
      splits: learning.splits,
      short: Object.fromEntries(learning.short.map(({ label, examples }) => [label ?? NO_TYPE, examples])),
      steps: learning.steps.map(({ perLabel, examples, all, others }) => ({
        examples_per_type: perLabel,
        examples,
        all: gainJson(all),
        others: others && gainJson(others),
      })),
    },
  };
}

function gainJson({ documents, without, learned, difference }: Gain): object {
  return {
    documents,
    accuracy_without: without,
    accuracy_with: learned,
    difference: differenceJson(difference),
  };
}

function changeJson({ id, label, before, after }: Change): object {
  return { id, label: label ?? NO_TYPE, before: answerName(before), after: answerName(after) };
}

function differenceJson({ value, interval, pValue }: Difference): object {
  return { value, interval, p_value: pValue };
}

/** The same for a person: lines of at most `width` columns. */
export function evaluationReport(evaluation: Evaluation, width: number): string {
  const { metrics } = evaluation;
  return [
    summary(evaluation),
    section('Types', perType(metrics, width)),
    section('Confusion (rows: label, columns: answer)', confusion(metrics, width)),
    section('Calibration (how often an answer of that confidence is right)', calibration(metrics, width)),
    section('Trusting answers above a confidence (the rest goes to a person)', coverageTable(evaluation, width)),
    section('Worst mistakes (the most certain wrong answers)', mistakes(evaluation, width)),
    section('Documents that could not be read', unreadable(evaluation, width)),
    section('Compared with before', comparisonText(evaluation, width)),
    section('What examples gain', learningText(evaluation, width)),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function section(title: string, body: string): string {
  return body === '' ? '' : `${title}\n\n${body}`;
}

function summary({ run, metrics, right, accuracyInterval: [from, to] }: Evaluation): string {
  const { documents, errors, accuracy, macroF1, ece, noneAuroc } = metrics;
  const { seconds } = run;
  const figures: [name: string, value: string, note: string][] = [
    ['Documents', String(documents), `${seconds.toFixed(1)} s, ${(documents / seconds).toFixed(1)} a second`],
    ['Could not be read', String(errors), errors > 0 ? 'counted as wrong' : ''],
    ['Accuracy', figure(accuracy), `${right} right; 95 % interval ${figure(from)} to ${figure(to)}`],
    ['Macro-F1', figure(macroF1), 'mean over the labels in the set'],
    ['Calibration error', ece === null ? '–' : figure(ece), 'ECE, 10 bins; 0 is best'],
    [
      '"No rule fits" AUROC',
      noneAuroc === null ? '–' : figure(noneAuroc),
      noneAuroc === null ? 'needs documents that fit no rule, and others' : '0.5 is chance, 1 is best',
    ],
  ];
  return figures
    .map(([name, value, note]) => `${`${name.padEnd(22)}${value.padStart(7)}  ${note}`.trimEnd()}\n`)
    .join('');
}

function perType({ perType: types, confusion: counts }: Metrics, width: number): string {
  const answers = answersOf(counts);
  const rows = [...types]
    .filter(([type, { documents }]) => documents > 0 || answers.has(type))
    .map(([type, { documents, precision, recall, f1 }]) => [
      type,
      String(documents),
      answers.has(type) ? figure(precision) : '–',
      documents > 0 ? figure(recall) : '–',
      documents > 0 ? figure(f1) : '–',
    ]);
  return textTable(
    [
      { title: 'Type', maxWidth: MAX_TYPE_COLUMNS },
      { title: 'Documents', align: 'right' },
      { title: 'Precision', align: 'right' },
      { title: 'Recall', align: 'right' },
      { title: 'F1', align: 'right' },
    ],
    rows,
    width,
  );
}

/** The matrix where it fits the line, else the pairs that were confused. */
function confusion({ confusion: counts, perType: types }: Metrics, width: number): string {
  const answers = answersOf(counts);
  const columns = [...new Set([...types.keys(), ...answers])].filter((type) => answers.has(type));
  const labelWidth = Math.min(MAX_TYPE_COLUMNS, Math.max(5, ...[...counts.keys()].map(displayWidth)));
  const needed = columns.reduce((total, type) => total + Math.max(3, displayWidth(type)) + 2, labelWidth);
  if (needed <= width) {
    const titles: Column[] = columns.map((title) => ({ title, align: 'right' }));
    const rows = [...counts].map(([label, row]) => [label, ...columns.map((type) => String(row.get(type) ?? '·'))]);
    return textTable([{ title: 'Label', maxWidth: MAX_TYPE_COLUMNS }, ...titles], rows, width);
  }
  const pairs = [...counts].flatMap(([label, row]) =>
    [...row].filter(([answer]) => answer !== label).map(([answer, count]) => ({ label, answer, count })),
  );
  pairs.sort((a, b) => b.count - a.count);
  if (pairs.length === 0) return 'None: every document has its label.\n';
  const rows = pairs.slice(0, MAX_CONFUSED_PAIRS).map(({ label, answer, count }) => [String(count), label, answer]);
  const more = pairs.length - rows.length;
  return (
    textTable(
      [
        { title: 'Documents', align: 'right' },
        { title: 'Label', maxWidth: MAX_TYPE_COLUMNS },
        { title: 'Answer', maxWidth: MAX_TYPE_COLUMNS },
      ],
      rows,
      width,
    ) + (more > 0 ? `and ${more} more pairs; --json has all of them\n` : '')
  );
}

function answersOf(counts: Metrics['confusion']): Set<string> {
  return new Set([...counts.values()].flatMap((row) => [...row.keys()]));
}

function calibration({ calibration: bins }: Metrics, width: number): string {
  const rows = bins
    .filter(({ documents }) => documents > 0)
    .map(({ from, to, documents, meanConfidence, accuracy }) => [
      `${from.toFixed(1)} – ${to.toFixed(1)}`,
      String(documents),
      figure(meanConfidence),
      figure(accuracy),
    ]);
  if (rows.length === 0) return '';
  const titles = ['Confidence', 'Documents', 'Mean confidence', 'Accuracy'];
  return textTable(
    titles.map((title) => ({ title, align: 'right' })),
    rows,
    width,
  );
}

function coverageTable(evaluation: Evaluation, width: number): string {
  const { coverage } = evaluation;
  if (coverage.length === 0) return '';
  const rows = coverageAtSteps(coverage).map(({ threshold, coverage: share, accuracy, documents }) => [
    `≥ ${threshold.toFixed(1)}`,
    String(documents),
    figure(share),
    figure(accuracy),
  ]);
  const titles = ['Confidence', 'Documents', 'Coverage', 'Accuracy'];
  const table = textTable(
    titles.map((title) => ({ title, align: 'right' })),
    rows,
    width,
  );
  return `${table}\n${paragraph(thresholdAdvice(evaluation), width)}`;
}

function mistakes({ run }: Evaluation, width: number): string {
  return mistakesOf(run)
    .slice(0, MAX_LISTED)
    .map(({ id, label, type, confidence, reasoning }) => {
      const what = `label ${label ?? NO_TYPE}, answer ${type ?? NO_TYPE} (${confidence.toFixed(2)})`;
      return `${idBefore(id, what, width)}  ${what}\n${wrapped(reasoning, width)}`;
    })
    .join('');
}

function unreadable({ run }: Evaluation, width: number): string {
  const failed = unreadableOf(run);
  const lines = failed
    .slice(0, MAX_LISTED)
    .map(({ id, error }) => `${cutText(printable(id), width, 'start')}\n${wrapped(error, width)}`);
  return lines.join('') + andMore(failed.length - lines.length);
}

function comparisonText({ comparison }: Evaluation, width: number): string {
  if (comparison === null) return '';
  const differences = textTable(
    [
      { title: 'Difference' },
      { title: 'Now − before', align: 'right' },
      { title: '95 % interval', align: 'right' },
      { title: 'p', align: 'right' },
      { title: 'Paired bootstrap' },
    ],
    [
      ['Accuracy', ...differenceCells(comparison.accuracy)],
      ['Macro-F1', ...differenceCells(comparison.macroF1)],
    ],
    width,
  );
  return [
    comparisonNotes(comparison)
      .map((note) => paragraph(printable(note), width))
      .join(''),
    differences,
    ...changesByKind(comparison).map(([kind, listed]) => changes(kind, listed, width)),
  ].join('\n');
}

function learningText({ learning }: Evaluation, width: number): string {
  if (learning === null) return '';
  const columns: Column[] = LEARNING_COLUMNS.map((title, at) => ({
    title,
    align: at < LEARNING_COLUMNS.length - 1 ? 'right' : 'left',
  }));
  return [
    learningNotes(learning)
      .map((note) => paragraph(printable(note), width))
      .join(''),
    ...learningTables(learning).map(({ title, rows }) => {
      const cells = rows.map((row) => row.cells);
      return `${title}\n${textTable(columns, cells, width)}`;
    }),
  ].join('\n');
}

function differenceCells(difference: Difference): string[] {
  const { value, interval, pValue } = difference;
  return [signed(value), interval.map(signed).join(' to '), pValue.toFixed(4), verdictOn(difference)];
}

function changes(title: string, listed: readonly Change[], width: number): string {
  const lines = listed.slice(0, MAX_LISTED).map(({ id, label, before, after }) => {
    const what = `label ${label ?? NO_TYPE}, before ${answerName(before)}, now ${answerName(after)}`;
    return `${idBefore(id, what, width)}  ${what}\n`;
  });
  return `${title}: ${listed.length}\n${lines.join('')}${andMore(listed.length - lines.length)}`;
}

function idBefore(id: string, what: string, width: number): string {
  return cutText(printable(id), Math.max(20, width - displayWidth(what) - 2), 'start');
}

function andMore(count: number): string {
  return count > 0 ? `and ${count} more\n` : '';
}

/** At most three indented lines. */
function wrapped(text: string, width: number): string {
  return lines(cutText(printable(text), (width - 4) * 3), width - 4)
    .map((line) => `    ${line}\n`)
    .join('');
}

function paragraph(text: string, width: number): string {
  return lines(text, width)
    .map((line) => `${line}\n`)
    .join('');
}

/** The text broken between words; a word longer than `width` has a line of its own. */
function lines(text: string, width: number): string[] {
  const broken: string[] = [''];
  for (const word of text.split(' ')) {
    const longer = broken.at(-1) === '' ? word : `${broken.at(-1)} ${word}`;
    if (displayWidth(longer) <= width) broken[broken.length - 1] = longer;
    else broken.push(word);
  }
  return broken;
}
