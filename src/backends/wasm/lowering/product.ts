/**
 * @file Matrix products: which kernel suits their sizes, and transposed weights made a copy where one is read.
 *
 * Previous stop: `lower.ts`. Next stop: `../emit/matmul/matmul.ts` and its siblings.
 */
import { sizeOf } from '../../../base/shape.ts';
import { createNode, type Node } from '../../../graph/node.ts';
import type { MatmulAttrs } from '../../../ops/matmul.ts';
import type { TransposeAttrs } from '../../../ops/transpose.ts';
import { FEW_ROWS_FOR_DOTS } from '../emit/matmul/rowDots.ts';
import { MOST_THIN_ROWS } from '../emit/matmul/thin.ts';
import type { Step } from './step.ts';

/** Matrices beyond this many bytes are worth packing. */
const PACKING_BYTES = 256 * 1024;
/** Products whose every result is a sum of at most so many: their cost is not the arithmetic. */
const FEW_STEPS = 512;
/** A result of fewer rows is no block worth packing for. */
const FEW_RESULT_ROWS = 32;

/** The kernel for a product whose weights, or whose result, are large; undefined for the others. */
function largeProduct(
  node: Node,
  { transposeA, transposeB }: Required<MatmulAttrs>,
): string | undefined {
  const [a, b] = node.inputs;
  const [M] = node.shape;
  if (transposeA) {
    const few = a.shape[0] <= FEW_STEPS && M >= FEW_RESULT_ROWS;
    return few && !transposeB && sizeOf(node.shape) * 4 > PACKING_BYTES ? 'matmulOuter' : undefined;
  }
  if (sizeOf(b.shape) * 4 <= PACKING_BYTES) return undefined;
  if (M > MOST_THIN_ROWS) return 'matmulPacked';
  return transposeB ? undefined : 'matmulThin';
}

export function lowerMatmul(node: Node, step: Step): Node {
  const { transposeA = false, transposeB = false } = node.attrs as MatmulAttrs;
  const large = largeProduct(node, { transposeA, transposeB });
  if (large !== undefined) return createNode({ ...node, op: large });
  if (!transposeB) return step.mark(node);
  if (!transposeA && node.shape[0] <= FEW_ROWS_FOR_DOTS) {
    return step.mark(createNode({ ...node, op: 'rowDots' }));
  }
  const [a, b, ...rest] = node.inputs;
  const transposed = step.once(`transpose ${b.id}`, () =>
    createNode({
      op: 'transpose',
      inputs: [b],
      attrs: { axes: [1, 0] } satisfies TransposeAttrs,
      shape: [b.shape[1], b.shape[0]],
      dtype: 'f32',
      name: `${b.name}/transposed`,
    }),
  );
  return step.mark(
    createNode({
      ...node,
      inputs: [a, transposed, ...rest],
      attrs: { ...node.attrs, transposeA, transposeB: false },
    }),
  );
}
