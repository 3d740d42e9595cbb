/**
 * @file Means with their intervals, one below the other, against a line that they are compared with.
 *
 *   ReLU against tanh        |      o----------
 *   overlapping pooling   ---|-o---
 *
 * Next stop: `svg.ts`; `curves.ts` draws values along an axis.
 */
import { axisTicks, tickText } from './curves.ts';
import { element, INK, QUIET, RULE, RULE_DARK, svgDocument, text } from './svg.ts';

export interface IntervalRow {
  readonly name: string;
  readonly mean: number;
  /** Where an end is infinite it is unknown, and the mean stands alone. */
  readonly low: number;
  readonly high: number;
}

export interface IntervalsOptions {
  readonly title: string;
  readonly xLabel: string;
  /** Where the line stands; default: no line. */
  readonly against?: number | undefined;
}

const PLOT_WIDTH = 420;
const LETTER = 7.5;
const ROW = 30;
const TOP = 48;

export function drawIntervals(rows: readonly IntervalRow[], options: IntervalsOptions): string {
  const { title, xLabel, against } = options;
  const values = rows.flatMap((row) => (isKnown(row) ? [row.mean, row.low, row.high] : [row.mean]));
  const known = against === undefined ? values : [...values, against];
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const room = Math.max(1e-9, 0.06 * (most - least));
  const [low, high] = [least - room, most + room];
  const left = Math.round(24 + LETTER * Math.max(0, ...rows.map(({ name }) => name.length)));
  const right = left + PLOT_WIDTH;
  const bottom = TOP + ROW * rows.length;
  const atX = (x: number) => left + ((x - low) / (high - low)) * PLOT_WIDTH;
  const [width, height] = [right + 32, bottom + 52];
  const line = (x: number, stroke: string) =>
    element('path', { d: `M${atX(x)} ${TOP - 8} V${bottom}`, stroke, 'stroke-width': 1 });
  return svgDocument(
    width,
    height,
    element('rect', { width, height, fill: '#ffffff' }),
    text(12, 26, title, { 'font-size': 16, fill: INK }),
    ...axisTicks(low, high).flatMap((x) => [
      line(x, RULE),
      text(atX(x), bottom + 18, tickText(x), { fill: QUIET, 'text-anchor': 'middle' }),
    ]),
    element('path', { d: `M${left} ${bottom} H${right}`, stroke: RULE_DARK }),
    text((left + right) / 2, bottom + 40, xLabel, { fill: INK, 'text-anchor': 'middle' }),
    ...(against === undefined ? [] : [line(against, INK)]),
    ...rows.flatMap((row, i) => {
      const y = TOP + ROW * (i + 0.5);
      const bar = { d: `M${atX(row.low)} ${y} H${atX(row.high)}`, stroke: BLUE, 'stroke-width': 3 };
      return [
        text(left - 12, y + 4, row.name, { fill: INK, 'text-anchor': 'end' }),
        ...(isKnown(row) ? [element('path', bar)] : []),
        element('circle', { cx: atX(row.mean), cy: y, r: 5, fill: BLUE }),
      ];
    }),
  );
}

const BLUE = '#1769aa';

const isKnown = ({ low, high }: IntervalRow): boolean =>
  Number.isFinite(low) && Number.isFinite(high);
