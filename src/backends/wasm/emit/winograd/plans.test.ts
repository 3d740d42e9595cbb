/**
 * @file What the plans of Winograd's convolutions promise, at the edges: tiles cover all of the result once, sums fit the registers,
 * scratch suffices. No machine is needed.
 */
import { describe, expect, it } from 'vitest';
import {
  contextOf,
  expectRegisters,
  expectShares,
  nodeOf,
  TARGETS,
} from '../../../../../test/support/plans.ts';
import { VARIANTS } from '../../../../compile/winograd/variants.ts';
import { planWinogradConv2d } from './conv2dPlan.ts';
import { planWinogradGradient, scratchOf } from './gradientPlan.ts';
import { panelLayout } from './panels.ts';

describe.each(TARGETS)('pairs $pairs', (target) => {
  const context = contextOf(target);

  it('Winograd: blocks of tiles, parts and panels, each within its bounds', () => {
    for (const { name, m, r: kernel } of VARIANTS)
      for (const [N, H, W] of [
        [1, 5, 7],
        [3, 6, 6],
        [16, 13, 13],
        [64, 4, 9],
      ])
        for (const [C, O, groups] of [
          [16, 17, 1],
          [48, 48, 1],
          [34, 36, 2],
          [192, 385, 1],
        ]) {
          if (O % groups > 0) continue;
          const kernelShape = [kernel, kernel, C / groups, O];
          const shape = [N, H, W, O];
          const x = [N, H + kernel - 1, W + kernel - 1, C];
          const layout = panelLayout(kernelShape, groups, m + kernel - 1, target);
          const forward = nodeOf('winogradConv2d', [x, kernelShape], shape);
          for (const images of [undefined, N]) {
            const attrs = { variant: name, groups, kernelShape, layout };
            const plan = planWinogradConv2d(forward, attrs as never, contextOf(target, images));
            expect(plan.block % plan.rows).toBe(0);
            expectShares(plan.parts, plan.panelsPerPart, layout.panels);
            expectRegisters(plan.rows, layout.vectors, target);
          }
          const node = nodeOf('winogradKernelGradient', [x, shape], kernelShape);
          const plan = planWinogradGradient(
            node,
            { variant: name, groups, kernelShape } as never,
            context,
          );
          expectShares(plan.channelBlocks, plan.channels, C / groups);
          expectShares(plan.filterBlocks, 4 * plan.vectors * plan.panels, O / groups);
          expectShares(plan.chunks, plan.tiles, N * plan.tiling.perImage);
          expectRegisters(plan.rows, plan.vectors, target);
          const scratch = scratchOf(plan);
          expect(scratch.productV).toBeGreaterThanOrEqual(plan.tiles * plan.channels * 4);
          expect(scratch.productD).toBeGreaterThanOrEqual(plan.channels * scratch.rowD);
          expect(scratch.bytes).toBe(scratch.atD + plan.tiling.side ** 2 * scratch.productD);
        }
  });
});
