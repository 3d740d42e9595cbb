/**
 * @file Matrix products: two stored matrices, either of them transposed.
 */
import { twoAxes } from '../../../../base/shape.ts';
import { type Node, twoInputs } from '../../../../graph/node.ts';
import { type MatmulAttrs, matmul } from '../../../../ops/matmul.ts';
import { type Product, QUAD, runOf, storedFactor } from './factor.ts';
import { defineProducts } from './kernel.ts';

export function matmulProduct(node: Node, attrs: MatmulAttrs): Product {
  const { transposeA = false, transposeB = false } = attrs;
  const [rows, columns] = twoAxes(node.shape);
  const [a] = twoInputs(node);
  const depth = twoAxes(a.shape)[transposeA ? 0 : 1];
  return {
    rows,
    columns,
    depth,
    groups: 1,
    left: storedFactor(rows, depth, transposeA ? 'line' : 'depth'),
    right: storedFactor(columns, depth, transposeB ? 'depth' : 'line'),
    result: {
      quads: columns % QUAD === 0,
      at: `return row * ${columns}u;`,
      reach: (some) => runOf(some, columns),
    },
  };
}

export const matmulKernel = defineProducts(matmul, (node, attrs) => [matmulProduct(node, attrs)]);
