/** @file Layouts: the place of every number, worked out by hand from indices. */
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../base/shape.ts';
import {
  channelsFirstOrder,
  depthwiseFromKeras,
  depthwiseToKeras,
  kernelFromTorch,
  kernelToTorch,
  rowsFromChannelsFirst,
  rowsToChannelsFirst,
  transposed,
  turned,
} from './layouts.ts';

const counted = (shape: readonly number[]) => ({
  shape,
  data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => i),
});

describe('layouts', () => {
  it('moves axes: every number to its place', () => {
    const value = counted([2, 3, 4, 5]);
    const moved = transposed(value, [3, 1, 0, 2]);
    expect(moved.shape).toEqual([5, 3, 2, 4]);
    for (let a = 0; a < 2; a++)
      for (let b = 0; b < 3; b++)
        for (let c = 0; c < 4; c++)
          for (let d = 0; d < 5; d++) {
            const to = ((d * 3 + b) * 2 + a) * 4 + c;
            expect(moved.data[to]).toBe(((a * 3 + b) * 4 + c) * 5 + d);
          }
  });

  it.each([[[0, 0]], [[0]], [[0, 2]]])('refuses %j as an order of two axes', (axes) => {
    expect(() => transposed(counted([2, 3]), axes)).toThrow('no order');
  });

  it('brings kernels to PyTorch and back', () => {
    const kernel = counted([2, 3, 4, 5]); // (KH, KW, C, filters)
    const torch = kernelToTorch(kernel);
    expect(torch.shape).toEqual([5, 4, 2, 3]);
    // filter 4, channel 1, row 1, column 2
    expect(torch.data[((4 * 4 + 1) * 2 + 1) * 3 + 2]).toBe(((1 * 3 + 2) * 4 + 1) * 5 + 4);
    expect(kernelFromTorch(torch)).toEqual(kernel);
    expect(turned(counted([2, 3])).data).toEqual(Float32Array.of(0, 3, 1, 4, 2, 5));
  });

  it('knows that depthwise kernels of Keras hold the same numbers in the same order', () => {
    const keras = counted([3, 3, 4, 2]);
    const ours = depthwiseFromKeras(keras);
    expect(ours.shape).toEqual([3, 3, 1, 8]);
    expect(depthwiseToKeras(ours, 4)).toEqual(keras);
  });

  it('orders the rows behind a flattened picture', () => {
    const picture = [2, 3, 4];
    const kernel = counted([24, 2]);
    const torch = rowsToChannelsFirst(kernel, picture);
    for (let c = 0; c < 4; c++)
      for (let h = 0; h < 2; h++)
        for (let w = 0; w < 3; w++) {
          const first = (c * 2 + h) * 3 + w;
          const last = (h * 3 + w) * 4 + c;
          expect(channelsFirstOrder(picture)[first]).toBe(last);
          expect(torch.data.subarray(2 * first, 2 * first + 2)).toEqual(
            kernel.data.subarray(2 * last, 2 * last + 2),
          );
        }
    expect(rowsFromChannelsFirst(torch, picture)).toEqual(kernel);
  });
});
