/**
 * @file The ops that a sum over axes is lowered to: one per kernel, and the partial sums of slices of the batch.
 *
 * Previous stop: `lowering/sums.ts`, which chooses.
 */
import type { Shape } from '../../../../base/shape.ts';
import { count, extents, record } from '../../../../ops/attributes.ts';
import { sumTo } from '../../../../ops/broadcast.ts';
import { defineLoweredOp, type OpSignature } from '../../../../ops/op.ts';
import type { Slicing } from '../../program/slicing.ts';

interface SumAttrs {
  readonly shape: Shape;
}

/** The same sum, by another kernel. */
function sum(name: string, formula: string): OpSignature<SumAttrs> {
  return defineLoweredOp<SumAttrs>({
    name,
    formula,
    arity: 1,
    rows: sumTo.rows,
    attributes: { shape: extents },
    shape: (inputs, attrs) => sumTo.shape(inputs, attrs),
  });
}

export const total = sum('total', 'y = sum of all of x, in float64');
export const rowSum = sum('rowSum', 'y[c] = sum over r of x[r,c]');
export const reduce = sum('reduce', sumTo.formula);

export interface ColumnPartialsAttrs {
  readonly slicing: Slicing;
}

export const columnPartials = defineLoweredOp<ColumnPartialsAttrs>({
  name: 'columnPartials',
  formula: 'y[s,c] = sum over the rows of slice s of x[..., c]',
  arity: 1,
  attributes: {
    slicing: record<Slicing>({ images: count, imagesPerSlice: count, slices: count }),
  },
  shape: ([x], { slicing }) => [slicing.slices, x[x.length - 1]],
});
