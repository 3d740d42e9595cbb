/**
 * @file Sums over the batch: one partial per slice, then the sum of the partials, in the problem's own order.
 *
 * Previous stop: `lower.ts`. Next stop: `../emit/rows/sum.ts`.
 */
import { sizeOf } from '../../../base/shape.ts';
import { NO_PADS } from '../../../base/window.ts';
import { createNode, type Node } from '../../../graph/node.ts';
import type { Upsample2dAttrs } from '../../../ops/upsample2d.ts';
import type { Step } from './step.ts';

/** Rows above which a column sum is worth one partial per slice. */
const FEW_ROWS = 32;

export function lowerSumTo(node: Node, step: Step): Node {
  const [x] = node.inputs;
  const columns = x.shape[x.shape.length - 1];
  const rows = sizeOf(x.shape) / columns;
  const overRows =
    sizeOf(node.shape) === columns && node.shape[node.shape.length - 1] === columns && columns > 1;
  const { slicing, isBatched } = step.context;
  if (!overRows || slicing === undefined || !isBatched(x) || rows < FEW_ROWS)
    return step.mark(node);
  const partials = createNode({
    op: 'columnPartials',
    inputs: [x],
    attrs: {},
    shape: [slicing.slices, columns],
    dtype: 'f32',
    name: `${node.name}/partials`,
  });
  return createNode({ ...node, inputs: [partials] });
}

/** The sum of a block of repeats is a pooling whose windows do not overlap. */
export function lowerUpsampleGradient(node: Node, step: Step): Node {
  const { factors } = node.attrs as unknown as Upsample2dAttrs;
  const attrs = { window: factors, strides: factors, pads: NO_PADS };
  return step.mark(createNode({ ...node, attrs }));
}
