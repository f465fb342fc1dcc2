import type { Difference } from './bootstrap.ts';
import { coverageDiagram, learningCurve, reliabilityDiagram } from './charts.ts';
import type { Change } from './compare.ts';
import type { Evaluation } from './evaluation.ts';
import { Html, html } from './html.ts';
import { NO_TYPE } from './metrics.ts';
import { isAnswered, mistakesOf, type RunDocument, unreadableOf } from './run.ts';
import {
  answerName,
  changesByKind,
  comparisonNotes,
  figure,
  LEARNING_COLUMNS,
  learningNotes,
  learningTables,
  readableTime,
  runName,
  signed,
  thresholdAdvice,
  verdictOn,
} from './wording.ts';

/** Rows of a list that are written; `--save` has all of them. */
const MAX_LISTED = 200;
/** A matrix of more types is too wide to read; the pairs that were confused are listed instead. */
const MAX_MATRIX_TYPES = 40;

const STYLE = `
:root{color-scheme:light dark;--page:#fff;--ink:#1c2024;--soft:#60646c;--line:#d9dbe0;--card:#f6f7f9;--accent:#2563eb;--good:#15803d;--bad:#b91c1c;--right:21,128,61;--wrong:185,28,28}
@media(prefers-color-scheme:dark){:root{--page:#15171a;--ink:#e8eaed;--soft:#a0a6b0;--line:#363a42;--card:#1e2126;--accent:#7aa7ff;--good:#5cd08a;--bad:#ff8b85;--right:52,168,100;--wrong:235,87,80}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1080px;padding:32px 20px 64px;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
h1{font-size:26px;margin:0 0 4px}h2{font-size:19px;margin:40px 0 10px}h3{font-size:15px;margin:20px 0 6px}
p{margin:6px 0;max-width:78ch}.soft,figcaption{color:var(--soft)}figcaption{font-size:13px}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:20px 0}
.figures div{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 14px}
.figures b{display:block;font-size:24px;font-variant-numeric:tabular-nums}.figures span{font-size:13px;color:var(--soft)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:24px}figure{margin:0}
svg{width:100%;max-width:440px;height:auto;display:block}svg text{fill:var(--soft);font-size:12px}
.grid{stroke:var(--line);stroke-width:1}.ideal{stroke:var(--soft);stroke-dasharray:5 4}.bar{fill:var(--accent);opacity:.25}
.gap{stroke:var(--bad);stroke-width:2}.dot{fill:var(--accent)}.curve{fill:none;stroke:var(--accent);stroke-width:2}.band{fill:var(--accent);opacity:.14}
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:14px}
th,td{padding:5px 10px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}th{font-weight:600;color:var(--soft)}
.n{text-align:right}.matrix th{white-space:nowrap}.matrix td{text-align:center;min-width:30px;padding:5px 4px}.matrix thead th{writing-mode:vertical-rl;transform:rotate(180deg);vertical-align:bottom;text-align:left;padding:8px 4px}
.good{color:var(--good)}.bad{color:var(--bad)}.text{overflow-wrap:break-word;unicode-bidi:isolate}summary{cursor:pointer;color:var(--accent)}`;

/**
 * The evaluation as one HTML file that loads nothing: style and plots are inside, there is no script, and a policy in the
 * page forbids both. Everything that comes from documents, sets and rules is escaped.
 */
export function htmlReport(evaluation: Evaluation): string {
  const { run } = evaluation;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${runName(run)}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<h1>${runName(run)}</h1>
<p class="soft">${readableTime(run.started_at)} · engine ${run.engine} · ${run.seconds.toFixed(1)} s</p>
${figures(evaluation)}
${comparisonSection(evaluation)}
${learningSection(evaluation)}
${plots(evaluation)}
${types(evaluation)}
${confusion(evaluation)}
${mistakes(evaluation)}
${unreadable(evaluation)}
${rules(evaluation)}
</body>
</html>
`;
  return page.markup;
}

function figures({ metrics, right, accuracyInterval }: Evaluation): Html {
  const { documents, errors, accuracy, macroF1, ece, noneAuroc } = metrics;
  const card = (name: string, value: string, note: string) =>
    html`<div><span>${name}</span><b>${value}</b><span>${note}</span></div>`;
  const ofNone = noneAuroc === null ? 'needs documents that fit no rule, and others' : '0.5 is chance, 1 is best';
  return html`<div class="figures">
${card('Accuracy', figure(accuracy), `${right} of ${documents} right; 95 % interval ${accuracyInterval.map(figure).join(' to ')}`)}
${card('Macro-F1', figure(macroF1), 'mean over the labels in the set')}
${card('Calibration error', ece === null ? '–' : figure(ece), 'ECE, 10 bins; 0 is best')}
${card('“No rule fits” AUROC', noneAuroc === null ? '–' : figure(noneAuroc), ofNone)}
${card('Could not be read', String(errors), errors > 0 ? 'counted as wrong' : `of ${documents} documents`)}
</div>`;
}

function plots(evaluation: Evaluation): Html | null {
  const { metrics, coverage, recommended, targetAccuracy } = evaluation;
  if (coverage.length === 0) return null;
  return html`<h2>Confidence</h2>
<div class="charts">
<figure>${reliabilityDiagram(metrics.calibration)}<figcaption>Reliability: on the dashed line confidence is honest, below it it promises too much. Larger dots are more documents.</figcaption></figure>
<figure>${coverageDiagram(coverage, recommended, targetAccuracy)}<figcaption>What happens when answers above a threshold are trusted and a person looks at the rest. The band is the 95 % interval, the dashed line the target.</figcaption></figure>
</div>
<p>${thresholdAdvice(evaluation)}</p>`;
}

function types({ metrics }: Evaluation): Html {
  const answered = new Set([...metrics.confusion.values()].flatMap((row) => [...row.keys()]));
  return html`<h2>Types</h2>
<div class="wide"><table><thead><tr><th>Type</th><th class="n">Documents</th><th class="n">Precision</th><th class="n">Recall</th><th class="n">F1</th></tr></thead><tbody>
${[...metrics.perType].map(
  ([type, { documents, precision, recall, f1 }]) =>
    html`<tr><td class="text">${type}</td><td class="n">${documents}</td><td class="n">${answered.has(type) ? figure(precision) : '–'}</td><td class="n">${documents > 0 ? figure(recall) : '–'}</td><td class="n">${documents > 0 ? figure(f1) : '–'}</td></tr>
`,
)}</tbody></table></div>`;
}

function confusion({ metrics }: Evaluation): Html {
  const { confusion: counts, perType } = metrics;
  const answered = new Set([...counts.values()].flatMap((row) => [...row.keys()]));
  const columns = [...new Set([...perType.keys(), ...answered])].filter((type) => answered.has(type));
  const matrix = () => html`<p class="soft">Rows are labels, columns are answers.</p>
<div class="wide"><table class="matrix"><thead><tr><td></td>${columns.map((type) => html`<th class="text">${type}</th>`)}</tr></thead><tbody>
${[...counts].map(
  ([label, row]) => html`<tr><th class="text">${label}</th>${columns.map((type) => matrixCell(label, type, row))}</tr>
`,
)}</tbody></table></div>`;
  const pairs = () => {
    const confused = [...counts]
      .flatMap(([label, row]) => [...row].map(([answer, count]) => ({ label, answer, count })))
      .filter(({ label, answer }) => label !== answer)
      .sort((a, b) => b.count - a.count);
    return html`<div class="wide"><table><thead><tr><th class="n">Documents</th><th>Label</th><th>Answer</th></tr></thead><tbody>
${confused.slice(0, MAX_LISTED).map(({ label, answer, count }) => html`<tr><td class="n">${count}</td><td class="text">${label}</td><td class="text">${answer}</td></tr>`)}
</tbody></table></div>${andMore(confused.length)}`;
  };
  return html`<h2>Confusion</h2>
${Math.max(columns.length, counts.size) <= MAX_MATRIX_TYPES ? matrix() : pairs()}`;
}

/** The fuller the colour, the larger the share of the label's documents. */
function matrixCell(label: string, answer: string, row: ReadonlyMap<string, number>): Html {
  const count = row.get(answer);
  if (count === undefined) return html`<td class="soft">·</td>`;
  const total = [...row.values()].reduce((sum, value) => sum + value, 0);
  const colour = label === answer ? '--right' : '--wrong';
  const alpha = (0.12 + (0.6 * count) / total).toFixed(2);
  return html`<td style="background:rgba(var(${colour}),${alpha})" title="${count} of ${total} documents labelled ${label} were answered ${answer}">${count}</td>`;
}

function mistakes({ run }: Evaluation): Html {
  const wrong = mistakesOf(run);
  if (wrong.length === 0) return html`<h2>Mistakes</h2><p>None: every document that could be read has its label.</p>`;
  return html`<h2>Mistakes, the most certain first</h2>
<div class="wide"><table><thead><tr><th>Document</th><th>Label</th><th>Answer</th><th class="n">Confidence</th><th>Reasoning</th></tr></thead><tbody>
${wrong.slice(0, MAX_LISTED).map(
  ({ id, label, type, confidence, reasoning }) =>
    html`<tr><td class="text">${id}</td><td class="text">${label ?? NO_TYPE}</td><td class="text">${type ?? NO_TYPE}</td><td class="n">${confidence.toFixed(2)}</td><td class="text">${reasoning}</td></tr>
`,
)}</tbody></table></div>${andMore(wrong.length)}`;
}

function unreadable({ run }: Evaluation): Html | null {
  const failed = unreadableOf(run);
  if (failed.length === 0) return null;
  return html`<h2>Could not be read</h2>
<p>${failed.length} ${failed.length === 1 ? 'document counts' : 'documents count'} as wrong.</p>
<div class="wide"><table><thead><tr><th>Document</th><th>Label</th><th>Error</th></tr></thead><tbody>
${failed.slice(0, MAX_LISTED).map(
  ({ id, label, error }) =>
    html`<tr><td class="text">${id}</td><td class="text">${label ?? NO_TYPE}</td><td class="text">${error}</td></tr>
`,
)}</tbody></table></div>${andMore(failed.length)}`;
}

function comparisonSection({ comparison }: Evaluation): Html | null {
  if (comparison === null) return null;
  return html`<h2>Compared with before</h2>
<p class="soft">${comparisonNotes(comparison).join(' ')}</p>
<div class="wide"><table><thead><tr><th>Difference</th><th class="n">Now − before</th><th class="n">95 % interval</th><th class="n">p</th><th>Paired bootstrap</th></tr></thead><tbody>
${differenceRow('Accuracy', comparison.accuracy)}
${differenceRow('Macro-F1', comparison.macroF1)}
</tbody></table></div>
${changesByKind(comparison).map(([kind, listed]) => changes(kind, listed))}`;
}

function differenceRow(name: string, difference: Difference): Html {
  const { value, interval, pValue } = difference;
  const verdict = verdictOn(difference);
  const style = styleOf(difference);
  return html`<tr><td>${name}</td><td class="n">${signed(value)}</td><td class="n">${interval.map(signed).join(' to ')}</td><td class="n">${pValue.toFixed(4)}</td><td class="${style}">${verdict}</td></tr>`;
}

/** The colour of a verdict. */
function styleOf(difference: Difference): string {
  return { better: 'good', worse: 'bad', 'may be chance': 'soft' }[verdictOn(difference)];
}

function learningSection({ learning }: Evaluation): Html | null {
  if (learning === null) return null;
  return html`<h2>What examples gain</h2>
${learningNotes(learning).map((note) => html`<p class="soft text">${note}</p>`)}
${learningTables(learning).map(
  ({ title, rows }) => html`<h3>${title}</h3>
<div class="charts"><figure>${learningCurve(rows)}<figcaption>The dashed line is accuracy without examples, the band the 95 % interval of what they gain.</figcaption></figure></div>
<div class="wide"><table><thead><tr>${LEARNING_COLUMNS.map((name) => html`<th class="n">${name}</th>`)}</tr></thead><tbody>
${rows.map(
  ({ cells, gain }) =>
    html`<tr>${cells.slice(0, -1).map((cell) => html`<td class="n">${cell}</td>`)}<td class="${styleOf(gain.difference)}">${cells.at(-1)!}</td></tr>
`,
)}</tbody></table></div>`,
)}`;
}

function changes(title: string, listed: readonly Change[]): Html {
  if (listed.length === 0) return html`<h3>${title}: 0</h3>`;
  return html`<h3>${title}: ${listed.length}</h3>
<div class="wide"><table><thead><tr><th>Document</th><th>Label</th><th>Before</th><th>Now</th></tr></thead><tbody>
${listed.slice(0, MAX_LISTED).map(
  ({ id, label, before, after }) =>
    html`<tr><td class="text">${id}</td><td class="text">${label ?? NO_TYPE}</td><td class="text">${answerOf(before)}</td><td class="text">${answerOf(after)}</td></tr>
`,
)}</tbody></table></div>${andMore(listed.length)}`;
}

function rules({ run }: Evaluation): Html {
  return html`<h2>Rules</h2>
<details><summary>${run.rules.length} ${run.rules.length === 1 ? 'rule' : 'rules'}</summary>
<div class="wide"><table><tbody>
${run.rules.map(({ type, description }) => html`<tr><th class="text">${type}</th><td class="text">${description}</td></tr>`)}
</tbody></table></div></details>`;
}

function answerOf(document: RunDocument): string {
  const name = answerName(document);
  return isAnswered(document) ? `${name} (${document.confidence.toFixed(2)})` : name;
}

function andMore(total: number): Html | null {
  return total > MAX_LISTED ? html`<p class="soft">and ${total - MAX_LISTED} more; --save keeps all of them</p>` : null;
}
