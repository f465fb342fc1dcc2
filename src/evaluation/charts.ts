import type { CoveragePoint } from './coverage.ts';
import { type Html, html } from './html.ts';
import type { CalibrationBin } from './metrics.ts';

const SIZE = 320;
const LEFT = 44;
const TOP = 12;
const BOTTOM = 40;
const WIDTH = LEFT + SIZE + 12;
const HEIGHT = TOP + SIZE + BOTTOM;
/** Points of a curve that are drawn; more could not be told apart. */
const MAX_POINTS = 500;

const x = (share: number) => (LEFT + share * SIZE).toFixed(1);
const y = (share: number) => (TOP + (1 - share) * SIZE).toFixed(1);

/**
 * Reliability diagram: for each confidence bin, how often its answers are right. On the diagonal, confidence is honest;
 * below it, it promises too much. Wider dots stand for more documents.
 */
export function reliabilityDiagram(bins: readonly CalibrationBin[]): Html {
  const filled = bins.filter(({ documents }) => documents > 0);
  const most = Math.max(1, ...filled.map(({ documents }) => documents));
  return plot(
    { title: 'Reliability diagram', across: 'Confidence', up: 'Share that is right' },
    html`<line class="ideal" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>
${filled.map(
  ({ from, to, accuracy, documents, meanConfidence }) =>
    html`<rect class="bar" x="${x(from + 0.008)}" y="${y(accuracy)}" width="${((to - from - 0.016) * SIZE).toFixed(1)}" height="${(accuracy * SIZE).toFixed(1)}"><title>${documents} answers of confidence ${from.toFixed(1)} to ${to.toFixed(1)}: mean confidence ${meanConfidence.toFixed(3)}, ${accuracy.toFixed(3)} right</title></rect>
<line class="gap" x1="${x(meanConfidence)}" y1="${y(meanConfidence)}" x2="${x(meanConfidence)}" y2="${y(accuracy)}"/>
<circle class="dot" cx="${x(meanConfidence)}" cy="${y(accuracy)}" r="${(3 + 5 * Math.sqrt(documents / most)).toFixed(1)}"/>`,
)}`,
  );
}

/** Accuracy of the trusted answers against the share of documents that are trusted, as the threshold falls. */
export function coverageDiagram(curve: readonly CoveragePoint[], mark: CoveragePoint | null, target: number): Html {
  const step = Math.max(1, Math.ceil(curve.length / MAX_POINTS));
  const drawn = curve.filter((_, at) => at % step === 0 || at === curve.length - 1);
  const point = ({ coverage, accuracy }: CoveragePoint) => `${x(coverage)},${y(accuracy)}`;
  const band = [
    ...drawn.map(({ coverage, interval: [, to] }) => `${x(coverage)},${y(to)}`),
    ...drawn.toReversed().map(({ coverage, interval: [from] }) => `${x(coverage)},${y(from)}`),
  ];
  return plot(
    { title: 'Coverage and accuracy', across: 'Share of documents trusted', up: 'Share of them that is right' },
    html`<polygon class="band" points="${band.join(' ')}"/>
<line class="ideal" x1="${x(0)}" y1="${y(target)}" x2="${x(1)}" y2="${y(target)}"/>
<polyline class="curve" points="${drawn.map(point).join(' ')}"/>
${
  mark === null
    ? null
    : html`<circle class="dot" cx="${x(mark.coverage)}" cy="${y(mark.accuracy)}" r="6"><title>threshold ${mark.threshold.toFixed(3)}: ${mark.coverage.toFixed(3)} of the documents, ${mark.accuracy.toFixed(3)} right</title></circle>`
}`,
  );
}

function plot(names: { title: string; across: string; up: string }, inside: Html): Html {
  const steps = [0, 0.2, 0.4, 0.6, 0.8, 1];
  const middle = LEFT + SIZE / 2;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${names.title}">
${steps.map(
  (at) => html`<line class="grid" x1="${x(at)}" y1="${y(0)}" x2="${x(at)}" y2="${y(1)}"/>
<line class="grid" x1="${x(0)}" y1="${y(at)}" x2="${x(1)}" y2="${y(at)}"/>
<text x="${x(at)}" y="${TOP + SIZE + 16}" text-anchor="middle">${at.toFixed(1)}</text>
<text x="${LEFT - 6}" y="${(Number(y(at)) + 4).toFixed(1)}" text-anchor="end">${at.toFixed(1)}</text>`,
)}
${inside}
<text x="${middle}" y="${HEIGHT - 6}" text-anchor="middle">${names.across}</text>
<text transform="translate(12 ${TOP + SIZE / 2}) rotate(-90)" text-anchor="middle">${names.up}</text>
</svg>`;
}
