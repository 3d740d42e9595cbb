/**
 * @file The sum over windows: what the gradient of repeated pixels is lowered to.
 *
 * Previous stop: `lowering/sums.ts`.
 */
import { pads, pair } from '../../../../ops/attributes.ts';
import { defineLoweredOp } from '../../../../ops/op.ts';
import { type PoolAttrs, poolShape, SUM } from '../../../../ops/windows/pooling.ts';

export const sumPool2d = defineLoweredOp<PoolAttrs>({
  name: 'sumPool2d',
  formula: 'y = sum of x over the window',
  arity: 1,
  rows: [0],
  pooling: SUM,
  attributes: { window: pair, strides: pair, pads },
  shape: ([x], attrs) => poolShape(x, attrs),
});
