/**
 * @file What the plans of convolutions and their gradients promise, at the edges: tiles cover all of the result once, sums fit the registers,
 * scratch suffices. No machine is needed.
 */
import { describe, expect, it } from 'vitest';
import {
  contextOf,
  EDGES,
  expectColumns,
  expectRegisters,
  nodeOf,
  sum,
  TARGETS,
} from '../../../../../test/support/plans.ts';
import { NO_PADS } from '../../../../base/window.ts';
import { tileColumns } from '../../kernel.ts';
import { sliceBatch } from '../../program/slicing.ts';
import { planKernelGradient } from './kernelGradient.ts';
import { scatterLayout } from './layouts.ts';
import { planConv2d } from './plan.ts';
import { conv2dScatterKernel, planScatter } from './scatter.ts';

describe.each(TARGETS)('pairs $pairs', (target) => {
  const context = contextOf(target);
  const layer = { strides: [1, 1], dilation: [1, 1], pads: NO_PADS } as const;

  it('conv2d: tiles of pixels and of filters cover a row of the result', () => {
    for (const OW of EDGES)
      for (const [groups, C, O] of [
        [1, 1, 1],
        [1, 3, 5],
        [1, 5, 33],
        [2, 4, 6],
        [3, 3, 48],
      ]) {
        const kernelShape = [3, 3, C / groups, O];
        const attrs = { ...layer, groups, kernelShape, packed: false, winograd: '' };
        const node = nodeOf('directConv2d', [[1, 4, OW + 2, C], kernelShape], [1, 2, OW, O]);
        const plan = planConv2d(node, attrs, context);
        expect(sum(plan.rowTiles)).toBe(OW);
        expectColumns(plan.columns, O / groups);
        const { full, vectors, restVectors } = plan.columns;
        expectRegisters(Math.max(...plan.rowTiles), full > 0 ? vectors : restVectors, target);
        expect(plan.run * plan.runsPerRow).toBe(3 * (C / groups));
      }
  });

  it('kernel gradient: every tap in one tile, at its place in the image', () => {
    for (const C of [1, 2, 3, 4, 5, 13])
      for (const [kernel, dilation] of [
        [1, 1],
        [3, 1],
        [3, 2],
        [5, 1],
      ])
        for (const O of [1, 5, 8, 17]) {
          const kernelShape = [kernel, kernel, C, O];
          const columns = tileColumns(O, target);
          const attrs = {
            ...layer,
            dilation: [dilation, dilation] as const,
            groups: 1,
            kernelShape,
            columns,
            slicing: sliceBatch(3),
            winograd: '',
          };
          const W = 11;
          const out = W - (kernel - 1) * dilation;
          const node = nodeOf(
            'kernelGradientPartials',
            [
              [3, W, W, C],
              [3, out, out, O],
            ],
            [],
          );
          const { tapTiles } = planKernelGradient(node, attrs, context);
          const taps = tapTiles.flat();
          expect(new Set(taps).size).toBe(kernel * kernel * C);
          expect(taps.length).toBe(kernel * kernel * C);
          taps.forEach((offset, i) => {
            const [kh, kw] = [Math.floor(i / C / kernel), Math.floor(i / C) % kernel];
            expect(offset).toBe((kh * W + kw) * dilation * C + (i % C));
          });
          const widest = columns.full > 0 ? columns.vectors : columns.restVectors;
          for (const tile of tapTiles) expectRegisters(tile.length, widest, target);
        }
  });

  it('scattered gradient: tiles cover the lanes of a tap row, the last tap row writes within the scratch', () => {
    for (const C of [1, 2, 3, 4, 5, 24])
      for (const groups of [1, 2])
        for (const [kernel, stride, dilation] of [
          [1, 1, 1],
          [3, 2, 1],
          [3, 1, 2],
          [11, 4, 1],
        ]) {
          const [OH, OW, O] = [2, 3, 4];
          const reach = (outputs: number) => (outputs - 1) * stride + (kernel - 1) * dilation + 1;
          const dx = [1, reach(OH), reach(OW), groups * C];
          const kernelShape = [kernel, kernel, C, O];
          const attrs = {
            strides: [stride, stride] as const,
            dilation: [dilation, dilation] as const,
            pads: NO_PADS,
            groups,
            inputShape: dx,
            kernelShape,
            layout: scatterLayout(kernelShape, groups, dilation, target),
          };
          const node = { ...nodeOf('conv2dScatter', [[1, OH, OW, O], [1]], dx), attrs };
          const plan = planScatter(node, attrs, context);
          expect(4 * sum(plan.tiles.map((t) => t.vectors))).toBe(plan.padded);
          expect(plan.padded).toBeGreaterThanOrEqual(plan.run);
          for (const { rows, vectors } of plan.tiles) expectRegisters(rows, vectors, target);
          const lastTap = dx[1] * dx[2] * dx[3] - plan.run;
          const shares = kernel * plan.runsPerRow * OW * plan.padded;
          const floats = conv2dScatterKernel.plan!(node, context)!.scratchBytes / 4;
          expect(floats).toBeGreaterThanOrEqual(lastTap + plan.padded + shares);
        }
  });
});
