/**
 * @file Curves of a few series over a common axis, as an SVG document: accuracy against strength, error
 * against passes.
 *
 * Each curve's name stands at its end, so that no legend lies on the data. Next stop: `svg.ts`.
 */
import { element, INK, QUIET, RULE, RULE_DARK, svgDocument, text } from './svg.ts';

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly dashed?: boolean | undefined;
  /** Which of the colours; default: the next. */
  readonly colour?: number | undefined;
}

export interface CurvesOptions {
  readonly title: string;
  /** What stands below the x axis and above the y axis. */
  readonly xLabel: string;
  readonly yLabel: string;
  /** Least and most of the y axis; default: what the points need, from 0. */
  readonly yRange?: readonly [number, number] | undefined;
}

const COLOURS = ['#1769aa', '#b5482a', '#0b7a4b', '#7a4fa3', '#8a6d1d', '#3e4c59'];
const HEIGHT = 400;
const PLOT = { left: 64, right: 560, top: 62, bottom: 344 };
/** Width of a letter of the names, and their least distance from line to line. */
const [LETTER, LINE] = [7.5, 15];
/** More points than this are a line, and no dots on it. */
const MOST_DOTS = 40;

/** An SVG document. */
export function drawCurves(series: readonly Series[], options: CurvesOptions): string {
  const points = series.flatMap((s) => s.points);
  const xs = points.map(([x]) => x);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = options.yRange ?? [0, Math.max(1e-9, ...points.map(([, y]) => y))];
  const atX = (x: number) =>
    PLOT.left + ((x - left) / Math.max(1e-12, right - left)) * (PLOT.right - PLOT.left);
  const atY = (y: number) =>
    PLOT.bottom - ((y - low) / Math.max(1e-12, high - low)) * (PLOT.bottom - PLOT.top);
  const colourOf = (i: number) => COLOURS[(series[i]?.colour ?? i) % COLOURS.length] ?? INK;
  const ends = series.map(({ points: own }) => atY(own.at(-1)?.[1] ?? low));
  const longest = Math.max(0, ...series.map(({ name }) => name.length));
  const width = Math.round(PLOT.right + 24 + LETTER * longest);
  return svgDocument(
    width,
    HEIGHT,
    element('rect', { width, height: HEIGHT, fill: '#ffffff' }),
    text(PLOT.left, 26, options.title, { 'font-size': 16, fill: INK }),
    text(PLOT.left, 48, options.yLabel, { fill: QUIET }),
    ...axisTicks(low, high).flatMap((y) => [
      element('path', { d: `M${PLOT.left} ${atY(y)} H${PLOT.right}`, stroke: RULE }),
      text(PLOT.left - 8, atY(y) + 4, tickText(y), { fill: QUIET, 'text-anchor': 'end' }),
    ]),
    ...axisTicks(left, right, xs.every(Number.isInteger) ? 1 : 0).map((x) =>
      text(atX(x), PLOT.bottom + 18, tickText(x), { fill: QUIET, 'text-anchor': 'middle' }),
    ),
    element('path', { d: `M${PLOT.left} ${PLOT.bottom} H${PLOT.right}`, stroke: RULE_DARK }),
    text((PLOT.left + PLOT.right) / 2, HEIGHT - 16, options.xLabel, {
      fill: INK,
      'text-anchor': 'middle',
    }),
    ...series.flatMap(({ points: own, dashed }, i) => {
      const fill = colourOf(i);
      const path = own.map(([x, y], k) => `${k === 0 ? 'M' : 'L'}${atX(x)} ${atY(y)}`).join(' ');
      const dash: Record<string, string> = dashed === true ? { 'stroke-dasharray': '5 4' } : {};
      const line = { d: path, fill: 'none', stroke: fill, 'stroke-width': 2, ...dash };
      const dots = dashed === true || own.length > MOST_DOTS ? [] : own;
      return [
        element('path', line),
        ...dots.map(([x, y]) => element('circle', { cx: atX(x), cy: atY(y), r: 3, fill })),
      ];
    }),
    ...apart(ends, LINE).map((y, i) =>
      text(PLOT.right + 12, y + 4, series[i]?.name ?? '', { fill: colourOf(i) }),
    ),
  );
}

/** A range for shares that lie together, near 1 perhaps, of which an axis from 0 would tell nothing. */
export function shareRange(series: readonly Series[]): readonly [number, number] {
  const values = series.flatMap(({ points }) => points.map(([, y]) => y));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(0.005, 0.05 * (high - low));
  return [Math.max(0, low - room), Math.min(1, high + room)];
}

/** Places as near to those given as they can be, in their order, none nearer to another than `least`. */
export function apart(places: readonly number[], least: number): number[] {
  const order = places.map((place, i) => ({ place, i })).sort((a, b) => a.place - b.place);
  // Those that are too near stand together, about the middle of where they would be.
  const groups: { middle: number; members: number[] }[] = [];
  for (const { place, i } of order) {
    groups.push({ middle: place, members: [i] });
    for (;;) {
      const [above, below] = groups.slice(-2);
      if (above === undefined || below === undefined) break;
      const room = ((above.members.length + below.members.length) / 2) * least;
      if (below.middle - above.middle >= room) break;
      const members = [...above.members, ...below.members];
      const sum = members.reduce((all, member) => all + (places[member] ?? 0), 0);
      groups.splice(-2, 2, { middle: sum / members.length, members });
    }
  }
  const found = [...places];
  for (const { middle, members } of groups) {
    members.forEach((member, k) => {
      found[member] = middle + (k - (members.length - 1) / 2) * least;
    });
  }
  return found;
}

/** About five round numbers from `low` to `high`, `least` apart or more. */
export function axisTicks(low: number, high: number, least = 0): number[] {
  const rough = Math.max(1e-9, least, (high - low) / 5);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => (first + i) * step);
}

export const tickText = (value: number): string => String(Number(value.toFixed(6)));
