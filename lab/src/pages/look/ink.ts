/**
 * @file What was drawn, as the address has it: points of strokes on a grid of 64 x 64, two letters a point.
 *
 *   "aBcD.eF"  ->  two strokes, of two points and of one
 *
 * A digit is about fifty points, so a link holds it whole.
 */
import type { Stroke } from 'fovea/web';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const GRID = LETTERS.length;
/** Longer than any writing; a link that says more is none of ours. */
const MOST_LETTERS = 6000;
/** Points nearer than this to the one before say nothing new. */
const NEAR = 1.5 / GRID;

export function writeInk(strokes: readonly Stroke[]): string {
  const letter = (part: number) =>
    LETTERS[Math.min(GRID - 1, Math.max(0, Math.floor(part * GRID)))] ?? '';
  return strokes.map((stroke) => stroke.map(([x, y]) => letter(x) + letter(y)).join('')).join('.');
}

/** undefined where the text is no ink. */
export function readInk(text: string): readonly Stroke[] | undefined {
  if (text === '') return [];
  if (text.length > MOST_LETTERS || !/^(?:[\w-]{2})+(?:\.(?:[\w-]{2})+)*$/.test(text))
    return undefined;
  const part = (letter: string | undefined) => (LETTERS.indexOf(letter ?? '') + 0.5) / GRID;
  return text
    .split('.')
    .map((stroke) =>
      Array.from(
        { length: stroke.length / 2 },
        (_, i) => [part(stroke[2 * i]), part(stroke[2 * i + 1])] as const,
      ),
    );
}

/** The stroke with one more point, unless the pen has hardly moved. */
export function withPoint(stroke: Stroke, [x, y]: readonly [number, number]): Stroke {
  const last = stroke.at(-1);
  if (last !== undefined && Math.hypot(x - last[0], y - last[1]) < NEAR) return stroke;
  const within = (n: number) => Math.min(1, Math.max(0, n));
  return [...stroke, [within(x), within(y)]];
}
