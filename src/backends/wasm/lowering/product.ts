/**
 * @file Matrix products: which kernel suits their sizes, and transposed weights made a copy where one is read.
 *
 * Previous stop: `lower.ts`. Next stop: `../emit/matmul/matmul.ts` and its siblings.
 */
import { first } from '../../../base/lists.ts';
import { sizeOf, twoAxes } from '../../../base/shape.ts';
import { type Node, twoInputs } from '../../../graph/node.ts';
import { type MatmulAttrs, matmul } from '../../../ops/matmul.ts';
import { transpose } from '../../../ops/moves/transpose.ts';
import type { OpSignature } from '../../../ops/op.ts';
import { matmulOuter, matmulPacked, matmulThin, rowDots } from '../emit/matmul/ops.ts';
import { loweredNode, type Step } from './step.ts';

/** Matrices beyond this many bytes are worth packing. */
const PACKING_BYTES = 256 * 1024;
/** Above this many rows of the result packing pays; below, B is read once as it is. */
const MOST_THIN_ROWS = 3;
/** Rows up to which dot products are quicker than a transposed copy of B. */
const FEW_ROWS_FOR_DOTS = 2;
/** Products whose every result is a sum of at most so many: their cost is not the arithmetic. */
const FEW_STEPS = 512;
/** A result of fewer rows is no block worth packing for. */
const FEW_RESULT_ROWS = 32;

/** The kernel for a product whose weights, or whose result, are large; undefined for the others. */
function largeProduct(
  node: Node,
  { transposeA = false, transposeB = false }: MatmulAttrs,
): OpSignature<MatmulAttrs> | undefined {
  const [a, b] = twoInputs(node);
  const [M] = twoAxes(node.shape);
  if (transposeA) {
    const few = first(a.shape, 'axis') <= FEW_STEPS && M >= FEW_RESULT_ROWS;
    return few && !transposeB && sizeOf(node.shape) * 4 > PACKING_BYTES ? matmulOuter : undefined;
  }
  if (sizeOf(b.shape) * 4 <= PACKING_BYTES) return undefined;
  if (M > MOST_THIN_ROWS) return matmulPacked;
  return transposeB ? undefined : matmulThin;
}

export function lowerMatmul(node: Node, attrs: MatmulAttrs, step: Step): Node {
  const { transposeA = false, transposeB = false } = attrs;
  const large = largeProduct(node, attrs);
  if (large !== undefined) return loweredNode(large, node.inputs, attrs, node);
  if (!transposeB) return step.mark(node);
  if (!transposeA && first(node.shape, 'axis') <= FEW_ROWS_FOR_DOTS) {
    return step.mark(loweredNode(rowDots, node.inputs, attrs, node));
  }
  const [a, b, ...rest] = twoInputs(node);
  const transposed = step.once(`transpose ${b.id}`, () =>
    loweredNode(transpose, [b], { axes: [1, 0] }, `${b.name}/transposed`),
  );
  const inputs = [a, transposed, ...rest];
  return step.mark(loweredNode(matmul, inputs, { transposeA, transposeB: false }, node));
}
