/**
 * @file One window over one input, explained: sizes, pads, coverage and the value of every output cell.
 *
 * `explainWindow(question)` gives plain data. `words.ts` prints it on a terminal, `drawing.ts` draws it as
 * SVG. Every number comes from `base/window.ts`, every value from the op's reference loops.
 */
import { advice, FoveaError, setting } from '../base/errors.ts';
import { at } from '../base/lists.ts';
import {
  coverage,
  outputExtent,
  type PaddingRule,
  type Pads,
  type Pair,
  reachOf,
  resolvePads,
  tapsOf,
} from '../base/window.ts';
import { applyOp, type RealTensor } from './apply.ts';

const LONGEST_STRIDE_TABLE = 6;

/** conv multiplies by weights and adds up; the others pool. */
export const windowOps = ['conv', 'max', 'min', 'avg'] as const;
export type WindowOp = (typeof windowOps)[number];

export interface WindowQuestion {
  readonly input: Pair;
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilation: Pair;
  readonly padding: PaddingRule;
  /** What to compute; without it the explanation is about sizes alone. */
  readonly compute?: {
    readonly op: WindowOp;
    /** H * W numbers, row-major. */
    readonly values: readonly number[];
    /** KH * KW numbers for conv; all ones unless given. */
    readonly weights?: readonly number[];
  };
}

/** One axis, with the numbers that the formula takes. */
export interface AxisAnswer {
  readonly n: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pads: Pair;
  readonly reach: number;
  readonly output: number;
  /** How many windows see each pixel of this axis. */
  readonly coverage: readonly number[];
}

/** Output size and the number of rows and columns that no window sees. */
export interface Extent {
  readonly output: Pair;
  readonly unseen: Pair;
}

/** What a stride would give under each rule; null where no window fits. */
export interface StrideRow {
  readonly strides: Pair;
  readonly valid: Extent | null;
  readonly same: Extent & { readonly pads: Pads };
  /** Under the padding asked for: another view of the two above, unless it was given in numbers. */
  readonly asked: Extent | null;
}

export interface WindowAnswer {
  readonly question: WindowQuestion;
  readonly axes: readonly [AxisAnswer, AxisAnswer];
  readonly pads: Pads;
  readonly output: Pair;
  /** [h][w] -> number of windows that see the cell. */
  readonly coverage: readonly (readonly number[])[];
  /** [oh][ow], or null where nothing was to be computed. */
  readonly values: readonly (readonly number[])[] | null;
  readonly strideTable: readonly StrideRow[];
}

/** One term of an output cell: the pixel it reads and, for conv, the weight on it. */
export interface Term {
  readonly h: number;
  readonly w: number;
  readonly value: number;
  readonly weight: number;
}

export function explainWindow(question: WindowQuestion): WindowAnswer {
  const { input, kernel, strides, dilation, padding } = question;
  const pads = resolvePads(padding, input, kernel, strides, dilation);
  const axes = [axisOf(question, pads, 0), axisOf(question, pads, 1)] as const;
  const output: Pair = [axes[0].output, axes[1].output];
  const computed = question.compute === undefined ? null : computeValues(question, pads);
  return {
    question,
    axes,
    pads,
    output,
    coverage: axes[0].coverage.map((rows) => axes[1].coverage.map((columns) => rows * columns)),
    values: computed === null ? null : rowsOf(computed.data, output),
    strideTable: strideTableOf(question),
  };
}

function axisOf(question: WindowQuestion, allPads: Pads, axis: 0 | 1): AxisAnswer {
  const n = question.input[axis];
  const kernel = question.kernel[axis];
  const stride = question.strides[axis];
  const dilation = question.dilation[axis];
  const pads = allPads[axis];
  const name = axis === 0 ? 'height' : 'width';
  return {
    n,
    kernel,
    stride,
    dilation,
    pads,
    reach: reachOf(kernel, dilation),
    output: outputExtent(n, kernel, stride, pads, dilation, name),
    coverage: coverage(n, kernel, stride, pads, dilation),
  };
}

function computeValues({ compute, ...window }: WindowQuestion, pads: Pads): RealTensor {
  const { op, values, weights } = compute ?? { op: 'max', values: [] };
  const [H, W] = window.input;
  const [KH, KW] = window.kernel;
  checkCount('values', values.length, H, W, 'an input');
  const x = { shape: [1, H, W, 1], data: Float64Array.from(values) };
  if (op === 'conv') {
    checkCount('weights', weights?.length ?? KH * KW, KH, KW, 'a kernel');
    const data =
      weights === undefined ? new Float64Array(KH * KW).fill(1) : Float64Array.from(weights);
    const { strides, dilation } = window;
    const kernel = { shape: [KH, KW, 1, 1], data };
    return applyOp('conv2d', [x, kernel], { strides, dilation, pads, groups: 1 });
  }
  if (window.dilation[0] !== 1 || window.dilation[1] !== 1) {
    throw new FoveaError({
      problem: `pooling (${op}) with a dilation of ${window.dilation.join('x')}`,
      expected: 'a dilation of 1: pooling windows have no gaps',
      fix: advice`leave ${setting('dilation')} out, or use ${setting('op', 'conv')}`,
    });
  }
  const attrs = { window: window.kernel, strides: window.strides, pads };
  if (op === 'avg') return applyOp('averagePool2d', [x], { ...attrs, countIncludePad: false });
  return applyOp(op === 'max' ? 'maxPool2d' : 'minPool2d', [x], attrs);
}

function checkCount(noun: string, received: number, rows: number, columns: number, what: string) {
  if (received === rows * columns) return;
  throw new FoveaError({
    problem: `${received} ${noun} for ${what} of ${rows}x${columns}`,
    expected: `${rows * columns} numbers, row by row`,
  });
}

/** The number in a row and a column of a map. */
export function cellOf(map: readonly (readonly number[])[], row: number, column: number): number {
  return at(at(map, row, 'row'), column, 'cell');
}

function rowsOf(data: ArrayLike<number>, [rows, columns]: Pair): number[][] {
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => at(data, i * columns + j, 'number')),
  );
}

/** What an output cell is made of; terms on padding are left out, for they add nothing. */
export function termsOf({ question, axes }: WindowAnswer, oh: number, ow: number): Term[] {
  const [rows, columns] = axes;
  const tapsAlong = (o: number, axis: AxisAnswer) =>
    tapsOf(o, axis.n, axis.kernel, axis.stride, axis.pads[0], axis.dilation);
  return tapsAlong(oh, rows).flatMap(({ tap: kh, pixel: h }) =>
    tapsAlong(ow, columns).map(({ tap: kw, pixel: w }) => ({
      h,
      w,
      value: question.compute?.values[h * columns.n + w] ?? Number.NaN,
      weight: question.compute?.weights?.[kh * columns.kernel + kw] ?? 1,
    })),
  );
}

/** Strides from 1 to the window's own size and the one asked for: where a stride leaves pixels over. */
function strideTableOf(question: WindowQuestion): StrideRow[] {
  const { input, kernel, strides, dilation, padding } = question;
  const square = Array.from(
    { length: Math.min(Math.max(...kernel), LONGEST_STRIDE_TABLE) },
    (_, i): Pair => [i + 1, i + 1],
  );
  const listed = square.some(([h, w]) => h === strides[0] && w === strides[1]);
  return [...square, ...(listed ? [] : [strides])].map((both) => {
    const extentOf = (rule: PaddingRule): Extent & { pads: Pads } => {
      const pads = resolvePads(rule, input, kernel, both, dilation);
      const asked = { ...question, strides: both };
      const [h, w] = [axisOf(asked, pads, 0), axisOf(asked, pads, 1)];
      const unseen = (axis: AxisAnswer) => axis.coverage.filter((count) => count === 0).length;
      return { output: [h.output, w.output], unseen: [unseen(h), unseen(w)], pads };
    };
    const fits = ([0, 1] as const).every((i) => reachOf(kernel[i], dilation[i]) <= input[i]);
    const valid = fits ? extentOf('valid') : null;
    return {
      strides: both,
      valid,
      same: extentOf('same'),
      asked: padding === 'valid' ? valid : extentOf(padding),
    };
  });
}

/** The object that `fovea window` prints as JSON. */
export function windowAsJson({ question, pads, output, coverage, values }: WindowAnswer) {
  const { input, kernel, strides, dilation, padding } = question;
  const [[top, bottom], [left, right]] = pads;
  return {
    input,
    kernel,
    strides,
    dilation,
    padding: { rule: typeof padding === 'string' ? padding : 'explicit', top, bottom, left, right },
    output,
    coverage,
    values,
  };
}
