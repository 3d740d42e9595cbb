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
  type Fill,
  NO_PADS,
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
  /**
   * What stands in the padding, as a padding layer before the window puts it there. Without it the window pads on its
   * own, as layers do: a convolution adds nothing for padding, pooling leaves it out.
   */
  readonly fill?: { readonly mode: Fill; readonly value?: number };
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
  /** The input with its padding as the window meets it; null on padding that holds nothing, or without numbers. */
  readonly padded: readonly (readonly (number | null)[])[];
  /** [oh][ow], or null where nothing was to be computed. */
  readonly values: readonly (readonly number[])[] | null;
  readonly strideTable: readonly StrideRow[];
}

/** One term of an output cell: the pixel it reads and, for conv, the weight on it. */
export interface Term {
  /** Row and column of the input; outside of it where the term stands on padding that is filled. */
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
  const filled = question.fill === undefined ? null : fillPadding(question, pads);
  const computed = question.compute === undefined ? null : computeValues(question, pads, filled);
  return {
    question,
    axes,
    pads,
    output,
    coverage: axes[0].coverage.map((rows) => axes[1].coverage.map((columns) => rows * columns)),
    padded: filled === null ? unfilled(question, pads) : rowsOf(filled.data, sidesOf(filled)),
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

/** The input as a tensor (1, H, W, 1); zeros where only sizes are asked about. */
function inputOf({ compute, input: [H, W] }: WindowQuestion): RealTensor {
  if (compute !== undefined) checkCount('values', compute.values.length, H, W, 'an input');
  const data = Float64Array.from(compute?.values ?? new Array<number>(H * W).fill(0));
  return { shape: [1, H, W, 1], data };
}

function fillPadding(question: WindowQuestion, pads: Pads): RealTensor {
  return applyOp('pad2d', [inputOf(question)], { ...question.fill, pads });
}

const sidesOf = ({ shape }: RealTensor): Pair => [at(shape, 1, 'axis'), at(shape, 2, 'axis')];

function unfilled({ input, compute }: WindowQuestion, pads: Pads): (number | null)[][] {
  const [[top, bottom], [left, right]] = pads;
  const [H, W] = input;
  return Array.from({ length: top + H + bottom }, (_, row) =>
    Array.from({ length: left + W + right }, (_, column) => {
      const [h, w] = [row - top, column - left];
      const inside = h >= 0 && h < H && w >= 0 && w < W;
      return inside ? (compute?.values[h * W + w] ?? null) : null;
    }),
  );
}

function computeValues(
  question: WindowQuestion,
  askedPads: Pads,
  filled: RealTensor | null,
): RealTensor {
  const { compute, ...window } = question;
  const { op, weights } = compute ?? { op: 'max' };
  const [KH, KW] = window.kernel;
  const x = filled ?? inputOf(question);
  const pads = filled === null ? askedPads : NO_PADS;
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

/** What an output cell is made of; terms on padding that holds nothing are left out, for they add nothing. */
export function termsOf(answer: WindowAnswer, oh: number, ow: number): Term[] {
  const { question, axes, padded, pads } = answer;
  const [rows, columns] = axes;
  const isFilled = question.fill !== undefined;
  const tapsAlong = (
    o: number,
    { n, kernel, stride, dilation, pads: [before, after] }: AxisAnswer,
  ) =>
    // Filled padding is as good as pixels: the padded axis has no padding of its own.
    isFilled
      ? tapsOf(o, before + n + after, kernel, stride, 0, dilation).map(({ tap, pixel }) => {
          return { tap, pixel: pixel - before };
        })
      : tapsOf(o, n, kernel, stride, before, dilation);
  return tapsAlong(oh, rows).flatMap(({ tap: kh, pixel: h }) =>
    tapsAlong(ow, columns).map(({ tap: kw, pixel: w }) => ({
      h,
      w,
      value: padded[h + pads[0][0]]?.[w + pads[1][0]] ?? Number.NaN,
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
