/**
 * @file One result against each of several settings, a panel for each.
 *
 * Before: `rulers.ts`. Next stop: `svg.ts`.
 */
import { axisTicks, tickText } from './curves.ts';
import { cutTo } from './letters.ts';
import { apartBy, type Ruler, rulerOf } from './rulers.ts';
import { element, INK, QUIET, RULE, RULE_DARK, svgDocument, text } from './svg.ts';

export interface PanelsOptions {
  readonly title: string;
  /** Of the panels. */
  readonly names: readonly string[];
  readonly yLabel: string;
}

/** One thing: its value on each panel, and what it came to. */
export interface PanelDot {
  readonly values: readonly string[];
  readonly y: number;
}

const [COLUMNS, WIDTH, PANEL_HEIGHT] = [3, 250, 230];
const [LEFT, TOP] = [60, 56];
const PLOT = { width: 180, height: 150 };
/** Share of a panel that the words of a tick may take. */
const MOST_WORDS = 0.2;
const [BEST, DOT] = ['#b5482a', '#1769aa'];

/** `dots`: the best first, which stands out. */
export function drawPanels(dots: readonly PanelDot[], options: PanelsOptions): string {
  const { title, names, yLabel } = options;
  const ys = dots.map(({ y }) => y);
  const [least, most] = [Math.min(...ys), Math.max(...ys)];
  const room = Math.max(1e-9, 0.08 * (most - least));
  const range = [least - room, most + room] as const;
  const columns = Math.min(COLUMNS, names.length);
  const width = Math.max(560, LEFT + columns * WIDTH);
  const height = TOP + Math.ceil(names.length / columns) * PANEL_HEIGHT;
  const panels = names.map((name, i) => {
    const ruler = rulerOf(
      name,
      dots.map(({ values }) => values[i] ?? ''),
    );
    const left = LEFT + (i % columns) * WIDTH;
    const top = TOP + 24 + Math.floor(i / columns) * PANEL_HEIGHT;
    return panel(
      ruler,
      dots.map(({ values, y }) => [values[i] ?? '', y]),
      { left, top, range },
    );
  });
  return svgDocument(
    width,
    height,
    element('rect', { width, height, fill: '#ffffff' }),
    text(12, 26, title, { 'font-size': 16, fill: INK }),
    text(12, 48, yLabel, { fill: QUIET }),
    ...panels.flat(),
  );
}

function panel(
  ruler: Ruler,
  dots: readonly (readonly [value: string, y: number])[],
  {
    left,
    top,
    range: [low, high],
  }: { left: number; top: number; range: readonly [number, number] },
): string[] {
  const bottom = top + PLOT.height;
  const atX = (value: string): number => left + ruler.place(value) * PLOT.width;
  const atY = (y: number): number => bottom - ((y - low) / (high - low)) * PLOT.height;
  const rules = axisTicks(low, high).flatMap((y) => [
    element('path', { d: `M${left} ${atY(y)} H${left + PLOT.width}`, stroke: RULE }),
    text(left - 8, atY(y) + 4, tickText(y), { fill: QUIET, 'text-anchor': 'end', 'font-size': 11 }),
  ]);
  const ticks = apartBy(ruler, MOST_WORDS).map(({ at, words }) =>
    text(left + at * PLOT.width, bottom + 18, cutTo(words, 10), {
      fill: QUIET,
      'text-anchor': 'middle',
      'font-size': 11,
    }),
  );
  const circles = dots.map(([value, y], i) =>
    element('circle', {
      cx: atX(value),
      cy: atY(y),
      r: i === 0 ? 6 : 4,
      fill: i === 0 ? BEST : DOT,
      stroke: '#ffffff',
    }),
  );
  return [
    ...rules,
    element('path', { d: `M${left} ${bottom} H${left + PLOT.width}`, stroke: RULE_DARK }),
    ...ticks,
    text(left + PLOT.width / 2, bottom + 40, cutTo(ruler.name, 28), {
      fill: INK,
      'text-anchor': 'middle',
    }),
    ...circles.toReversed(),
  ];
}
