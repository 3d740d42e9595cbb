/**
 * @file Matrix products, of stacks of matrices too. Next stop: `convolutions.ts`.
 */
import { broadcastShapes, formatShape, sizeOf } from '../../../base/shape.ts';
import type { Node } from '../../../graph/node.ts';
import type { Call } from '../call.ts';
import { given, joined, type Operators, reshaped, scaled, sliced } from './operator.ts';

/** More products than this are no stack of matrices that someone meant. */
const MOST_PRODUCTS = 4096;

/** alpha a' b' + beta c */
function gemm(call: Call): Node {
  const [a, b, c] = [call.node(0), call.node(1), call.optional(2)?.node];
  const attrs = { transposeA: call.flag('transA'), transposeB: call.flag('transB') };
  const product = scaled(call, call.build('matmul', [a, b], attrs), call.float('alpha', 1));
  if (c === undefined) return product;
  return call.build('add', [product, scaled(call, c, call.float('beta', 1))]);
}

/** As numpy multiplies: vectors are rows or columns, further axes are stacks that are repeated to one shape. */
export function product(call: Call, a: Node, b: Node): Node {
  const left = a.shape.length === 1 ? reshaped(call, a, [1, ...a.shape]) : a;
  const right = b.shape.length === 1 ? reshaped(call, b, [...b.shape, 1]) : b;
  const [M = 1, K = 1] = left.shape.slice(-2);
  const N = right.shape.at(-1) ?? 1;
  if (left.shape.length < 2 || right.shape.length < 2 || right.shape.at(-2) !== K) {
    const shapes = `${formatShape(a.shape)} and ${formatShape(b.shape)}`;
    return call.refuse(
      `received ${shapes}`,
      'columns of the first that are as many as rows of the second',
    );
  }
  const stack = broadcastShapes([left.shape.slice(0, -2), right.shape.slice(0, -2)]);
  const made = stackedProduct(call, left, right, stack, [M, K, N]);
  const kept = [...(a.shape.length === 1 ? [] : [M]), ...(b.shape.length === 1 ? [] : [N])];
  return reshaped(call, made, [...stack, ...kept]);
}

function stackedProduct(
  call: Call,
  left: Node,
  right: Node,
  stack: readonly number[],
  [M, K, N]: readonly [number, number, number],
): Node {
  if (sizeOf(right.shape) === K * N) {
    const rows = reshaped(call, left, [sizeOf(left.shape) / K, K]);
    return call.build('matmul', [rows, reshaped(call, right, [K, N])]);
  }
  const count = sizeOf(stack);
  if (count > MOST_PRODUCTS) {
    return call.refuse(`a stack of ${count} products`, `at most ${MOST_PRODUCTS}`);
  }
  const whole = (x: Node, rows: number, columns: number) =>
    reshaped(call, call.build('broadcastTo', [x], { shape: [...stack, rows, columns] }), [
      count,
      rows,
      columns,
    ]);
  const [lefts, rights] = [whole(left, M, K), whole(right, K, N)];
  const products = Array.from({ length: count }, (_, i) => {
    const a = reshaped(call, sliced(call, lefts, 0, i, 1), [M, K]);
    const b = reshaped(call, sliced(call, rights, 0, i, 1), [K, N]);
    return call.build('matmul', [a, b]);
  });
  return joined(call, products, 0);
}

export const products: Operators = {
  Gemm: given(gemm),
  MatMul: given((call) => product(call, call.node(0), call.node(1))),
};
