/**
 * @file What every plan promises, at the edges: tiles cover all of the result once, sums fit the registers, scratch
 * suffices. No machine is needed.
 */
import { describe, expect, it } from 'vitest';
import { NO_PADS } from '../../../base/window.ts';
import { createNode, inputNode, type Node } from '../../../graph/node.ts';
import { type PlanContext, type Target, tileColumns } from '../kernel.ts';
import { sliceBatch } from '../slicing.ts';
import { planKernelGradient } from './conv2d/kernelGradient.ts';
import { planConv2d } from './conv2d/plan.ts';
import { planMatmul } from './matmul/matmul.ts';
import { matmulOuterKernel, planOuter } from './matmul/outer.ts';
import { planMatmulPacked } from './matmul/packedPlan.ts';
import { planThin } from './matmul/thin.ts';
import { planCopies } from './moves/stridedCopy.ts';
import { planLocalResponse } from './rows/localResponse.ts';
import { planPool } from './windows/windowWalk.ts';
import { planWinogradConv2d } from './winograd/conv2dPlan.ts';
import { planWinogradGradient, scratchOf } from './winograd/gradientPlan.ts';
import { panelLayout } from './winograd/panels.ts';
import { VARIANTS } from './winograd/variants.ts';

const TARGETS: readonly Target[] = [
  { relaxedMadd: true, pairs: true },
  { relaxedMadd: true, pairs: false },
];
/** One, every lane tail, and one less, as many and one more than tiles and blocks of them. */
const EDGES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 191, 192, 193];
const FEW = [1, 2, 3, 5, 6, 7, 13];

const contextOf = (target: Target, images?: number): PlanContext => ({
  target,
  slicing: images === undefined ? undefined : sliceBatch(images),
  isBatched: () => images !== undefined,
});

function nodeOf(
  op: string,
  inputs: readonly (readonly number[])[],
  shape: readonly number[],
): Node {
  const nodes = inputs.map((s, i) => inputNode(`x${i}`, s));
  return createNode({ op, inputs: nodes, attrs: {}, shape, dtype: 'f32', name: 'y' });
}

/** Registers of accumulators beside a row of B and a number of A: at most 12 of the 16. */
function expectRegisters(rows: number, vectors: number, { pairs }: Target): void {
  expect(rows).toBeGreaterThanOrEqual(1);
  expect(rows * (pairs ? Math.ceil(vectors / 2) : vectors)).toBeLessThanOrEqual(12);
}

function expectColumns(columns: ReturnType<typeof tileColumns>, count: number): void {
  const { full, vectors, rest, restVectors } = columns;
  expect(4 * vectors * full + rest).toBe(count);
  expect(rest).toBeLessThan(4 * vectors);
  expect(restVectors).toBeLessThanOrEqual(vectors);
  expect(4 * restVectors).toBeGreaterThanOrEqual(rest);
}

/** So many shares of a size hold a total, and one less does not. */
function expectShares(shares: number, size: number, total: number): void {
  expect(shares * size).toBeGreaterThanOrEqual(total);
  expect((shares - 1) * size).toBeLessThan(total);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe.each(TARGETS)('plans, pairs $pairs', (target) => {
  const context = contextOf(target);

  it('matmul: rows and columns in whole tiles and a rest', () => {
    for (const N of EDGES)
      for (const M of FEW) {
        const plan = planMatmul(
          nodeOf(
            'matmul',
            [
              [M, 9],
              [9, N],
            ],
            [M, N],
          ),
          {},
          context,
        );
        expectColumns(plan.columns, N);
        expect(plan.rows).toBeLessThanOrEqual(M);
        const { full, vectors, restVectors } = plan.columns;
        expectRegisters(plan.rows, full > 0 ? vectors : restVectors, target);
      }
  });

  it('matmulThin: blocks of columns, all sums in registers', () => {
    for (const N of EDGES)
      for (const M of [1, 2, 3]) {
        const { vectors } = planThin(
          nodeOf(
            'matmulThin',
            [
              [M, 9],
              [9, N],
            ],
            [M, N],
          ),
          context,
        );
        expect(vectors % 2).toBe(0);
        expect(vectors).toBeGreaterThanOrEqual(2);
        expect(M * vectors).toBeLessThanOrEqual(target.pairs ? 16 : 8);
      }
  });

  it('matmulPacked: blocks of rows, steps and panels cover the product', () => {
    for (const K of [1, 3, 4, 511, 512, 513, 1025])
      for (const M of [4, 5, 191, 192, 193])
        for (const N of [1, 63, 64, 65]) {
          const node = nodeOf(
            'matmulPacked',
            [
              [M, K],
              [K, N],
            ],
            [M, N],
          );
          const plan = planMatmulPacked(node, {}, context);
          expectShares(plan.panels, 4 * plan.vectors, N);
          expect((plan.panels - (plan.rest > 0 ? 1 : 0)) * 4 * plan.vectors + plan.rest).toBe(N);
          expect(plan.blockRows % plan.rows === 0 || plan.blockRows === M).toBe(true);
          expect(plan.blockSteps % 4 === 0 || plan.blockSteps === K).toBe(true);
          expect(plan.blockSteps).toBeLessThanOrEqual(512);
          expect(Math.ceil(K / plan.blockSteps)).toBe(Math.ceil(K / 512));
          expectRegisters(plan.rows, plan.vectors, target);
        }
  });

  it('matmulOuter: blocks of rows and groups of panels, packed within the scratch', () => {
    for (const M of [1, 32, 191, 192, 193, 385])
      for (const N of EDGES)
        for (const K of [1, 128, 512]) {
          const node = nodeOf(
            'matmulOuter',
            [
              [K, M],
              [K, N],
            ],
            [M, N],
          );
          const plan = planOuter(node, context);
          expect(4 * plan.vectors * plan.panels + plan.rest).toBe(N);
          expectRegisters(plan.rows, plan.vectors, target);
          expect(plan.blockRows % plan.rows).toBe(0);
          expect(plan.groupPanels).toBeGreaterThanOrEqual(1);
          const kernel = matmulOuterKernel.plan?.(node, context);
          expectShares(kernel!.partition.units, plan.blockRows, M);
          // K steps of each row tile, eight rows apart, and of a group of panels.
          const tiles = (plan.blockRows / plan.rows) * K * 32;
          const panels = plan.groupPanels * K * 16 * plan.vectors;
          expect(kernel!.scratchBytes).toBeGreaterThanOrEqual(tiles + panels);
        }
  });

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
