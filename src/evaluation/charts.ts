import type { CoveragePoint } from './coverage.ts';
import { type Html, html } from './html.ts';
import type { Gain } from './learning.ts';
import type { CalibrationBin } from './metrics.ts';

const SIZE = 320;
const LEFT = 56;
const TOP = 12;
const BOTTOM = 40;
const WIDTH = LEFT + SIZE + 12;
const HEIGHT = TOP + SIZE + BOTTOM;
/** Points of a curve that are drawn; more could not be told apart. */
const MAX_POINTS = 500;
/** Accuracy between two lines of a learning curve, unless that would be more lines than are readable. */
const TICK = 0.05;
const MAX_TICKS = 8;

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

/**
 * Learning curve: accuracy with more and more examples of each label, with the 95 % interval of the gain as a band; the
 * dashed line is accuracy without examples. The steps stand at even distances, and accuracy is cut to what it covers.
 *
 * @param steps at least one, by rising number of examples a label.
 */
export function learningCurve(steps: readonly { perLabel: number; gain: Gain }[]): Html {
  const first = steps[0]!.gain;
  const points = [
    { name: '0', value: first.without, from: first.without, to: first.without },
    ...steps.map(({ perLabel, gain: { learned, difference } }) => {
      const [from, to] = difference.interval.map((bound) => learned - difference.value + bound) as [number, number];
      return { name: String(perLabel), value: learned, from, to };
    }),
  ];
  const lowest = Math.max(0, Math.floor(Math.min(...points.map(({ from }) => from)) / TICK) * TICK - TICK);
  const highest = Math.min(1, Math.ceil(Math.max(...points.map(({ to }) => to)) / TICK) * TICK + TICK);
  const across = (index: number) => x(index / (points.length - 1));
  const share = (value: number) => (value - lowest) / (highest - lowest);
  const up = (value: number) => y(share(Math.min(highest, Math.max(lowest, value))));
  const band = [
    ...points.map(({ to }, index) => `${across(index)},${up(to)}`),
    ...points.map(({ from }, index) => `${across(index)},${up(from)}`).toReversed(),
  ];
  const ticks = Math.round((highest - lowest) / TICK);
  const every = Math.ceil(ticks / MAX_TICKS);
  return plot(
    { title: 'Learning curve', across: 'Examples a label', up: 'Accuracy' },
    html`<polygon class="band" points="${band.join(' ')}"/>
<line class="ideal" x1="${x(0)}" y1="${up(first.without)}" x2="${x(1)}" y2="${up(first.without)}"/>
<polyline class="curve" points="${points.map(({ value }, index) => `${across(index)},${up(value)}`).join(' ')}"/>
${points.map(
  ({ name, value }, index) =>
    html`<circle class="dot" cx="${across(index)}" cy="${up(value)}" r="5"><title>${name} examples a label: accuracy ${value.toFixed(3)}</title></circle>`,
)}`,
    {
      across: points.map(({ name }, index) => ({ at: index / (points.length - 1), name })),
      up: Array.from({ length: Math.floor(ticks / every) + 1 }, (_, k) => ({
        at: (k * every) / ticks,
        name: (lowest + k * every * TICK).toFixed(2),
      })),
    },
  );
}

/** A line across a plot; `at` is where, from 0 to 1. */
interface Tick {
  at: number;
  name: string;
}

const SHARES: Tick[] = [0, 0.2, 0.4, 0.6, 0.8, 1].map((at) => ({ at, name: at.toFixed(1) }));

function plot(
  names: { title: string; across: string; up: string },
  inside: Html,
  ticks: { across: Tick[]; up: Tick[] } = { across: SHARES, up: SHARES },
): Html {
  const middle = LEFT + SIZE / 2;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${names.title}">
${ticks.across.map(
  ({ at, name }) => html`<line class="grid" x1="${x(at)}" y1="${y(0)}" x2="${x(at)}" y2="${y(1)}"/>
<text x="${x(at)}" y="${TOP + SIZE + 16}" text-anchor="middle">${name}</text>`,
)}
${ticks.up.map(
  ({ at, name }) => html`<line class="grid" x1="${x(0)}" y1="${y(at)}" x2="${x(1)}" y2="${y(at)}"/>
<text x="${LEFT - 6}" y="${(Number(y(at)) + 4).toFixed(1)}" text-anchor="end">${name}</text>`,
)}
${inside}
<text x="${middle}" y="${HEIGHT - 6}" text-anchor="middle">${names.across}</text>
<text transform="translate(12 ${TOP + SIZE / 2}) rotate(-90)" text-anchor="middle">${names.up}</text>
</svg>`;
}
