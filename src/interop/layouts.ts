/**
 * @file The same weights as others lay them out: which number stands where, in one place for all formats.
 *
 *   convolution              here (KH, KW, C / groups, filters)    PyTorch, ONNX (filters, C / groups, KH, KW)
 *   transposed convolution   here (KH, KW, filters / groups, C)    PyTorch, ONNX (C, filters / groups, KH, KW)
 *   depthwise convolution    here (KH, KW, 1, C * M)               PyTorch (C * M, 1, KH, KW), Keras (KH, KW, C, M)
 *   dense                    here (inputs, units)                  PyTorch (units, inputs)
 *   flattened picture        here (H, W, C), as in Keras           PyTorch, ONNX (C, H, W)
 *
 * Every channel-wise number keeps its place: groups stand next to each other on both sides. Before: `source.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import { type Shape, sizeOf } from '../base/shape.ts';
import type { StateValue } from '../nn/trained.ts';

/** Axes moved: axis i of the result is axis `axes[i]` of the value. */
export function transposed({ shape, data }: StateValue, axes: readonly number[]): StateValue {
  const isOrder = axes.length === shape.length && shape.every((_, axis) => axes.includes(axis));
  if (!isOrder) throw new FoveaError(`(${axes.join(', ')}) is no order of ${shape.length} axes`);
  const strides = stridesOf(shape);
  const moved = axes.map((axis) => shape[axis]);
  const steps = axes.map((axis) => strides[axis]);
  const result = new Float32Array(data.length);
  const at = moved.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = data[from];
    for (let axis = moved.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++at[axis] < moved[axis]) break;
      from -= steps[axis] * moved[axis];
      at[axis] = 0;
    }
  }
  return { shape: moved, data: result };
}

/** Numbers between neighbours along each axis, the last axis closest. */
function stridesOf(shape: Shape): number[] {
  const strides: number[] = [];
  let step = 1;
  for (const extent of shape.toReversed()) {
    strides.unshift(step);
    step *= extent;
  }
  return strides;
}

/** The kernel of a convolution, grouped, depthwise or transposed: ours to PyTorch's. (KH, KW, a, b) -> (b, a, KH, KW) */
export const kernelToTorch = (kernel: StateValue): StateValue => transposed(kernel, [3, 2, 0, 1]);

/** PyTorch's to ours. (b, a, KH, KW) -> (KH, KW, a, b) */
export const kernelFromTorch = (kernel: StateValue): StateValue => transposed(kernel, [2, 3, 1, 0]);

/** Dense kernels, in either direction. (a, b) -> (b, a) */
export const turned = (kernel: StateValue): StateValue => transposed(kernel, [1, 0]);

/** Keras's depthwise kernel (KH, KW, C, M) and ours (KH, KW, 1, C * M) are the same numbers in the same order. */
export function depthwiseFromKeras({ shape: [KH, KW, C, M], data }: StateValue): StateValue {
  return { shape: [KH, KW, 1, C * M], data };
}

export function depthwiseToKeras({ shape, data }: StateValue, channels: number): StateValue {
  const [KH, KW, , all] = shape;
  return { shape: [KH, KW, channels, all / channels], data };
}

/**
 * For each place of a picture flattened channels first, its place when flattened channels last. For (H, W, C):
 * order[(c H + h) W + w] = (h W + w) C + c.
 */
export function channelsFirstOrder([H, W, C]: Shape): Int32Array {
  const order = new Int32Array(H * W * C);
  let place = 0;
  for (let c = 0; c < C; c++) {
    for (let pixel = 0; pixel < H * W; pixel++) order[place++] = pixel * C + c;
  }
  return order;
}

/** Where each place of `order` comes from: inverse[order[i]] = i. */
export function inverseOrder(order: Int32Array): Int32Array {
  const inverse = new Int32Array(order.length);
  for (const [i, place] of order.entries()) inverse[place] = i;
  return inverse;
}

/** Rows in another order along the first axis: row i of the result is row `order[i]` of the value. */
export function reordered({ shape, data }: StateValue, order: Int32Array): StateValue {
  const [rows] = shape;
  if (rows !== order.length) throw new FoveaError(`${order.length} places for ${rows} rows`);
  const width = sizeOf(shape) / rows;
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const from = order[row] * width;
    result.set(data.subarray(from, from + width), row * width);
  }
  return { shape, data: result };
}

/** A dense kernel (H * W * C, units) behind a picture that PyTorch flattens channels first, as ours. */
export const rowsFromChannelsFirst = (kernel: StateValue, picture: Shape): StateValue =>
  reordered(kernel, inverseOrder(channelsFirstOrder(picture)));

/** Ours, as it stands behind a picture that is flattened channels first. */
export const rowsToChannelsFirst = (kernel: StateValue, picture: Shape): StateValue =>
  reordered(kernel, channelsFirstOrder(picture));
