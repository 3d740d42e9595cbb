/**
 * @file What the chapters on pooling and padding ask of the library: one window, and one digit pooled.
 */
import { explainWindow, measurePooling, type PoolingResult, type WindowAnswer } from 'fovea/web';
import { readFields } from '../../../frame/state/fields.ts';
import { digitPicture } from '../../windows/experiment.ts';
import { fields, type WindowState as PageState, questionOf } from '../../windows/fields.ts';
import type { WindowState } from '../figureSpec.ts';

/** The example of many texts: 6 x 6 and a filter of 3 x 3. */
export const example: WindowState = {
  input: [6, 6],
  kernel: 3,
  stride: 1,
  padding: 'valid',
  op: 'max',
};

/** As the Windows page has it: what a figure and its link to that page begin with. */
export function windowStateOf({ input, kernel, stride, padding, op }: WindowState): PageState {
  const initial = readFields(fields, new URLSearchParams());
  return { ...initial, size: input, kernel, stride, padding, op };
}

/** The window of a figure, explained. */
export function answerTo(state: WindowState): WindowAnswer {
  return explainWindow(questionOf(windowStateOf(state)));
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

/** The digit that is looked at, as the Windows page draws it. */
export const DIGIT = 7;
/** Share of the pixels that noise turns white or black. */
export const DENSITY = 0.05;
export const NOISE_SEED = 1;

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
  return measurePooling(digitPicture(DIGIT), options);
}

/** Mean change, in grey levels of 255, when the picture moves by so many pixels. */
export function shiftChange(result: PoolingResult, by: number): number {
  const found = result.shiftChange.find((shift) => shift.by === by);
  if (found === undefined) throw new RangeError(`no shift by ${by} was measured`);
  return found.change;
}
