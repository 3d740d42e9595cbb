/**
 * @file What the plans of pools, of local response normalisation and of copies promise. No machine is needed.
 */
import { describe, expect, it } from 'vitest';
import { EDGES, nodeOf } from '../../../../test/support/plans.ts';
import { NO_PADS } from '../../../base/window.ts';
import { planCopies } from './moves/stridedCopy.ts';
import { planLocalResponse } from './rows/localResponse.ts';
import { planPool } from './windows/windowWalk.ts';

describe('plans of any target', () => {
  it('pools: padding only where a window can hang over, and what a mean divides by', () => {
    const pooling = { combine: 'add', identity: 0, mean: true } as const;
    const pads = [
      [0, 1],
      [0, 0],
    ] as const;
    const common = { window: [3, 3], strides: [2, 2] } as const;
    const plan = (attrs: object) =>
      planPool([1, 7, 7, 5], [1, 3, 3, 5], { ...common, ...attrs } as never, pooling);
    expect(plan({ pads: NO_PADS, countIncludePad: false })).toMatchObject({
      padded: false,
      divisor: 'window',
    });
    expect(plan({ pads, countIncludePad: false })).toMatchObject({
      padded: true,
      divisor: 'realPixels',
    });
    expect(plan({ pads, countIncludePad: true })).toMatchObject({
      padded: true,
      divisor: 'window',
    });
  });

  it('local response: inner vectors have their whole window in the row, all others are outside', () => {
    for (const channels of EDGES)
      for (const size of [1, 2, 3, 4, 5, 12]) {
        const node = nodeOf('localResponseNormalization', [[2, channels]], [2, channels]);
        const plan = planLocalResponse(node, { size, k: 1, alpha: 1, beta: 0.75 });
        const [first, last] = plan.inner;
        expect(plan.vectors).toBe(Math.ceil(channels / 4));
        for (let v = 0; v < plan.vectors; v++) {
          const whole = 4 * v >= plan.below && 4 * v + 3 + plan.above < channels;
          expect(v >= first && v < last, `${channels} channels, size ${size}, ${v}`).toBe(whole);
        }
      }
  });

  it('copies: cut along the batch, else along a first level that all share, and not where they fill', () => {
    const level = (extent: number) => ({ extent, from: 1, to: 1 });
    const list = (...extents: number[]) => [
      extents.map((e) => ({ from: 0, to: 0, levels: [level(e)] })),
    ];
    expect(planCopies({ copies: list(5, 5) }, undefined)).toMatchObject({ cut: true, units: 5 });
    expect(planCopies({ copies: list(5, 6) }, undefined)).toMatchObject({ cut: false, units: 1 });
    expect(planCopies({ copies: list(5, 5), fill: 0 }, undefined)).toMatchObject({
      cut: false,
      units: 1,
    });
    expect(planCopies({ copies: list(8, 8), fill: 0 }, 8)).toMatchObject({ cut: true, units: 8 });
  });
});
