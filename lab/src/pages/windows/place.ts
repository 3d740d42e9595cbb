/**
 * @file Where the window stands, and where it goes: counted, by steps, under the pointer.
 */
import type { AxisAnswer, Pair } from 'fovea/web';

/** Row and column of the n-th window; the last one where n is beyond it. */
export function placeOf(n: number, [rows, columns]: Pair): Pair {
  const last = rows * columns - 1;
  const at = Math.min(n, last);
  return [Math.floor(at / columns), at % columns];
}

export const countOf = ([oh, ow]: Pair, [, columns]: Pair): number => oh * columns + ow;

/** The window whose middle is nearest to a position of the padded axis, in cells. */
export function nearestWindow(position: number, { stride, reach, output }: AxisAnswer): number {
  const first = (reach - 1) / 2;
  return Math.min(output - 1, Math.max(0, Math.round((position - first) / stride)));
}

const KEYS: Readonly<Record<string, Pair>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Where a key leads; undefined for keys that mean nothing here. */
export function movedByKey(key: string, [oh, ow]: Pair, [rows, columns]: Pair): Pair | undefined {
  if (key === 'Home') return [0, 0];
  if (key === 'End') return [rows - 1, columns - 1];
  const step = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  if (step === undefined) return undefined;
  const held = (at: number, n: number) => Math.min(n - 1, Math.max(0, at));
  return [held(oh + step[0], rows), held(ow + step[1], columns)];
}

/** The positions of the padded axis that the o-th window takes. */
export function tapsAt(o: number, { stride, dilation, kernel }: AxisAnswer): number[] {
  return Array.from({ length: kernel }, (_, tap) => o * stride + tap * dilation);
}
