/**
 * @file Matrix product of a few rows by a large matrix: a dense layer asked about one picture.
 *
 * All the time goes into reading B once. A unit is a wide block of columns, so that threads read different
 * parts of B and every row of it is read in long runs; nothing is packed. For more rows see `packed.ts`.
 */
import type { Node } from '../../../../graph/node.ts';
import { i32 } from '../../assembler/lanes.ts';
import { defineKernel } from '../../defineKernel.ts';
import type { KernelContext, PlanContext } from '../../kernel.ts';
import { epilogueOf, storeTile } from '../language/epilogue.ts';
import { advance, forRange } from '../language/loops.ts';
import { tileLocals, tileLoop, zeroTile } from '../language/tile.ts';
import { matmulThin } from './ops.ts';

interface ThinPlan {
  readonly M: number;
  readonly K: number;
  readonly N: number;
  readonly vectors: number;
}

export const matmulThinKernel = defineKernel({
  op: matmulThin,
  finishesInPlace: true,
  plan: (node, _attrs, context) => {
    const plan = planThin(node, context);
    const { M, K, N, vectors } = plan;
    return {
      partition: { units: Math.ceil(N / (4 * vectors)) },
      multiplyAdds: M * K * N,
      plan,
    };
  },
  emit: emitThin,
});

export function planThin(node: Node, { target }: PlanContext): ThinPlan {
  const [M, N] = node.shape;
  const K = node.inputs[0].shape[1];
  // As many sums as hide the latency of a multiply-add: 8 registers.
  const vectors = Math.floor((target.pairs ? 16 : 8) / M / 2) * 2;
  return { M, K, N, vectors };
}

function emitThin(c: KernelContext, node: Node, { M, K, N, vectors }: ThinPlan): void {
  const { f, m } = c;
  const [a, b] = node.inputs;
  const epilogue = epilogueOf(node, 2);
  const unit = f.local('i32', 'unit');
  const columnBytes = f.local('i32', 'columnBytes');
  const ptrA = f.local('i32', 'ptrA');
  const ptrB = f.local('i32', 'ptrB');
  const width = 16 * vectors;
  const block = (columns: number): void => {
    const acc = tileLocals(f, { rows: M, vectors: Math.ceil(columns / 4) });
    zeroTile(f, acc);
    f.set(ptrA, i32.const(c.address(a)));
    f.set(ptrB, i32.add(columnBytes, c.address(b)));
    tileLoop(f, m, acc, {
      ptrA,
      ptrB,
      steps: K,
      advanceA: 4,
      advanceB: 4 * N,
      offsetA: (r) => r * K * 4,
    });
    storeTile(c, acc, epilogue, {
      offset: columnBytes,
      rowBytes: 4 * N,
      columnOffset: columnBytes,
      columns,
      result: c.address(node),
    });
  };
  const rest = N % (4 * vectors);
  f.set(unit, c.begin);
  f.set(columnBytes, i32.mul(unit, width));
  forRange(f, unit, c.end, 1, () => {
    if (rest === 0) block(4 * vectors);
    else {
      const isLast = i32.op('eq', unit, i32.const(Math.floor(N / (4 * vectors))));
      f.if(
        isLast,
        () => block(rest),
        () => block(4 * vectors),
      );
    }
    advance(f, columnBytes, width);
  });
}
