/**
 * @file Kernels over the rows of a matrix: softmax, its gradient, top-k; and what all such kernels share.
 *
 * One unit is one row of C logits. A row is walked in vectors of four; the lanes past its end are set to the
 * identity of what is being reduced. Next stop: `crossEntropy.ts`.
 */
import { sizeOf } from '../../../../base/shape.ts';
import type { Node } from '../../../../graph/node.ts';
import type { OpSignature } from '../../../../ops/op.ts';
import { inTopK, type Ranking, rankAdded } from '../../../../ops/scores/inTopK.ts';
import { softmax, softmaxGradient } from '../../../../ops/scores/softmax.ts';
import type { Local, Value } from '../../assembler/function.ts';
import { f32, f32x4, i32, i32x4 } from '../../assembler/lanes.ts';
import { defineKernel, type KernelRecord } from '../../defineKernel.ts';
import { imagesOf, type KernelContext } from '../../kernel.ts';
import { advance, forRange, times } from '../language/loops.ts';
import { exp } from '../language/math.ts';

type Lanes = Value<'f32x4'>;

export interface RowContext extends KernelContext {
  readonly C: number;
  readonly row: Local<'i32'>;
  /** Byte offset of the row in a matrix, and in a vector with one number per row. */
  readonly matrixOffset: Local<'i32'>;
  readonly vectorOffset: Local<'i32'>;
}

/** The record of an op over the rows of its first input; `emitRow` computes one. */
export function defineRows<A>(
  op: OpSignature<A>,
  emitRow: (c: RowContext, node: Node, attrs: A) => void,
): KernelRecord {
  return defineKernel({
    op,
    plan: (node, attrs, context) => {
      const { shape } = node.inputs[0];
      const columns = shape[shape.length - 1];
      const rows = sizeOf(shape) / columns;
      return {
        partition: { units: rows, ...imagesOf(node, context) },
        multiplyAdds: rows * columns * 8,
        plan: { columns, attrs },
        shown: { rows, columns },
      };
    },
    emit: (c, node, { columns, attrs }) =>
      forRows(c, columns, (context) => emitRow(context, node, attrs)),
  });
}

function forRows(c: KernelContext, C: number, body: (c: RowContext) => void): void {
  const { f } = c;
  const row = f.local('i32', 'row');
  const matrixOffset = f.local('i32', 'matrixOffset');
  const vectorOffset = f.local('i32', 'vectorOffset');
  f.set(row, c.begin);
  forRange(f, row, c.end, 1, () => {
    f.set(matrixOffset, i32.mul(row, C * 4));
    f.set(vectorOffset, i32.mul(row, 4));
    body({ ...c, C, row, matrixOffset, vectorOffset });
  });
}

/** Visits the row's vectors: byte offset in the matrix and the number of real lanes. */
export function forVectors(
  c: RowContext,
  body: (offset: Value<'i32'>, count: number) => void,
): void {
  const { f, C } = c;
  const at = f.local('i32', 'at');
  f.set(at, c.matrixOffset);
  times(f, Math.floor(C / 4), () => {
    body(at, 4);
    advance(f, at, 16);
  });
  if (C % 4 > 0) body(at, C % 4);
}

/** Lanes past `count` replaced by `value`. */
function fillLanes(x: Lanes, count: number, value: number): Lanes {
  if (count === 4) return x;
  const mask = i32x4.const([0, 1, 2, 3].map((lane) => (lane < count ? -1 : 0)));
  return f32x4.select(mask, x, f32x4.splat(value));
}

export function reduceLanes(
  c: RowContext,
  x: Local<'f32x4'>,
  operation: 'add' | 'max',
): Value<'f32'> {
  const pair = c.f.reuse('f32x4', 'pair');
  c.f.set(pair, f32x4.op(operation, x, f32x4.shuffle(x, x, [2, 3, 0, 1])));
  return f32.op(operation, f32x4.extract(pair, 0), f32x4.extract(pair, 1));
}

/** The row's maximum and the sum of e^(x - max), each repeated over the lanes. */
export function exponentialSum(
  c: RowContext,
  x: Node,
): { max: Local<'f32x4'>; sum: Local<'f32x4'> } {
  const { f } = c;
  const max = f.local('f32x4', 'max');
  const sum = f.local('f32x4', 'sum');
  f.set(max, f32x4.splat(Number.NEGATIVE_INFINITY));
  forVectors(c, (at, count) => {
    const lanes = fillLanes(
      f32x4.loadPart(count, at, c.address(x)),
      count,
      Number.NEGATIVE_INFINITY,
    );
    f.set(max, f32x4.op('max', max, lanes));
  });
  f.set(max, f32x4.splat(reduceLanes(c, max, 'max')));
  f.set(sum, f32x4.splat(0));
  forVectors(c, (at, count) => {
    f.set(sum, f32x4.add(sum, fillLanes(exponential(c, x, at, count, max), count, 0)));
  });
  f.set(sum, f32x4.splat(reduceLanes(c, sum, 'add')));
  return { max, sum };
}

/** e^(x - max) for the lanes at `at`. */
export function exponential(
  c: RowContext,
  x: Node,
  at: Value<'i32'>,
  count: number,
  max: Lanes,
): Local<'f32x4'> {
  const { f } = c;
  const shifted = f.local('f32x4', 'shifted');
  f.set(shifted, f32x4.sub(f32x4.loadPart(count, at, c.address(x)), max));
  const result = f.local('f32x4', 'exponential');
  f.set(result, exp(f, c.m, shifted));
  return result;
}

export function storeLanes(
  c: RowContext,
  node: Node,
  at: Value<'i32'>,
  count: number,
  value: Lanes,
): void {
  const result = c.f.reuse('f32x4', 'stored');
  c.f.set(result, value);
  for (const store of f32x4.storePart(count, at, c.address(node), result)) c.f.run(store);
}

export const softmaxKernel = defineRows(softmax, (c, node) => {
  const [x] = node.inputs;
  const { max, sum } = exponentialSum(c, x);
  forVectors(c, (at, count) => {
    storeLanes(c, node, at, count, f32x4.div(exponential(c, x, at, count, max), sum));
  });
});

/** dx = y (dy - sum of dy y) */
export const softmaxGradientKernel = defineRows(softmaxGradient, (c, node) => {
  const [y, dy] = node.inputs;
  const { f } = c;
  const dot = f.local('f32x4', 'dot');
  f.set(dot, f32x4.splat(0));
  const at = (node_: Node, offset: Value<'i32'>, count: number) =>
    f32x4.loadPart(count, offset, c.address(node_));
  forVectors(c, (offset, count) => {
    f.set(dot, f32x4.add(dot, f32x4.mul(at(y, offset, count), at(dy, offset, count))));
  });
  f.set(dot, f32x4.splat(reduceLanes(c, dot, 'add')));
  forVectors(c, (offset, count) => {
    storeLanes(
      c,
      node,
      offset,
      count,
      f32x4.mul(at(y, offset, count), f32x4.sub(at(dy, offset, count), dot)),
    );
  });
});

const RANKING: Ranking<Value<'f32'>, Value<'i32'>, Value<'i32'>> = {
  greater: (a, b) => f32.compare('gt', a, b),
  equal: (a, b) => f32.compare('eq', a, b),
  isNaN: (a) => f32.compare('ne', a, a),
  less: (a, b) => i32.op('lt_s', a, b),
  and: (a, b) => i32.op('and', a, b),
  or: (a, b) => i32.op('or', a, b),
  times: (a, k) => i32.mul(a, k),
  add: (a, b) => i32.add(a, b),
};

/** 1 where the label's rank among the logits of its row is below k. */
export const inTopKKernel = defineRows(inTopK, (c, node, { k }) => {
  const [x, labels] = node.inputs;
  const { f, C } = c;
  const label = f.local('i32', 'label');
  const own = f.local('f32', 'own');
  const before = f.local('i32', 'before');
  const column = f.local('i32', 'column');
  const at = f.local('i32', 'at');
  f.set(label, i32.load(c.vectorOffset, c.address(labels)));
  f.set(own, f32.load(i32.add(c.matrixOffset, i32.mul(label, 4)), c.address(x)));
  f.set(before, i32.const(0));
  f.set(column, i32.const(0));
  f.set(at, c.matrixOffset);
  times(f, C, () => {
    const other = { logit: f32.load(at, c.address(x)), column };
    const added = rankAdded(RANKING, other, { logit: own, column: label }, k);
    f.set(before, i32.add(before, added));
    advance(f, column, 1);
    advance(f, at, 4);
  });
  f.run(
    f32.store(c.vectorOffset, c.address(node), f32.fromSigned(i32.lessThan(before, i32.const(k)))),
  );
});
