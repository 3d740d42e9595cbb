/**
 * @file Squared distances of rows to centres and their gradients, vectorised over the D dimensions.
 *
 *   y[n,m] = sum over d of (x[n,d] - w[m,d])^2
 *
 * One unit is one row of the result. Previous stop: `ops/scores/rbf.ts`.
 */
import { sizeOf } from '../../../../base/shape.ts';
import type { Node } from '../../../../graph/node.ts';
import type { OpSignature } from '../../../../ops/op.ts';
import { rbf, rbfCentersGradient, rbfInputGradient } from '../../../../ops/scores/rbf.ts';
import type { Local, Value } from '../../assembler/function.ts';
import { f32, f32x4, i32 } from '../../assembler/lanes.ts';
import { defineKernel, type KernelRecord } from '../../defineKernel.ts';
import { imagesOf, type KernelContext } from '../../kernel.ts';
import { advance, forRange, times } from '../language/loops.ts';

/** The record of a kernel over the rows of its result; `emitRow` computes row `row`. */
function distanceKernel<A>(
  op: OpSignature<A>,
  emitRow: (c: KernelContext, node: Node, row: Local<'i32'>) => void,
): KernelRecord {
  return defineKernel({
    op,
    plan: (node, _attrs, context) => {
      const [x, centers] = node.inputs;
      return {
        partition: { units: node.shape[0], ...imagesOf(node, context) },
        multiplyAdds: 2 * sizeOf(x.shape) * centers.shape[0],
        plan: { rows: x.shape[0], centers: centers.shape[0], dimensions: x.shape[1] },
      };
    },
    emit: (c, node) => {
      const row = c.f.local('i32', 'row');
      c.f.set(row, c.begin);
      forRange(c.f, row, c.end, 1, () => emitRow(c, node, row));
    },
  });
}

export const rbfKernel = distanceKernel(rbf, (c, node, row) => {
  const [x, centers] = node.inputs;
  const [M, D] = centers.shape;
  const { f, m } = c;
  const ptrX = f.reuse('i32', 'ptrX');
  const ptrW = f.reuse('i32', 'ptrW');
  const ptrY = f.reuse('i32', 'ptrY');
  const sum = f.reuse('f32x4', 'sum');
  const difference = f.reuse('f32x4', 'difference');
  const add = (count: number): void => {
    f.set(difference, f32x4.sub(f32x4.loadPart(count, ptrX), f32x4.loadPart(count, ptrW)));
    f.set(sum, m.madd(difference, difference, sum));
  };
  f.set(ptrW, i32.const(c.address(centers)));
  f.set(ptrY, i32.add(i32.mul(row, M * 4), c.address(node)));
  times(f, M, () => {
    f.set(ptrX, i32.add(i32.mul(row, D * 4), c.address(x)));
    f.set(sum, f32x4.splat(0));
    times(f, Math.floor(D / 4), () => {
      add(4);
      advance(f, ptrX, 16);
      advance(f, ptrW, 16);
    });
    if (D % 4 > 0) add(D % 4);
    advance(f, ptrW, (D % 4) * 4);
    const lane = (l: number): Value<'f32'> => f32x4.extract(sum, l);
    const low = f32.op('add', lane(0), lane(1));
    f.run(f32.store(ptrY, 0, f32.op('add', low, f32.op('add', lane(2), lane(3)))));
    advance(f, ptrY, 4);
  });
});

/** dx[n,d] = 2 sum over m of dy[n,m] (x[n,d] - w[m,d]) */
export const rbfInputGradientKernel = distanceKernel(rbfInputGradient, (c, node, row) => {
  const [x, centers, dy] = node.inputs;
  const [M, D] = centers.shape;
  emitPull(c, row, { node, D, own: x, others: centers, count: M, dy, dyRow: M, dyStep: 1 });
});

/** dw[m,d] = 2 sum over n of dy[n,m] (w[m,d] - x[n,d]) */
export const rbfCentersGradientKernel = distanceKernel(rbfCentersGradient, (c, node, row) => {
  const [x, centers, dy] = node.inputs;
  const [N, D] = x.shape;
  const M = centers.shape[0];
  emitPull(c, row, { node, D, own: centers, others: x, count: N, dy, dyRow: 1, dyStep: M });
});

interface Pull {
  readonly node: Node;
  readonly D: number;
  readonly own: Node;
  readonly others: Node;
  readonly count: number;
  readonly dy: Node;
  /** Elements of dy from one row of the result to the next, and from one of the others to the next. */
  readonly dyRow: number;
  readonly dyStep: number;
}

/** result[row,d] = 2 sum over the others of dy (own[row,d] - other[d]) */
function emitPull(c: KernelContext, row: Local<'i32'>, p: Pull): void {
  const { f, m } = c;
  const at = f.reuse('i32', 'at');
  const ptrOther = f.reuse('i32', 'ptrOther');
  const ptrDy = f.reuse('i32', 'ptrDy');
  const column = f.reuse('i32', 'columnBytes');
  const own = f.reuse('f32x4', 'own');
  const sum = f.reuse('f32x4', 'sum');
  const part = (count: number): void => {
    f.set(at, i32.add(i32.mul(row, p.D * 4), column));
    f.set(own, f32x4.loadPart(count, at, c.address(p.own)));
    f.set(sum, f32x4.splat(0));
    f.set(ptrOther, i32.add(column, c.address(p.others)));
    f.set(ptrDy, i32.add(i32.mul(row, p.dyRow * 4), c.address(p.dy)));
    times(f, p.count, () => {
      const difference = f32x4.sub(own, f32x4.loadPart(count, ptrOther));
      f.set(sum, m.madd(difference, f32x4.loadSplat(ptrDy), sum));
      advance(f, ptrOther, p.D * 4);
      advance(f, ptrDy, p.dyStep * 4);
    });
    f.set(sum, f32x4.add(sum, sum));
    for (const store of f32x4.storePart(count, at, c.address(p.node), sum)) f.run(store);
  };
  f.set(column, i32.const(0));
  times(f, Math.floor(p.D / 4), () => {
    part(4);
    advance(f, column, 16);
  });
  if (p.D % 4 > 0) part(p.D % 4);
}
