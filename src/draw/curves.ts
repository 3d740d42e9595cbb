/**
 * @file Curves of a few series over a common axis, as an SVG document: accuracy against strength, error
 * against passes.
 */
import { element, INK, QUIET, RULE, RULE_DARK, svgDocument, text } from './svg.ts';

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface CurvesOptions {
  readonly title: string;
  /** What stands below the x axis and beside the y axis. */
  readonly xLabel: string;
  readonly yLabel: string;
  /** Least and most of the y axis; default: what the points need, from 0. */
  readonly yRange?: readonly [number, number];
}

const COLOURS = ['#1769aa', '#b5482a', '#0b7a4b', '#7a4fa3', '#8a6d1d'];
const [WIDTH, HEIGHT] = [720, 400];
const PLOT = { left: 64, right: 700, top: 48, bottom: 344 };

/** An SVG document with every point marked. */
export function drawCurves(series: readonly Series[], options: CurvesOptions): string {
  const points = series.flatMap((s) => s.points);
  const xs = points.map(([x]) => x);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = options.yRange ?? [0, Math.max(1e-9, ...points.map(([, y]) => y))];
  const atX = (x: number) =>
    PLOT.left + ((x - left) / Math.max(1e-12, right - left)) * (PLOT.right - PLOT.left);
  const atY = (y: number) =>
    PLOT.bottom - ((y - low) / Math.max(1e-12, high - low)) * (PLOT.bottom - PLOT.top);
  const parts = [
    element('rect', { width: WIDTH, height: HEIGHT, fill: '#ffffff' }),
    text(PLOT.left, 26, options.title, { 'font-size': 16, fill: INK }),
    ...ticks(low, high).flatMap((y) => [
      element('path', { d: `M${PLOT.left} ${atY(y)} H${PLOT.right}`, stroke: RULE }),
      text(PLOT.left - 8, atY(y) + 4, tickText(y), { fill: QUIET, 'text-anchor': 'end' }),
    ]),
    ...ticks(left, right).map((x) =>
      text(atX(x), PLOT.bottom + 18, tickText(x), { fill: QUIET, 'text-anchor': 'middle' }),
    ),
    element('path', { d: `M${PLOT.left} ${PLOT.bottom} H${PLOT.right}`, stroke: RULE_DARK }),
    text((PLOT.left + PLOT.right) / 2, HEIGHT - 16, options.xLabel, {
      fill: INK,
      'text-anchor': 'middle',
    }),
    text(PLOT.right, 26, options.yLabel, { fill: QUIET, 'text-anchor': 'end' }),
    ...series.flatMap(({ name, points: own }, i) => {
      const colour = COLOURS[i % COLOURS.length] ?? INK;
      const path = own.map(([x, y], k) => `${k === 0 ? 'M' : 'L'}${atX(x)} ${atY(y)}`).join(' ');
      return [
        element('path', { d: path, fill: 'none', stroke: colour, 'stroke-width': 2 }),
        ...own.map(([x, y]) => element('circle', { cx: atX(x), cy: atY(y), r: 3, fill: colour })),
        text(PLOT.left + 8 + 160 * i, PLOT.top - 8, `● ${name}`, { fill: colour }),
      ];
    }),
  ];
  return svgDocument(WIDTH, HEIGHT, ...parts);
}

/** About five round numbers from `low` to `high`. */
function ticks(low: number, high: number): number[] {
  const rough = Math.max(1e-9, high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => (first + i) * step);
}

const tickText = (value: number): string => String(Number(value.toFixed(6)));
