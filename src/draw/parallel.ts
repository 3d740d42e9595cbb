/**
 * @file Things that are described by several values, as lines across parallel axes: which values go with which result.
 *
 * The best line is drawn last, widest and in another colour, and named; the better third is blue, the others grey: width
 * says it too, for whoever does not tell the colours apart. Before: `rulers.ts`.
 */
import { cutTo } from './letters.ts';
import { apartBy, type Ruler, rulerOf } from './rulers.ts';
import { element, INK, QUIET, RULE_DARK, svgDocument, text } from './svg.ts';

export interface ParallelLine {
  /** One for each axis. */
  readonly values: readonly string[];
  readonly name: string;
}

export interface ParallelOptions {
  readonly title: string;
  readonly axes: readonly string[];
}

const [LEFT, TOP, BOTTOM, STEP] = [60, 84, 344, 150];
const HEIGHT = 380;
/** Height of a line of words, as a share of the axes. */
const LINE = 0.05;
const [BEST, GOOD, OTHER] = ['#b5482a', '#1769aa', '#8595a5'];

/** `lines`: the best first. The last axis is the result, which is drawn evenly. */
export function drawParallel(
  lines: readonly ParallelLine[],
  { title, axes }: ParallelOptions,
): string {
  const end = axes.length - 1;
  const rulers = axes.map((name, i) => {
    const values = lines.map((line) => line.values[i] ?? '');
    return rulerOf(name, values, i === end);
  });
  const width = Math.max(560, LEFT + STEP * (rulers.length - 1) + 180);
  const atX = (i: number): number => LEFT + i * STEP;
  const atY = (place: number): number => BOTTOM - place * (BOTTOM - TOP);
  const good = Math.ceil(lines.length / 3);
  const path = ({ values }: ParallelLine): string =>
    rulers
      .map(
        (ruler, i) =>
          `${i === 0 ? 'M' : 'L'}${atX(i)} ${atY(ruler.place(values[i] ?? '')).toFixed(1)}`,
      )
      .join(' ');
  const drawn = lines.map((line, i) => {
    const [stroke, strokeWidth] = i === 0 ? [BEST, 3.5] : i < good ? [GOOD, 2] : [OTHER, 1];
    return element(
      'path',
      {
        d: path(line),
        fill: 'none',
        stroke,
        'stroke-width': strokeWidth,
        'stroke-linejoin': 'round',
      },
      element('title', {}, line.name),
    );
  });
  const [best] = lines;
  return svgDocument(
    width,
    HEIGHT,
    element('rect', { width, height: HEIGHT, fill: '#ffffff' }),
    text(12, 26, title, { 'font-size': 16, fill: INK }),
    ...rulers.flatMap((ruler, i) => axisOf(ruler, atX(i), atY)),
    ...drawn.toReversed(),
    ...(best === undefined
      ? []
      : [
          text(
            atX(end) + 48,
            atY(rulers[end]?.place(best.values[end] ?? '') ?? 0) + 4,
            `best: ${best.name}`,
            { fill: BEST },
          ),
        ]),
  );
}

/** A line with its name above, and what is written at its ticks on paper that hides the lines below. */
function axisOf(ruler: Ruler, x: number, atY: (place: number) => number): string[] {
  return [
    text(x, TOP - 16, cutTo(ruler.name, 20), { fill: INK, 'text-anchor': 'middle' }),
    element('path', { d: `M${x} ${TOP} V${BOTTOM}`, stroke: RULE_DARK, 'stroke-width': 1 }),
    ...apartBy(ruler, LINE).map(({ at, words }) =>
      text(x + 6, atY(at) - 4, words, { fill: QUIET, 'font-size': 11 }),
    ),
  ];
}
