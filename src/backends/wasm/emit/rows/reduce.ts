/**
 * @file The general sum: any axes kept, any others summed. The common ones have faster kernels in `sum.ts`.
 *
 * Neighbouring axes of one kind are one level. Rows of kept columns are summed in lanes side by side; rows
 * that are summed themselves are added up in lanes and then across them. One unit is one step of the
 * outermost kept level. Previous stop: `lowering/lower.ts`.
 */
import { type Shape, sizeOf, stridesOf } from '../../../../base/shape.ts';
import type { Node } from '../../../../graph/node.ts';
import type { FunctionBuilder, Local, Value } from '../../assembler/function.ts';
import { f32, f32x4, i32 } from '../../assembler/lanes.ts';
import { defineKernel } from '../../defineKernel.ts';
import { imagesOf, type KernelContext } from '../../kernel.ts';
import { BLOCK, type BlockedSums, beginSums } from '../language/blockedSums.ts';
import { advance, forRange, times } from '../language/loops.ts';
import { reduce } from './ops.ts';

export interface SumLevel {
  readonly kept: boolean;
  readonly extent: number;
  /** Elements from one step to the next, in the input and in the result (0 where summed). */
  readonly from: number;
  readonly to: number;
}

/** Outermost first; extents of 1 are left out. */
export function sumLevels(from: Shape, to: Shape): SumLevel[] {
  const lead = from.length - to.length;
  const fromStrides = stridesOf(from);
  const toStrides = stridesOf(to);
  const levels: SumLevel[] = [];
  from.forEach((extent, axis) => {
    if (extent === 1) return;
    const kept = axis >= lead && to[axis - lead] !== 1;
    const level = { kept, extent, from: fromStrides[axis], to: kept ? toStrides[axis - lead] : 0 };
    const outer = levels.at(-1);
    if (outer?.kept === kept)
      levels[levels.length - 1] = { ...level, extent: extent * outer.extent };
    else levels.push(level);
  });
  return levels;
}

interface ReducePlan {
  readonly levels: readonly SumLevel[];
  /** A unit is a step of the first level: it is kept, and is not the row itself. */
  readonly cut: boolean;
}

export const reduceKernel = defineKernel({
  op: reduce,
  plan: (node, _attrs, context) => {
    const [x] = node.inputs;
    const levels = sumLevels(x.shape, node.shape);
    const [outer] = levels;
    const cut = outer.kept && levels.length > 1;
    return {
      partition: { units: cut ? outer.extent : 1, ...(cut ? imagesOf(node, context) : {}) },
      multiplyAdds: sizeOf(x.shape),
      plan: { levels, cut },
      shown: { levels: levels.map((l) => `${l.kept ? 'keep' : 'sum'} ${l.extent}`).join(', ') },
    };
  },
  emit: emitReduce,
});

function emitReduce(c: KernelContext, node: Node, { levels, cut }: ReducePlan): void {
  const [x] = node.inputs;
  const [outer] = levels;
  const { f } = c;
  const from = f.local('i32', 'from');
  const to = f.local('i32', 'to');
  const unit = f.local('i32', 'unit');
  const step = cut ? outer : { from: 0, to: 0 };
  f.set(unit, c.begin);
  f.set(from, i32.add(i32.mul(c.begin, step.from * 4), c.address(x)));
  f.set(to, i32.add(i32.mul(c.begin, step.to * 4), c.address(node)));
  forRange(f, unit, c.end, 1, () => {
    emitKept(c, cut ? levels.slice(1) : levels, from, to);
    advance(f, from, step.from * 4);
    advance(f, to, step.to * 4);
  });
}

/** Loops over kept levels, then sums what is left; both pointers end where they started. */
function emitKept(
  c: KernelContext,
  levels: readonly SumLevel[],
  from: Local<'i32'>,
  to: Local<'i32'>,
): void {
  const { f } = c;
  const row = levels[levels.length - 1];
  const level = levels.find((l) => l.kept && l !== row);
  if (level !== undefined) {
    const inner = levels.filter((l) => l !== level);
    times(f, level.extent, () => {
      emitKept(c, inner, from, to);
      advance(f, from, level.from * 4);
      advance(f, to, level.to * 4);
    });
    advance(f, from, -level.extent * level.from * 4);
    advance(f, to, -level.extent * level.to * 4);
    return;
  }
  const summed = levels.slice(0, -1);
  if (row.kept) emitColumns(f, row.extent, summed, from, to);
  else emitRow(f, row.extent, summed, from, to);
}

/** Runs the body at every step of some summed levels. */
function walk(
  f: FunctionBuilder,
  levels: readonly SumLevel[],
  at: Local<'i32'>,
  body: () => void,
): void {
  const [level, ...inner] = levels;
  if (level === undefined) {
    body();
    return;
  }
  times(f, level.extent, () => {
    walk(f, inner, at, body);
    advance(f, at, level.from * 4);
  });
  advance(f, at, -level.extent * level.from * 4);
}

const turnsOf = (levels: readonly SumLevel[]): number =>
  levels.reduce((product, { extent }) => product * extent, 1);

/**
 * Runs the body at every step of some summed levels, and ends a block wherever one is full: the level that
 * holds more than a block, the ones inside of it less, is walked in parts.
 */
function walkBlocks(
  f: FunctionBuilder,
  levels: readonly SumLevel[],
  at: Local<'i32'>,
  { endBlock }: BlockedSums,
  body: () => void,
): void {
  const cut = levels.findLastIndex((_, i) => turnsOf(levels.slice(i)) > BLOCK);
  if (cut < 0) {
    walk(f, levels, at, body);
    endBlock();
    return;
  }
  const level = levels[cut];
  const inner = levels.slice(cut + 1);
  const steps = Math.floor(BLOCK / turnsOf(inner));
  const part = (extent: number): void => {
    walk(f, [{ ...level, extent }, ...inner], at, body);
    advance(f, at, extent * level.from * 4);
    endBlock();
  };
  walk(f, levels.slice(0, cut), at, () => {
    times(f, Math.floor(level.extent / steps), () => part(steps));
    if (level.extent % steps > 0) part(level.extent % steps);
    advance(f, at, -level.extent * level.from * 4);
  });
}

const MOST_VECTORS = 8;

/** Kept columns: as many sums as columns, up to eight vectors at a time. */
function emitColumns(
  f: FunctionBuilder,
  columns: number,
  summed: readonly SumLevel[],
  from: Value<'i32'>,
  to: Value<'i32'>,
): void {
  const at = f.reuse('i32', 'sumFrom');
  const column = f.reuse('i32', 'columnBytes');
  const chunk = (count: number): void => {
    const blocked = beginSums(f, Math.ceil(count / 4), turnsOf(summed));
    const { sums } = blocked;
    f.set(at, i32.add(from, column));
    // Lanes past the last column read what comes next and are dropped.
    walkBlocks(f, summed, at, blocked, () => {
      sums.forEach((sum, v) => {
        f.set(sum, f32x4.add(sum, f32x4.load(at, 16 * v)));
      });
    });
    blocked.finish();
    f.set(at, i32.add(to, column));
    sums.forEach((sum, v) => {
      const lanes = Math.min(4, count - 4 * v);
      for (const store of f32x4.storePart(lanes, at, 16 * v, sum)) f.run(store);
    });
  };
  f.set(column, i32.const(0));
  times(f, Math.floor(columns / (4 * MOST_VECTORS)), () => {
    chunk(4 * MOST_VECTORS);
    advance(f, column, 16 * MOST_VECTORS);
  });
  if (columns % (4 * MOST_VECTORS) > 0) chunk(columns % (4 * MOST_VECTORS));
}

/** Rows that are summed themselves, to one number. */
function emitRow(
  f: FunctionBuilder,
  extent: number,
  summed: readonly SumLevel[],
  from: Value<'i32'>,
  to: Value<'i32'>,
): void {
  const at = f.reuse('i32', 'sumFrom');
  const eights = { kept: false, extent: Math.floor(extent / 8), from: 8, to: 0 };
  const tail = extent % 8;
  const blocked = beginSums(f, 2, turnsOf([...summed, eights]) + turnsOf(summed));
  const { sums } = blocked;
  // The whole vectors of all rows, then what is left of each.
  f.set(at, from);
  if (eights.extent > 0) {
    walkBlocks(f, [...summed, eights], at, blocked, () => {
      sums.forEach((sum, v) => {
        f.set(sum, f32x4.add(sum, f32x4.load(at, 16 * v)));
      });
    });
  }
  if (tail > 0) {
    advance(f, at, 32 * eights.extent);
    walkBlocks(f, summed, at, blocked, () => {
      sums.forEach((sum, v) => {
        const count = Math.min(4, tail - 4 * v);
        if (count > 0) f.set(sum, f32x4.add(sum, f32x4.loadPart(count, at, 16 * v)));
      });
    });
  }
  blocked.finish();
  const [sum] = sums;
  f.set(sum, f32x4.add(sum, sums[1]));
  const lane = (l: number): Value<'f32'> => f32x4.extract(sum, l);
  const total = f32.op('add', f32.op('add', lane(0), lane(1)), f32.op('add', lane(2), lane(3)));
  f.run(f32.store(to, 0, total));
}
