/**
 * @file Long sums in two levels, so that their error does not grow with their length.
 *
 * Numbers are added up in blocks of 32; the sums of blocks are added with the rounding error of each addition
 * taken off the next number (Kahan 1965). Over 524,288 equal numbers one float32 sum is wrong by 2.6e-4, this
 * one by 1e-7. Sums of one block are plain. Previous stop: `loops.ts`. Next stop: `../rows/sum.ts`.
 */
import type { FunctionBuilder, Local, Value } from '../../assembler/function.ts';
import { f32x4, i32, i32x4 } from '../../assembler/lanes.ts';
import { forRange } from './loops.ts';

/** Turns that are added up plainly. */
export const BLOCK = 32;

export interface BlockedSums {
  /** What the turns of a block add to. */
  readonly sums: readonly Local<'f32x4'>[];
  /** Adds the block to the totals and begins the next. */
  endBlock(): void;
  /** After the last block, the totals stand in `sums`. */
  finish(): void;
}

/** `count` vectors of sums side by side, at zero, of `most` numbers each or fewer. */
export function beginSums(f: FunctionBuilder, count: number, most: number): BlockedSums {
  const locals = (name: string) =>
    Array.from({ length: count }, (_, v) => f.reuse('f32x4', `${name}${v}`));
  const clear = (all: readonly Local<'f32x4'>[]): void => {
    for (const local of all) f.set(local, f32x4.splat(0));
  };
  const sums = locals('sum');
  clear(sums);
  if (most <= BLOCK) return { sums, endBlock: () => undefined, finish: () => undefined };
  const totals = locals('total');
  const excesses = locals('excess');
  clear(totals);
  clear(excesses);
  const raised = f.reuse('f32x4', 'raised');
  const addBlock = (v: number): void => {
    const [sum, total, excess] = [sums[v], totals[v], excesses[v]];
    f.set(sum, f32x4.sub(sum, excess));
    f.set(raised, f32x4.add(total, sum));
    f.set(excess, f32x4.sub(f32x4.sub(raised, total), sum));
    // Beside an infinite total there is no error to carry, and infinity minus itself is NaN.
    const known = f32x4.compare('eq', excess, excess);
    f.set(excess, f32x4.fromBits(i32x4.bits('and', known, i32x4.fromBits(excess))));
    f.set(total, raised);
    f.set(sum, f32x4.splat(0));
  };
  return {
    sums,
    endBlock: () => {
      for (let v = 0; v < count; v++) addBlock(v);
    },
    finish: () => {
      for (let v = 0; v < count; v++) f.set(sums[v], totals[v]);
    },
  };
}

/** Runs the body at every `step` bytes from `at` to `end`, which it moves; of `most` turns or fewer. */
export function forBlocks(
  f: FunctionBuilder,
  at: Local<'i32'>,
  end: Value<'i32'>,
  step: number,
  most: number,
  { endBlock }: BlockedSums,
  body: () => void,
): void {
  if (most <= BLOCK) {
    forRange(f, at, end, step, body);
    return;
  }
  const blockEnd = f.reuse('i32', 'blockEnd');
  f.if(i32.lessThan(at, end), () => {
    f.repeatWhile(() => {
      f.set(blockEnd, i32.min(i32.add(at, BLOCK * step), end));
      forRange(f, at, blockEnd, step, body);
      endBlock();
      return i32.lessThan(at, end);
    });
  });
}
