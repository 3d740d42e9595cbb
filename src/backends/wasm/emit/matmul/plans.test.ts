/**
 * @file What the plans of matrix products promise, at the edges: tiles cover all of the result once, sums fit the registers,
 * scratch suffices. No machine is needed.
 */
import { describe, expect, it } from 'vitest';
import {
  contextOf,
  EDGES,
  expectColumns,
  expectRegisters,
  expectShares,
  FEW,
  nodeOf,
  TARGETS,
} from '../../../../../test/support/plans.ts';
import { planMatmul } from './matmul.ts';
import { matmulOuterKernel, planOuter } from './outer.ts';
import { planMatmulPacked } from './packedPlan.ts';
import { planThin } from './thin.ts';

describe.each(TARGETS)('pairs $pairs', (target) => {
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
});
