import { describe, expect, it } from 'vitest';
import { LEAST, type Target } from '../../kernel.ts';
import { forwardProduct } from '../product/convolution.ts';
import { quickest } from '../product/plan.ts';
import { planWinograd } from './plan.ts';

const LARGE: Target = { ...LEAST, maxWorkgroupSize: 1024, maxBinding: 2 ** 31 };

/** A convolution of 13 x 13 pictures by a kernel of 3 x 3. */
function planned(channels: number, target: Target, stride = 1) {
  const side = Math.ceil(13 / stride);
  const shapes = {
    x: [128, 13, 13, channels],
    w: [3, 3, channels, 384],
    y: [128, side, side, 384],
  };
  const pads = [
    [1, 1],
    [1, 1],
  ] as const;
  const attrs = { strides: [stride, stride], dilation: [1, 1], pads, groups: 1 } as const;
  const sum = quickest([forwardProduct(shapes, attrs)], target);
  return planWinograd('forward', shapes, attrs, sum, target);
}

describe("Winograd's way", () => {
  it('is taken where channels are many and the stride is 1', () => {
    expect(planned(256, LARGE)?.variant).toMatch(/,3x3\)$/);
    expect(planned(4, LARGE)).toBeUndefined();
    expect(planned(256, LARGE, 2)).toBeUndefined();
  });

  it('can be turned off, and is off on software', () => {
    expect(planned(256, { ...LARGE, winograd: 'off' })).toBeUndefined();
    expect(planned(256, { ...LARGE, maxWorkgroupSize: 64 })).toBeUndefined();
    expect(planned(4, { ...LARGE, winograd: 'always' })).toBeDefined();
  });

  it('keeps each temporary within what a kernel reaches', () => {
    for (const maxBinding of [2 ** 25, 2 ** 26, 2 ** 27]) {
      const plan = planned(256, { ...LARGE, maxBinding, winograd: 'always' });
      const { left = 0, right = 0, result = 0 } = plan?.problem.sizes ?? {};
      expect(Math.max(left, right, result) * 4).toBeLessThanOrEqual(maxBinding);
    }
  });

  /** The kernel gradient of a 5x5, where the sum itself would take for ever. */
  function gradientPlan(size: number, channels: number, filters: number) {
    const [x, y] = [channels, filters].map((n) => [128, size, size, n]) as [number[], number[]];
    const pads = [
      [2, 2],
      [2, 2],
    ] as const;
    const attrs = { strides: [1, 1], dilation: [1, 1], pads, groups: 1 } as const;
    const sum = { plan: { way: 'direct', splits: 1 }, time: 1e12 } as const;
    return planWinograd('kernel', { x, w: [5, 5, channels, filters], y }, attrs, sum, LARGE);
  }

  it('adds up no more tiles in one sum than keep their digits', () => {
    const plan = gradientPlan(27, 96, 256);
    expect(plan).toBeDefined();
    expect(plan!.problem.product.depth / plan!.product.splits).toBeLessThanOrEqual(2048);
  });

  it('is not for pictures of few channels', () => {
    expect(gradientPlan(28, 1, 6)).toBeUndefined();
  });
});
