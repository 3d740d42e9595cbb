import { describe, expect, it } from 'vitest';
import { numbersOfGraph } from '../../../test/support/graphNumbers.ts';
import { sizeOf } from '../../base/shape.ts';
import { inferenceGraph } from '../programs/programs.ts';
import { sequential } from '../sequential.ts';
import { layerShapes } from '../shapes.ts';
import { activation } from './activation.ts';
import { clip } from './clip.ts';
import { prelu } from './prelu.ts';
import { average, maximum, multiply, subtract } from './shapes/join.ts';
import { permute } from './shapes/permute.ts';
import { reshape } from './shapes/reshape.ts';
import { depthwiseConv2d, separableConv2d } from './windows/depthwiseConv2d.ts';
import type { LayerInput } from './wiring.ts';

const run = (
  inputShape: readonly number[],
  layers: readonly LayerInput[],
  states: Readonly<Record<string, number[]>> = {},
): number[] => {
  const spec = sequential({ inputShape }, layers);
  const x = Array.from({ length: sizeOf(inputShape) }, (_, i) => i - 2);
  return numbersOfGraph(inferenceGraph(spec, 1), { x, ...states }).probabilities;
};

describe('layers that other tools have', () => {
  it('reshape keeps the order, permute moves axes', () => {
    expect(run([6], [reshape({ targetShape: [2, -1] })])).toEqual([-2, -1, 0, 1, 2, 3]);
    expect(run([2, 3, 1], [permute({ dims: [2, 1, 3] })])).toEqual([-2, 1, -1, 2, 0, 3]);
    const spec = sequential({ inputShape: [4, 6, 2] }, [
      permute({ dims: [3, 1, 2] }),
      reshape({ targetShape: [-1, 3] }),
    ]);
    expect(layerShapes(spec).map(({ outputShape }) => outputShape)).toEqual([
      [2, 4, 6],
      [16, 3],
    ]);
  });

  it('clip and prelu bend where they say', () => {
    expect(run([6], [clip({ min: -1, max: 2 })])).toEqual([-1, -1, 0, 1, 2, 2]);
    expect(run([6], [clip({ max: 0 })])).toEqual([-2, -1, 0, 0, 0, 0]);
    const alpha = { 'prelu/alpha': [0.5, 2] };
    expect(run([3, 1, 2], [prelu({ sharedAxes: [1, 2] })], alpha)).toEqual([-1, -2, 0, 1, 2, 3]);
  });

  it('joins work number by number', () => {
    const twice = activation({ activation: 'relu', name: 'r', inputs: ['input'] });
    const both = { inputs: ['r', 'input'] };
    expect(run([4], [twice, subtract(both)])).toEqual([2, 1, 0, 0]);
    expect(run([4], [twice, multiply(both)])).toEqual([-0, -0, 0, 1]);
    expect(run([4], [twice, average({ inputs: ['r', 'input', 'input'] })])).toEqual([
      -4 / 3,
      -2 / 3,
      0,
      1,
    ]);
    expect(run([4], [twice, maximum(both)])).toEqual([0, 0, 0, 1]);
    expect(() => run([4], [twice, subtract({ inputs: ['r', 'r', 'r'] })])).toThrow(
      /reads 3 layers/,
    );
  });

  // Channel c gives channels 2c and 2c + 1, as Keras orders them.
  it('depthwise convolution sees one channel each, separable mixes them', () => {
    // (1, 2, 2): pixels (-2, -1), (0, 1); kernel [1, 2] wide, (1, 2, 1, 4)
    const kernel = [1, 2, 3, 4, 10, 20, 30, 40];
    const own = depthwiseConv2d({ kernelSize: [1, 2], depthMultiplier: 2 });
    const states = {
      'depthwise_conv2d/depthwiseKernel': kernel,
      'depthwise_conv2d/bias': [0, 0, 0, 5],
    };
    const expected = [-2 * 1 + 0 * 10, -2 * 2 + 0 * 20, -1 * 3 + 1 * 30, -1 * 4 + 1 * 40 + 5];
    expect(run([1, 2, 2], [own], states)).toEqual(expected);
    const mixed = separableConv2d({ filters: 1, kernelSize: [1, 2], depthMultiplier: 2 });
    const more = {
      'separable_conv2d/depthwiseKernel': kernel,
      'separable_conv2d/pointwiseKernel': [1, 10, 100, 1000],
      'separable_conv2d/bias': [7],
    };
    expect(run([1, 2, 2], [mixed], more)).toEqual([-2 - 40 + 2700 + 36000 + 7]);
    const [placed] = layerShapes(sequential({ inputShape: [5, 5, 2] }, [mixed]));
    expect(placed.layer.accounting?.(placed.inputShapes, placed.spec.options)).toEqual({
      connections: 5 * 4 * (4 * 2 + 4 + 1),
      multiplyAdds: 5 * 4 * (4 * 2 + 4),
    });
  });

  it.each<[string, LayerInput, RegExp]>([
    [
      'a shape of other size',
      reshape({ targetShape: [4, -1] }),
      /cannot make \(4, -1\) of \(6,\)\n.*6 numbers/,
    ],
    ['two open extents', reshape({ targetShape: [-1, -1] }), /one extent may be -1/],
    ['axes twice', permute({ dims: [1, 1] }), /in the order 1, 1\n.*each of 1 to 1 once/],
    ['no bound', clip(), /received no bound/],
    ['bounds crossed', clip({ min: 1, max: 0 }), /min 1 is above max 0/],
    ['an axis too many', prelu({ sharedAxes: [2] }), /sharedAxes has 2 for an input of \(6,\)/],
  ])('refuse %s', (_, layer, message) => {
    expect(() => run([6], [layer])).toThrow(message);
  });
});
