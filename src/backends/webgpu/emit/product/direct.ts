/**
 * @file A product without tiles: one invocation walks the depth of one result.
 *
 * For products whose groups are so thin that a tile would be empty: a depthwise convolution has one column a group.
 */
import type { Factor, Product } from './factor.ts';
import { type Finish, type ProductVariables, readOne, storeOne } from './maps.ts';

export interface DirectPlan {
  readonly splits: number;
}

/** The factor read number by number, whatever neighbours could do. */
export const oneByOne = (factor: Factor): Factor => ({ ...factor, quads: false });

/**
 * The WGSL of a product without its bindings. All numbers are bound one by one.
 *
 * @param open the head of `main`, by which `i` is the result's number (`work.ts`)
 */
export function emitDirect(
  product: Product,
  { splits }: DirectPlan,
  variables: ProductVariables,
  finish: Finish,
  open: string,
): string {
  const { rows, columns, depth, groups, left, right } = product;
  const part = Math.ceil(depth / splits);
  return [
    ...(product.tables ?? []),
    ...readOne('left', variables.left, oneByOne(left), {}),
    ...readOne('right', variables.right, oneByOne(right), {}),
    ...storeOne(
      { ...product, result: { ...product.result, quads: false } },
      variables.result,
      finish,
    ),
    open,
    `  let column = i % ${columns}u;`,
    `  let group = i / ${columns}u % ${groups}u;`,
    `  let row = i / ${columns * groups}u % ${rows}u;`,
    `  let split = i / ${columns * groups * rows}u;`,
    `  let end = min(split * ${part}u + ${part}u, ${depth}u);`,
    '  let leftFrom = leftPlace(row, group);',
    '  let rightFrom = rightPlace(column, group);',
    '  var sum = 0f;',
    `  for (var step = split * ${part}u; step < end; step++) {`,
    '    sum = fma(leftOne(leftFrom, row, step, end), rightOne(rightFrom, column, step, end), sum);',
    '  }',
    '  storeOne(row, column, sum, group, split);',
    '}',
    '',
  ].join('\n');
}
