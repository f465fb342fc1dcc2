import { type Metrics, NO_TYPE } from '../evaluation/metrics.ts';
import { type Column, cutText, displayWidth, printable, textTable } from './text-table.ts';

const MAX_LISTED = 10;
const MAX_CONFUSED_PAIRS = 25;
const MAX_TYPE_COLUMNS = 30;

/** A document with a wrong type. */
export interface Mistake {
  id: string;
  label: string | null;
  predicted: string | null;
  confidence: number;
  reasoning: string;
}

export interface Evaluation {
  metrics: Metrics;
  seconds: number;
  /** The wrong answers that were most certain, the most certain first. */
  worst: Mistake[];
  /** Documents that could not be read, `CODE: sentence`; not necessarily all. */
  unreadable: { id: string; error: string }[];
}

/** What `--json` prints. */
export function evaluationJson({ metrics, seconds }: Evaluation): object {
  return {
    documents: metrics.documents,
    errors: metrics.errors,
    accuracy: metrics.accuracy,
    macro_f1: metrics.macroF1,
    ece: metrics.ece,
    none_auroc: metrics.noneAuroc,
    per_type: Object.fromEntries(metrics.perType),
    confusion: Object.fromEntries([...metrics.confusion].map(([label, row]) => [label, Object.fromEntries(row)])),
    seconds: Math.round(seconds * 1000) / 1000,
  };
}

/** The same for a person: lines of at most `width` columns. */
export function evaluationReport(evaluation: Evaluation, width: number): string {
  const { metrics } = evaluation;
  return [
    summary(evaluation),
    section('Types', perType(metrics, width)),
    section('Confusion (rows: label, columns: answer)', confusion(metrics, width)),
    section('Calibration (how often an answer of that confidence is right)', calibration(metrics, width)),
    section('Worst mistakes (the most certain wrong answers)', mistakes(evaluation.worst, width)),
    section('Documents that could not be read', unreadable(evaluation, width)),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function section(title: string, body: string): string {
  return body === '' ? '' : `${title}\n\n${body}`;
}

function summary({ metrics, seconds }: Evaluation): string {
  const { documents, errors, accuracy, macroF1, ece, noneAuroc } = metrics;
  const figures: [name: string, value: string, note: string][] = [
    ['Documents', String(documents), `${seconds.toFixed(1)} s, ${(documents / seconds).toFixed(1)} a second`],
    ['Could not be read', String(errors), errors > 0 ? 'counted as wrong' : ''],
    ['Accuracy', figure(accuracy), `${Math.round(accuracy * documents)} right`],
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

function mistakes(worst: readonly Mistake[], width: number): string {
  return worst
    .map(({ id, label, predicted, confidence, reasoning }) => {
      const what = `label ${label ?? NO_TYPE}, answer ${predicted ?? NO_TYPE} (${confidence.toFixed(2)})`;
      return `${cutText(printable(id), Math.max(20, width - displayWidth(what) - 2), 'start')}  ${what}\n${wrapped(reasoning, width)}`;
    })
    .join('');
}

function unreadable({ metrics, unreadable: listed }: Evaluation, width: number): string {
  const lines = listed
    .slice(0, MAX_LISTED)
    .map(({ id, error }) => `${cutText(printable(id), width, 'start')}\n${wrapped(error, width)}`);
  const more = metrics.errors - lines.length;
  return lines.join('') + (more > 0 ? `and ${more} more\n` : '');
}

/** At most three indented lines. */
function wrapped(text: string, width: number): string {
  const lines: string[] = [''];
  for (const word of cutText(printable(text), (width - 4) * 3).split(' ')) {
    const longer = lines.at(-1) === '' ? word : `${lines.at(-1)} ${word}`;
    if (displayWidth(longer) <= width - 4) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => `    ${line}\n`).join('');
}

function figure(value: number): string {
  return value.toFixed(3);
}
