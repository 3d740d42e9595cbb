/**
 * @file The drawing that only a report has: confusion as a picture.
 */
import { cellColours } from '../draw/dark.ts';
import { cutTo } from '../draw/letters.ts';
import { element, INK, QUIET, svgDocument, text } from '../draw/svg.ts';

const CELL = 40;
/** Up to so many classes the cells have numbers in them, and are this large. */
const MOST_NUMBERED = 20;
const LABEL = 110;
/** Letters of a class beside the matrix. */
const NAME_LENGTH = 14;
/** Width of a letter, about. */
const LETTER = 8;

/** Rows are what pictures show, columns what they were read as. The colour goes with the share of the row. */
export function drawConfusion(
  classes: readonly string[],
  confusion: readonly (readonly number[])[],
): string {
  const n = classes.length;
  const side = n <= MOST_NUMBERED ? CELL : Math.max(3, Math.floor(800 / n));
  const names = n > MOST_NUMBERED ? [] : classes.map((name) => cutTo(name, NAME_LENGTH));
  const longest = Math.max(0, ...names.map(({ length }) => length));
  // Longer names are turned, and rise by half their length.
  const top = longest > 3 ? 40 + LETTER * longest * Math.sin(Math.PI / 6) : 60;
  const cells = confusion.flatMap((row, i) => {
    const all = row.reduce((sum, count) => sum + count, 0) || 1;
    return row.map((count, k) => {
      // By its root, so that one mistake in a hundred is seen.
      const share = Math.sqrt(count / all);
      const colours = cellColours(i === k ? share : -share);
      const [x, y] = [LABEL + k * side, top + i * side];
      const square = { x, y, width: side - 1, height: side - 1, ...colours.cell };
      if (count === 0 || n > MOST_NUMBERED) return element('rect', square);
      const ink = { 'text-anchor': 'middle', 'font-size': 12, ...colours.ink };
      return element('rect', square) + text(x + side / 2, y + side / 2 + 4, String(count), ink);
    });
  });
  const [width, height] = [LABEL + n * side + 70, top + n * side + 10];
  return svgDocument(
    width,
    height,
    text(LABEL, 16, 'read as', { fill: QUIET }),
    text(LABEL - 10, top - 8, 'shows', { fill: QUIET, 'text-anchor': 'end' }),
    ...names.map((name, i) =>
      text(LABEL - 10, top + i * side + side / 2 + 4, name, { fill: INK, 'text-anchor': 'end' }),
    ),
    ...names.map((name, k) => {
      const [x, y] = [LABEL + k * side + side / 2, top - 8];
      const turned = longest > 3 ? { transform: `rotate(-30 ${x} ${y})` } : {};
      const anchor = longest > 3 ? 'start' : 'middle';
      return text(x, y, name, { fill: INK, 'text-anchor': anchor, ...turned });
    }),
    ...cells,
  );
}
