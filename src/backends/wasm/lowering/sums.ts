/**
 * @file Sums over the batch: one partial per slice, then the sum of the partials, in the problem's own order.
 *
 * Previous stop: `lower.ts`. Next stop: `../emit/rows/sum.ts`.
 */
import { type Shape, sizeOf } from '../../../base/shape.ts';
import { NO_PADS } from '../../../base/window.ts';
import { firstInput, type Node } from '../../../graph/node.ts';
import type { Upsample2dAttrs } from '../../../ops/moves/upsample2d.ts';
import type { OpSignature } from '../../../ops/op.ts';
import { columnPartials, reduce, rowSum, total } from '../emit/rows/ops.ts';
import { sumPool2d } from '../emit/windows/ops.ts';
import { loweredNode, type Step } from './step.ts';

interface SumAttrs {
  readonly shape: Shape;
}

/** Rows above which a column sum is worth one partial per slice. */
const FEW_ROWS = 32;

export function lowerSumTo(node: Node, attrs: SumAttrs, step: Step): Node {
  const x = firstInput(node);
  const columns = x.shape.at(-1) ?? 1;
  const rows = sizeOf(x.shape) / columns;
  const overRows = sizeOf(node.shape) === columns && node.shape.at(-1) === columns && columns > 1;
  const { slicing, isBatched } = step.context;
  if (!overRows || slicing === undefined || !isBatched(x) || rows < FEW_ROWS)
    return step.mark(loweredNode(sumOf(x.shape, node.shape), [x], attrs, node));
  const partials = loweredNode(columnPartials, [x], { slicing }, `${node.name}/partials`);
  return loweredNode(rowSum, [partials], attrs, node);
}

/** Sums to one number and sums over leading rows have kernels of their own. */
function sumOf(from: Shape, to: Shape): OpSignature<SumAttrs> {
  if (sizeOf(to) === 1) return total;
  const kept = to.slice(to.findIndex((n) => n !== 1));
  const trailing = from.slice(from.length - kept.length);
  return kept.every((n, i) => n === trailing[i]) ? rowSum : reduce;
}

/** The sum of a block of repeats is a pooling whose windows do not overlap. */
export function lowerUpsampleGradient(node: Node, { factors }: Upsample2dAttrs, step: Step): Node {
  const attrs = { window: factors, strides: factors, pads: NO_PADS };
  return step.mark(loweredNode(sumPool2d, node.inputs, attrs, node));
}
