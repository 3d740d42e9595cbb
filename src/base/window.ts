/**
 * @file All arithmetic of sliding windows: convolution, pooling, padding, receptive fields.
 *
 * One window along one axis:
 *
 *      before        n pixels        after
 *     [. .|x x x x x x x x x x x x|. .]      padded = before + n + after
 *      [k . k . k]                           reach  = (kernel - 1) * dilation + 1
 *          [k . k . k]                       next   = stride further
 *
 *   output = floor((padded - reach) / stride) + 1
 *
 * Kernels, layers, `fovea window` and the lab's drawings all ask here. Next stop: `ops/windows/conv2d.ts`.
 */
import { FoveaError } from './errors.ts';
import { at } from './lists.ts';

/** One number per axis: [height, width]. */
export type Pair = readonly [number, number];
/** [[top, bottom], [left, right]] */
export type Pads = readonly [Pair, Pair];
/** The rule that gives the pads: TensorFlow's names, or the numbers themselves. */
export type PaddingRule = 'valid' | 'same' | Pads;

export const NO_PADS: Pads = [
  [0, 0],
  [0, 0],
];

/** Pixels from the first to the last tap of a window. */
export function reachOf(kernel: number, dilation = 1): number {
  return (kernel - 1) * dilation + 1;
}

/**
 * Number of window positions along one axis. Throws where none fits and where the numbers make no window.
 * `axis` names the axis in messages: "height".
 */
export function outputExtent(
  n: number,
  kernel: number,
  stride: number,
  pads: Pair,
  dilation = 1,
  axis = '',
): number {
  checkWindow(kernel, stride, dilation, axis);
  checkPads(pads, kernel, dilation, axis);
  const reach = reachOf(kernel, dilation);
  const [before, after] = pads;
  const padded = before + n + after;
  if (reach > padded) {
    const padding = before + after > 0 ? ` (${padded} with padding ${before} + ${after})` : '';
    throw new FoveaError({
      problem: `${along(axis)}a window that reaches over ${reach} pixels does not fit an input of ${n}${padding}`,
      expected: `a window of at most ${padded}`,
      fix: `use ${fittingWindows(padded, kernel, pads, dilation)}padding 'same', or a larger input`,
    });
  }
  return Math.floor((padded - reach) / stride) + 1;
}

/** "a kernel of at most 3, a dilation of at most 2, ": what fits where a window does not. */
function fittingWindows(padded: number, kernel: number, pads: Pair, dilation: number): string {
  const fits = (reach: number): boolean => reach <= padded && reach > Math.max(...pads);
  const smaller = Math.floor((padded - 1) / dilation) + 1;
  const denser = Math.floor((padded - 1) / Math.max(kernel - 1, 1));
  const words = [];
  if (fits(reachOf(smaller, dilation))) words.push(`a kernel of at most ${smaller}, `);
  if (denser >= 1 && fits(reachOf(kernel, denser))) words.push(`a dilation of at most ${denser}, `);
  return words.join('');
}

/** TensorFlow's 'same': ceil(n / stride) outputs, the odd pixel at the end. */
export function samePads(n: number, kernel: number, stride: number, dilation = 1): Pair {
  const total = Math.max((Math.ceil(n / stride) - 1) * stride + reachOf(kernel, dilation) - n, 0);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

/** The pads of both axes in numbers. */
export function resolvePads(
  rule: PaddingRule,
  size: Pair,
  kernel: Pair,
  strides: Pair,
  dilation: Pair = [1, 1],
): Pads {
  if (rule === 'valid') return NO_PADS;
  if (rule !== 'same') return rule;
  // Before the formula divides by a stride of 0.
  checkWindow(kernel[0], strides[0], dilation[0], 'height');
  checkWindow(kernel[1], strides[1], dilation[1], 'width');
  return [
    samePads(size[0], kernel[0], strides[0], dilation[0]),
    samePads(size[1], kernel[1], strides[1], dilation[1]),
  ];
}

/** Rows and columns that windows give. */
export function outputSize(
  size: Pair,
  kernel: Pair,
  strides: Pair,
  pads: Pads,
  dilation: Pair = [1, 1],
): Pair {
  return [
    outputExtent(size[0], kernel[0], strides[0], pads[0], dilation[0], 'height'),
    outputExtent(size[1], kernel[1], strides[1], pads[1], dilation[1], 'width'),
  ];
}

/**
 * The extent that a transposed window makes of n: the input extent of the forward window whose output is
 * n. Several inputs share an output where the stride leaves pixels over; `extra` < stride picks one.
 */
export function transposedExtent(
  n: number,
  kernel: number,
  stride: number,
  pads: Pair,
  dilation = 1,
  extra = 0,
  axis = '',
): number {
  checkWindow(kernel, stride, dilation, axis);
  checkPads(pads, kernel, dilation, axis);
  if (!Number.isInteger(extra) || extra < 0 || extra >= stride) {
    throw new FoveaError({
      problem: `${along(axis)}an output padding of ${extra} with stride ${stride}`,
      expected: 'a whole number from 0 to stride - 1',
      fix: `use ${Math.min(Math.max(0, Math.round(extra) || 0), Math.max(0, stride - 1))}, or a larger stride`,
    });
  }
  const whole = (n - 1) * stride + reachOf(kernel, dilation) + extra;
  const cut = pads[0] + pads[1];
  if (cut >= whole) {
    throw new FoveaError({
      problem: `${along(axis)}cropping ${pads[0]} + ${pads[1]} leaves nothing of the transposed window's ${whole} pixels`,
      expected: 'an output of at least 1 pixel',
      fix: `use a padding of at most ${whole - 1} for both sides together, or a larger kernel or stride`,
    });
  }
  return whole - cut;
}

/**
 * How many windows see each of the n pixels, in order: the boundary effect as numbers.
 * In two dimensions the counts multiply: coverage[h][w] = rows[h] * columns[w].
 */
export function coverage(
  n: number,
  kernel: number,
  stride: number,
  pads: Pair,
  dilation = 1,
): number[] {
  const counts = new Array<number>(n).fill(0);
  const outputs = outputExtent(n, kernel, stride, pads, dilation);
  for (let o = 0; o < outputs; o++)
    for (const { pixel } of tapsOf(o, n, kernel, stride, pads[0], dilation))
      counts[pixel] = at(counts, pixel, 'pixel') + 1;
  return counts;
}

/** The taps of window `o` that fall on one of the n pixels; the others fall on padding. */
export function tapsOf(
  o: number,
  n: number,
  kernel: number,
  stride: number,
  before: number,
  dilation = 1,
): { readonly tap: number; readonly pixel: number }[] {
  const taps = [];
  for (let tap = 0; tap < kernel; tap++) {
    const pixel = o * stride + tap * dilation - before;
    if (pixel >= 0 && pixel < n) taps.push({ tap, pixel });
  }
  return taps;
}

/** What one output position sees of the network's input, along one axis. */
export interface ReceptiveField {
  /** Input pixels from the first to the last one seen. */
  readonly size: number;
  /** Input pixels between the fields of neighbouring outputs. */
  readonly stride: number;
  /** First input pixel of output 0's field; negative where the field starts in padding. */
  readonly start: number;
}

/** The field of the input itself: each pixel sees itself. */
export const PIXEL: ReceptiveField = { size: 1, stride: 1, start: 0 };

/** The field after one more window on top. */
export function composeReceptiveField(
  below: ReceptiveField,
  kernel: number,
  stride: number,
  before: number,
  dilation = 1,
): ReceptiveField {
  return {
    size: below.size + (reachOf(kernel, dilation) - 1) * below.stride,
    stride: below.stride * stride,
    start: below.start - before * below.stride,
  };
}

/** Centre of output 0's field, in input pixels (the centre of pixel 0 is 0). */
export function centreOf({ start, size }: ReceptiveField): number {
  return start + (size - 1) / 2;
}

/** What stands in the padding: a constant, the picture mirrored at its edge, its edge, or it again. */
export type Fill = 'constant' | 'reflect' | 'replicate' | 'circular';

/**
 * The pixel whose value stands at a position, which may lie outside of 0..n-1; -1 where a constant does.
 *
 *   n = 4           -3 -2 -1 | 0 1 2 3 | 4 5 6
 *   reflect          3  2  1 | 0 1 2 3 | 2 1 0     the edge pixel is not repeated
 *   replicate        0  0  0 | 0 1 2 3 | 3 3 3
 *   circular         1  2  3 | 0 1 2 3 | 0 1 2
 */
export function filledFrom(position: number, n: number, fill: Fill): number {
  if (position >= 0 && position < n) return position;
  switch (fill) {
    case 'constant':
      return -1;
    case 'reflect':
      return position < 0 ? -position : 2 * (n - 1) - position;
    case 'replicate':
      return position < 0 ? 0 : n - 1;
    case 'circular':
      return position < 0 ? position + n : position - n;
  }
}

/** The pads of a padding layer: whole, not negative, and no wider than the fill can supply. */
export function checkFill(pads: Pair, n: number, fill: Fill, axis = ''): void {
  const most = fill === 'reflect' ? n - 1 : fill === 'circular' ? n : Number.MAX_SAFE_INTEGER;
  for (const pad of pads) {
    checkPad(pad, axis);
    if (pad > most) {
      throw new FoveaError({
        problem: `${along(axis)}a ${fill} padding of ${pad} around ${n} pixels`,
        expected: `at most ${most}: ${fill === 'reflect' ? 'the mirror shows all but the edge pixel' : 'the picture once'}`,
        fix: `use a padding of at most ${most}, or mode 'replicate' or 'constant'`,
      });
    }
  }
}

/** Kernel, stride and dilation must be whole and positive. */
export function checkWindow(kernel: number, stride: number, dilation = 1, axis = ''): void {
  for (const [noun, value] of [
    ['window', kernel],
    ['stride', stride],
    ['dilation', dilation],
  ] as const) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new FoveaError({
      problem: `${along(axis)}a ${noun} of ${value}`,
      expected: 'a whole number of at least 1',
      fix: `use ${Math.max(1, Math.round(value) || 1)}`,
    });
  }
}

/** Padding must be whole, not negative and smaller than the window's reach: each window holds a real pixel. */
export function checkPads(pads: Pair, kernel: number, dilation = 1, axis = ''): void {
  const reach = reachOf(kernel, dilation);
  for (const pad of pads) {
    checkPad(pad, axis);
    if (pad >= reach) {
      throw new FoveaError({
        problem: `${along(axis)}a padding of ${pad} with a window that reaches over ${reach}`,
        expected: 'padding smaller than the window, so that every window holds a real pixel',
        fix: `use a padding of at most ${reach - 1}, or a padding layer before this one`,
      });
    }
  }
}

function checkPad(pad: number, axis: string): void {
  if (Number.isSafeInteger(pad) && pad >= 0) return;
  throw new FoveaError({
    problem: `${along(axis)}a padding of ${pad}`,
    expected: 'a whole number of pixels, 0 or more',
    fix: `use ${Math.max(0, Math.round(pad) || 0)}; to take pixels away, crop`,
  });
}

function along(axis: string): string {
  return axis === '' ? '' : `${axis}: `;
}
