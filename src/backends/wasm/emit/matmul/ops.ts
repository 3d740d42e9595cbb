/**
 * @file The ops that a matrix product is lowered to: one per kernel that suits its sizes.
 *
 * Previous stop: `lowering/product.ts`, which chooses.
 */
import { flag, optional } from '../../../../ops/attributes.ts';
import { type MatmulAttrs, matmul } from '../../../../ops/matmul.ts';
import { defineLoweredOp, type OpSignature } from '../../../../ops/op.ts';

/** The same product, by another kernel. */
function product(name: string): OpSignature<MatmulAttrs> {
  return defineLoweredOp<MatmulAttrs>({
    name,
    formula: matmul.formula,
    arity: 2,
    rows: matmul.rows,
    takesEpilogue: true,
    attributes: { transposeA: optional(flag), transposeB: optional(flag) },
    shape: (inputs, attrs) => matmul.shape(inputs, attrs),
  });
}

export const matmulPacked = product('matmulPacked');
export const matmulOuter = product('matmulOuter');
export const matmulThin = product('matmulThin');
export const rowDots = product('rowDots');
