/**
 * @file What the chapters on pooling and padding ask of the library: one window, and one digit pooled.
 */
import {
  drawDigits,
  explainWindow,
  measurePooling,
  type PoolingResult,
  pictureOf,
  type WindowAnswer,
} from 'fovea/web';
import type { WindowState } from '../figureSpec.ts';

/** The example of many texts: 6 x 6 and a filter of 3 x 3. */
export const example: WindowState = {
  input: [6, 6],
  kernel: 3,
  stride: 1,
  padding: 'valid',
  op: 'max',
};

/** The window of a figure, explained. */
export function answerTo({
  input,
  kernel,
  stride,
  padding,
  op,
  values,
}: WindowState): WindowAnswer {
  const [H, W] = input;
  return explainWindow({
    input,
    kernel: [kernel, kernel],
    strides: [stride, stride],
    dilation: [1, 1],
    padding,
    compute: { op, values: values ?? Array.from({ length: H * W }, (_, i) => i + 1) },
  });
}

/** One line of the table over strides. */
export function strideRow(state: WindowState, stride: number) {
  const row = answerTo(state).strideTable.find(({ strides }) => strides[0] === stride);
  if (row === undefined || row.valid === null) throw new RangeError(`no window at ${stride}`);
  return { ...row, valid: row.valid };
}

/** Windows that see the corner, and the cell that is seen best. */
export function seen(state: WindowState): { readonly corner: number; readonly most: number } {
  const { coverage } = answerTo(state);
  return { corner: coverage[0]?.[0] ?? 0, most: Math.max(...coverage.flat()) };
}

const SIDE = 28;
/** Which of the digits drawn by code is looked at. */
export const DIGIT = 7;
/** Pixels of each ten that noise turns white or black. */
const DENSITY = 0.05;

export function digitPixels(): Uint8Array {
  const all = drawDigits(DIGIT + 1, 0, 'test').images;
  return all.slice(DIGIT * SIDE * SIDE);
}

export const poolingWindow = [2, 2] as const;

export type PooledDigit = ReturnType<typeof measurePooling>;

/** A digit under the three poolings, 2 x 2 every 2 pixels: what a shift and noise change. */
export function pooledDigit(): PooledDigit {
  const options = {
    window: poolingWindow,
    strides: poolingWindow,
    density: DENSITY,
    seed: 0,
  } as const;
  return measurePooling(pictureOf(SIDE, SIDE, 1, digitPixels()), options);
}

/** Mean change, in grey levels of 255, when the picture moves by so many pixels. */
export function shiftChange(result: PoolingResult, by: number): number {
  const found = result.shiftChange.find((shift) => shift.by === by);
  if (found === undefined) throw new RangeError(`no shift by ${by} was measured`);
  return found.change;
}
