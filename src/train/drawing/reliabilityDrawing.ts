/**
 * @file Reliability diagrams: of what is called so sure, how much is right; below, how often it is called so.
 *
 * A bar is the share that is right; what it lacks of the diagonal, or has above it, is hatched in the second colour.
 * Before: `evaluation/calibration.ts`. Guo et al. 2017, figure 1.
 */
import { cutTo } from '../../draw/letters.ts';
import { element, INK, QUIET, RULE, RULE_DARK, svgDocument, text } from '../../draw/svg.ts';
import type { Calibration, ConfidenceBin } from '../evaluation/calibration.ts';
import { percentWords } from './lookAnswers.ts';

export interface ReliabilityPanel {
  /** "as trained", "at temperature 1.4" */
  readonly name: string;
  readonly calibration: Calibration;
}

const SIDE = 300;
const GAP = 70;
const LEFT = 64;
const TOP = 88;
/** Height of the counts, and what lies between them and the bars. */
const [COUNTS, BETWEEN] = [52, 42];
const RIGHT = '#1769aa';
const WRONG = '#b5482a';
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];
const NAME_LENGTH = 40;

/** An SVG document; panels side by side. */
export function drawReliability(panels: readonly ReliabilityPanel[], title: string): string {
  const width = LEFT + panels.length * (SIDE + GAP) - GAP + 30;
  const height = TOP + SIDE + BETWEEN + COUNTS + 96;
  return svgDocument(
    Math.max(width, 460),
    height,
    element('rect', { width: Math.max(width, 460), height, fill: '#ffffff' }),
    HATCH,
    text(LEFT, 26, title, { 'font-size': 16, fill: INK }),
    ...panels.flatMap((panel, i) =>
      element('g', { transform: `translate(${LEFT + i * (SIDE + GAP)} ${TOP})` }, drawPanel(panel)),
    ),
    ...legend(LEFT, height - 16),
  );
}

const HATCH = element(
  'defs',
  {},
  element(
    'pattern',
    {
      id: 'gap',
      width: 6,
      height: 6,
      patternUnits: 'userSpaceOnUse',
      patternTransform: 'rotate(45)',
    },
    element('rect', { width: 6, height: 6, fill: '#f6e3dc' }),
    element('rect', { width: 2, height: 6, fill: WRONG }),
  ),
);

function drawPanel({ name, calibration }: ReliabilityPanel): string {
  const { bins, confidence, accuracy, expectedError } = calibration;
  const quiet = { fill: QUIET, 'font-size': 11 };
  const figures = `expected calibration error ${expectedError.toFixed(4)}`;
  return [
    text(0, -26, cutTo(name, NAME_LENGTH), { fill: INK, 'font-weight': 'bold' }),
    text(0, -10, figures, { fill: INK, 'font-size': 12 }),
    ...TICKS.flatMap((tick) => [
      element('path', { d: `M0 ${SIDE * (1 - tick)} H${SIDE}`, stroke: RULE }),
      text(-8, SIDE * (1 - tick) + 4, String(tick), { ...quiet, 'text-anchor': 'end' }),
      text(SIDE * tick, SIDE + 16, String(tick), { ...quiet, 'text-anchor': 'middle' }),
    ]),
    ...bins.filter(({ count }) => count > 0).flatMap(drawBin),
    element('path', { d: `M0 ${SIDE} L${SIDE} 0`, stroke: INK, 'stroke-dasharray': '5 4' }),
    element('path', { d: `M0 ${SIDE} H${SIDE}`, stroke: RULE_DARK }),
    element(
      'g',
      { transform: `translate(0 ${SIDE + BETWEEN})` },
      drawCounts(bins, calibration.count),
    ),
    text(SIDE / 2, SIDE + BETWEEN + COUNTS + 18, 'how sure it says it is', {
      fill: INK,
      'text-anchor': 'middle',
    }),
    text(
      SIDE / 2,
      SIDE + BETWEEN + COUNTS + 36,
      `${percentWords(confidence)} on average; ${percentWords(accuracy)} right`,
      { ...quiet, 'text-anchor': 'middle' },
    ),
  ].join('');
}

/** The bar of what is right, and the hatched part between it and what was claimed. */
function drawBin({ from, to, confidence, accuracy }: ConfidenceBin): string[] {
  const box = { x: SIDE * from + 1, width: SIDE * (to - from) - 2 };
  const [low, high] = [Math.min(confidence, accuracy), Math.max(confidence, accuracy)];
  const gap = { ...box, y: SIDE * (1 - high), height: SIDE * (high - low) };
  return [
    element('rect', { ...box, y: SIDE * (1 - accuracy), height: SIDE * accuracy, fill: RIGHT }),
    element('rect', { ...gap, fill: 'url(#gap)', stroke: WRONG }),
  ];
}

/** How many rows each bin has: by the root, so that a few beside thousands are seen. */
function drawCounts(bins: readonly ConfidenceBin[], count: number): string {
  const most = Math.max(...bins.map((bin) => bin.count));
  const bars = bins
    .filter((bin) => bin.count > 0)
    .map((bin) => {
      const height = Math.max(1, COUNTS * Math.sqrt(bin.count / most));
      const x = SIDE * bin.from + 1;
      const width = SIDE * (bin.to - bin.from) - 2;
      return element('rect', { x, y: COUNTS - height, width, height, fill: '#8595a5' });
    });
  const words = `${count.toLocaleString('en-US')} pictures; most in a bar: ${most.toLocaleString('en-US')}`;
  return [
    ...bars,
    element('path', { d: `M0 ${COUNTS} H${SIDE}`, stroke: RULE_DARK }),
    text(0, -6, words, { fill: QUIET, 'font-size': 10 }),
  ].join('');
}

const legend = (x: number, y: number): string[] => [
  element('rect', { x, y: y - 11, width: 12, height: 12, fill: RIGHT }),
  text(x + 18, y, 'share that is right', { fill: QUIET, 'font-size': 11 }),
  element('rect', { x: x + 146, y: y - 11, width: 12, height: 12, fill: 'url(#gap)' }),
  text(x + 164, y, 'between that and what it says', { fill: QUIET, 'font-size': 11 }),
];
