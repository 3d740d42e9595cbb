/**
 * @file Drawings on a dark page: for every colour of theirs the one that takes its place, as rules of CSS.
 *
 * A drawing names its colours in attributes (`fill="#1f2933"`), which any rule of a page outranks. So the same SVG is
 * light as a file and on paper, and dark where it stands in a page that is. What shows values is painted for light
 * paper; cells carry their other colour themselves (`cellColours`), and pictures stay as they are.
 */
import { colourAt, cssOf, inkOn } from './colourScale.ts';
import { INK, QUIET, RULE, RULE_DARK } from './svg.ts';

/** Of the page, and of what lies a little above it. */
export const DARK_PAGE = '#15181c';
export const DARK_RAISED = '#21262c';

/** Letters, lines, the colours of curves and bars; by the colour of the light drawing. */
export const DARK: Readonly<Record<string, string>> = {
  [INK]: '#e4e8ec',
  [QUIET]: '#9caab8',
  [RULE]: '#2d343c',
  [RULE_DARK]: '#4a5560',
  '#1769aa': '#6fb1f5',
  '#b5482a': '#f3906d',
  '#0b7a4b': '#4cc38a',
  '#7a4fa3': '#c39df0',
  '#8a6d1d': '#d9b84f',
  '#3e4c59': '#b7c3ce',
  // Beneath hatching; bars of counts; what a scale says of its ends.
  '#f6e3dc': '#3d2a23',
  '#8595a5': '#6f7f8e',
  '#52606d': '#9caab8',
};

/** Rules for the drawings in elements that `scope` selects. */
export function darkRules(scope: string): string {
  const swapped = Object.entries(DARK).flatMap(([light, dark]) => [
    `${scope} [fill="${light}"] { fill: ${dark}; }`,
    `${scope} [stroke="${light}"] { stroke: ${dark}; }`,
  ]);
  return [
    // Paper is a rectangle; letters that are white stand on a colour.
    `${scope} rect[fill="#ffffff"] { fill: ${DARK_PAGE}; }`,
    ...swapped,
    `${scope} [style*="--dark"] { fill: var(--dark); }`,
  ].join('\n');
}

/** Attributes of a cell that shows a share, -1 to 1, and of what is written in it. */
export function cellColours(share: number) {
  const [light, dark] = [colourAt(share, 'light'), colourAt(share, 'dark')];
  return {
    cell: { fill: cssOf(light), style: `--dark:${cssOf(dark)}` },
    ink: { fill: inkOn(light), style: `--dark:${inkOn(dark)}` },
  };
}
