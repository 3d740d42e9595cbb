/**
 * @file A matrix product with the second operand read transposed, for few rows: every element is a dot product
 * of two rows that lie in memory as they are, so nothing is copied into another order first.
 *
 *   y[i,j] = sum over k of a[i,k] b[j,k]
 *
 * Four dot products run side by side, each in four lanes that are added up at the end. One unit is four
 * columns j of one row i. For many rows the transposed copy pays (`matmul.ts`). Previous stop: `lowering/lower.ts`.
 */
import { sizeOf } from '../../../../base/shape.ts';
import type { Node } from '../../../../graph/node.ts';
import type { FunctionBuilder, Local, Value } from '../../assembler/function.ts';
import { f32x4, i32 } from '../../assembler/lanes.ts';
import { defineKernel } from '../../defineKernel.ts';
import { imagesOf, type KernelContext } from '../../kernel.ts';
import { epilogueOf, storeTile } from '../language/epilogue.ts';
import { advance, forRange, times } from '../language/loops.ts';
import { rowDots } from './ops.ts';

export const rowDotsKernel = defineKernel({
  op: rowDots,
  plan: (node, _attrs, context) => {
    const [a, b] = node.inputs;
    const [M, K] = a.shape;
    const [N] = b.shape;
    const columns = Math.ceil(N / 4);
    return {
      partition: { units: M * columns, ...imagesOf(node, context) },
      multiplyAdds: sizeOf(node.shape) * K,
      plan: { M, K, N, columns },
      shown: { rows: M, columns: N, depth: K },
    };
  },
  emit: emitDots,
});

interface DotsPlan {
  readonly K: number;
  readonly N: number;
  /** Groups of four columns of a row. */
  readonly columns: number;
}

function emitDots(c: KernelContext, node: Node, { K, N, columns }: DotsPlan): void {
  const { f } = c;
  const [a, b] = node.inputs;
  const epilogue = epilogueOf(node, 2);
  const unit = f.reuse('i32', 'unit');
  const row = f.reuse('i32', 'row');
  const group = f.reuse('i32', 'group');
  const offset = f.reuse('i32', 'offset');
  const columnBytes = f.reuse('i32', 'columnBytes');
  const ptrA = f.reuse('i32', 'ptrA');
  const ptrB = f.reuse('i32', 'ptrB');
  const finish = (count: number) => {
    const sums = dots(c, K, count, ptrA, ptrB);
    storeTile(c, [[sums]], epilogue, {
      offset,
      rowBytes: 4 * N,
      columnOffset: columnBytes,
      columns: count,
      result: c.address(node),
    });
  };
  f.set(unit, c.begin);
  forRange(f, unit, c.end, 1, () => {
    f.set(row, i32.op('div_u', unit, i32.const(columns)));
    f.set(group, i32.op('rem_u', unit, i32.const(columns)));
    f.set(columnBytes, i32.mul(group, 16));
    f.set(offset, i32.add(i32.mul(row, 4 * N), columnBytes));
    f.set(ptrA, i32.add(i32.mul(row, 4 * K), c.address(a)));
    f.set(ptrB, i32.add(i32.mul(group, 16 * K), c.address(b)));
    const rest = N % 4;
    if (rest === 0) finish(4);
    else if (columns === 1) finish(rest);
    else
      f.if(
        i32.lessThan(group, i32.const(columns - 1)),
        () => finish(4),
        () => finish(rest),
      );
  });
}

/** The dot products of a's row with `count` rows of b, one per lane; moves the pointers. */
function dots(
  { f, m }: KernelContext,
  K: number,
  count: number,
  ptrA: Local<'i32'>,
  ptrB: Local<'i32'>,
): Local<'f32x4'> {
  const acc = Array.from({ length: count }, (_, j) => {
    const sum = f.reuse('f32x4', `dot${j}`);
    f.set(sum, f32x4.splat(0));
    return sum;
  });
  const step = (lanes: number) => {
    const numbers = f.reuse('f32x4', 'numbers');
    f.set(numbers, f32x4.loadPart(lanes, ptrA));
    acc.forEach((sum, j) => {
      f.set(sum, m.madd(numbers, f32x4.loadPart(lanes, ptrB, 4 * j * K), sum));
    });
    advance(f, ptrA, 4 * lanes);
    advance(f, ptrB, 4 * lanes);
  };
  times(f, Math.floor(K / 4), () => step(4));
  if (K % 4 > 0) step(K % 4);
  return laneSums(f, acc);
}

/** Lane j of the result is the sum of the lanes of value j. */
function laneSums(f: FunctionBuilder, values: readonly Local<'f32x4'>[]): Local<'f32x4'> {
  const zero: Value<'f32x4'> = f32x4.splat(0);
  const at = (j: number): Value<'f32x4'> => values[j] ?? zero;
  /** (x0 + x2, y0 + y2, x1 + x3, y1 + y3) */
  const half = (name: string, x: Value<'f32x4'>, y: Value<'f32x4'>) => {
    const sum = f.reuse('f32x4', name);
    f.set(sum, f32x4.add(f32x4.shuffle(x, y, [0, 4, 1, 5]), f32x4.shuffle(x, y, [2, 6, 3, 7])));
    return sum;
  };
  const low = half('sumsLow', at(0), at(1));
  const high = half('sumsHigh', at(2), at(3));
  const result = f.reuse('f32x4', 'sums');
  f.set(
    result,
    f32x4.add(f32x4.shuffle(low, high, [0, 1, 4, 5]), f32x4.shuffle(low, high, [2, 3, 6, 7])),
  );
  return result;
}
