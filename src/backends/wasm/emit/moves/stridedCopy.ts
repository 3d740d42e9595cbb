/**
 * @file Copies between layouts: the lists of `compile/moves/`, written down as nested loops.
 *
 * Everything in this backend that only moves numbers is one of these. A copy may add to what stands there: the
 * gradients of such moves.
 */
import { sizeOf } from '../../../../base/shape.ts';
import {
  type CopiesOf,
  type Copy,
  type CopyLevel,
  type CopyList,
  mergeLevels,
} from '../../../../compile/moves/copy.ts';
import type { Node } from '../../../../graph/node.ts';
import type { OpSignature } from '../../../../ops/op.ts';
import type { FunctionBuilder, Local, Value } from '../../assembler/function.ts';
import { f32, f32x4, i32, memory } from '../../assembler/lanes.ts';
import { defineKernel, type KernelRecord } from '../../defineKernel.ts';
import { imagesOf, type KernelContext } from '../../kernel.ts';
import { advance, forRange, times } from '../language/loops.ts';

export interface CopyPlan extends CopyList {
  readonly units: number;
  /** Units are steps of the copies' first level. */
  readonly cut: boolean;
}

/** Cut along the batch, else along a first level that all copies share (then nothing may be filled before). */
export function planCopies(list: CopyList, images: number | undefined): CopyPlan {
  const extents = new Set(list.copies.flat().map((copy) => copy.levels[0]?.extent ?? 1));
  const cut = images !== undefined || (extents.size === 1 && list.fill === undefined);
  return { ...list, cut, units: images ?? (cut ? [...extents][0] : 1) };
}

/** The record of an op that only moves numbers, by where each comes from. Where it is batched, so is level 0. */
export function defineCopy<A>(op: OpSignature<A>, copiesOf: CopiesOf<A>): KernelRecord {
  return defineKernel({
    op,
    plan: (node, attrs, context) => {
      const list = copiesOf(node, attrs);
      const batch = imagesOf(node, context);
      const plan = planCopies(list, batch.images);
      return {
        partition: { units: plan.units, ...batch },
        multiplyAdds: 0,
        plan,
        shown: {
          copies: list.copies.flat().length,
          fill: list.fill ?? 'none',
          elements: sizeOf(node.shape),
        },
      };
    },
    emit: emitCopies,
  });
}

function emitCopies(c: KernelContext, node: Node, { copies, fill, units, cut }: CopyPlan): void {
  const { f } = c;
  const to = f.local('i32', 'to');
  const from = f.local('i32', 'from');
  const bytes = (sizeOf(node.shape) / units) * 4;
  if (fill !== undefined) {
    f.set(to, i32.add(i32.mul(c.begin, bytes), c.address(node)));
    emitFill(c, to, i32.mul(i32.sub(c.end, c.begin), bytes), fill);
  }
  copies.forEach((list, i) => {
    for (const copy of list) emitCopy(c, node, node.inputs[i], copy, cut, { to, from });
  });
}

function emitCopy(
  c: KernelContext,
  result: Node,
  source: Node,
  copy: Copy,
  cut: boolean,
  { to, from }: { to: Local<'i32'>; from: Local<'i32'> },
): void {
  const { f } = c;
  const startTo = c.address(result) + copy.to * 4;
  const startFrom = c.address(source) + copy.from * 4;
  const run = copy.add === true ? emitAddition : emitRun;
  if (!cut) {
    f.set(to, i32.const(startTo));
    f.set(from, i32.const(startFrom));
    emitLevels(f, copy.levels, to, from, run);
    return;
  }
  const [first, ...inner] = copy.levels;
  const unit = f.reuse('i32', 'unit');
  f.set(unit, c.begin);
  f.set(to, i32.add(i32.mul(unit, first.to * 4), startTo));
  f.set(from, i32.add(i32.mul(unit, first.from * 4), startFrom));
  forRange(f, unit, c.end, 1, () => {
    emitLevels(f, inner, to, from, run);
    advance(f, to, first.to * 4);
    advance(f, from, first.from * 4);
  });
}

/** Nested loops; both pointers end where they started. */
function emitLevels(
  f: FunctionBuilder,
  levels: readonly CopyLevel[],
  to: Local<'i32'>,
  from: Local<'i32'>,
  run: EmitRun,
): void {
  const [level, ...inner] = mergeLevels(levels);
  if (level === undefined) {
    run(f, 1, to, from);
    return;
  }
  const { extent } = level;
  if (inner.length === 0 && level.from === 1 && level.to === 1) {
    run(f, extent, to, from);
    return;
  }
  times(f, extent, () => {
    emitLevels(f, inner, to, from, run);
    advance(f, to, level.to * 4);
    advance(f, from, level.from * 4);
  });
  advance(f, to, -extent * level.to * 4);
  advance(f, from, -extent * level.from * 4);
}

/** Writes `count` neighbours; both pointers end where they started. */
type EmitRun = (f: FunctionBuilder, count: number, to: Local<'i32'>, from: Local<'i32'>) => void;

/** A contiguous run: a bulk copy when long, else vectors and single elements. */
function emitRun(f: FunctionBuilder, count: number, to: Local<'i32'>, from: Local<'i32'>): void {
  if (count > 64) {
    f.run(memory.copy(to, from, count * 4));
    return;
  }
  let i = 0;
  // Both loads before both stores: V8 fuses neighbours only where no store stands between.
  for (; i + 8 <= count; i += 8) {
    const pair = [0, 1].map((v) => {
      const moved = f.reuse('f32x4', `moved${v}`);
      f.set(moved, f32x4.load(from, 4 * i + 16 * v));
      return moved;
    });
    pair.forEach((moved, v) => {
      f.run(f32x4.store(to, 4 * i + 16 * v, moved));
    });
  }
  for (; i + 4 <= count; i += 4) f.run(f32x4.store(to, 4 * i, f32x4.load(from, 4 * i)));
  for (; i < count; i++) f.run(f32.store(to, 4 * i, f32.load(from, 4 * i)));
}

/** A contiguous run, added: vectors in a loop, then single elements. */
function emitAddition(
  f: FunctionBuilder,
  count: number,
  to: Local<'i32'>,
  from: Local<'i32'>,
): void {
  const together = count >= 8 ? 8 : 4;
  const whole = Math.floor(count / together);
  times(f, whole, () => {
    const sums = Array.from({ length: together / 4 }, (_, v) => {
      const sum = f.reuse('f32x4', `added${v}`);
      f.set(sum, f32x4.add(f32x4.load(to, 16 * v), f32x4.load(from, 16 * v)));
      return sum;
    });
    sums.forEach((sum, v) => {
      f.run(f32x4.store(to, 16 * v, sum));
    });
    advance(f, to, together * 4);
    advance(f, from, together * 4);
  });
  for (let i = 0; i < count % together; i++)
    f.run(f32.store(to, 4 * i, f32.op('add', f32.load(to, 4 * i), f32.load(from, 4 * i))));
  advance(f, to, -whole * together * 4);
  advance(f, from, -whole * together * 4);
}

/** Sets a range of bytes to one repeated number. */
export function emitFill(
  c: KernelContext,
  start: Local<'i32'>,
  bytes: Value<'i32'>,
  value: number,
): void {
  const { f } = c;
  if (Object.is(value, 0)) {
    f.run(memory.fill(start, 0, bytes));
    return;
  }
  const end = f.reuse('i32', 'fillEnd');
  f.set(end, i32.add(start, bytes));
  forRange(f, start, end, 4, () => f.run(f32.store(start, 0, value)));
}
