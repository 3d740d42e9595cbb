/**
 * @file Long sums against float64: each kernel that adds up many numbers, over more than half a million.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../../../base/random.ts';
import { type Shape, sizeOf } from '../../../../base/shape.ts';
import { batchInput, type Node } from '../../../../graph/node.ts';
import { build } from '../../../../ops/index.ts';
import type { Session } from '../../../backend.ts';
import { wasmBackend } from '../../index.ts';

/** 2^19 and a bit: no whole number of blocks, slices or vectors. */
const ROWS = 524_291;

/** Of the sum of magnitudes. Measured: 3.5e-7 and 0.6e-7; one float32 sum per column gave 2.6e-4. */
const EQUAL_ERROR = 5e-7;
const MIXED_ERROR = 1e-7;

interface LongSum {
  readonly name: string;
  readonly shape: Shape;
  readonly to: Shape;
  /** The kernel meant. */
  readonly family: string;
}

const SUMS: readonly LongSum[] = [
  { name: 'rows of a batch', shape: [9, 58_255, 3], to: [3], family: 'columnPartials' },
  {
    name: 'rows of a batch, side by side',
    shape: [8, 65_536, 2],
    to: [2],
    family: 'columnPartials',
  },
  { name: 'many columns', shape: [2 ** 14 + 3, 35], to: [35], family: 'columnPartials' },
  { name: 'rows without a batch', shape: [1, ROWS, 3], to: [3], family: 'rowSum' },
  { name: 'one row to one number each', shape: [2, ROWS], to: [2, 1], family: 'reduce' },
  {
    name: 'rows of 3 to one number each',
    shape: [2, 74_899, 7, 3],
    to: [2, 1, 1, 1],
    family: 'reduce',
  },
  { name: 'columns kept among rows', shape: [2, ROWS, 3], to: [2, 1, 3], family: 'reduce' },
  {
    name: 'columns kept between short rows',
    shape: [2, 74_899, 2, 7, 3],
    to: [2, 1, 2, 1, 3],
    family: 'reduce',
  },
  { name: 'everything', shape: [7, ROWS], to: [], family: 'total' },
];

/** The largest error of any session against float64, relative to the sum of magnitudes. */
async function errorOf(
  sessions: readonly Session[],
  { shape, to, family }: LongSum,
  fill: () => number,
): Promise<number> {
  const numbers = new Float32Array(sizeOf(shape));
  for (let i = 0; i < numbers.length; i++) numbers[i] = fill();
  const [sums, magnitudes] = exactly(numbers, shape, to);
  let most = 0;
  for (const session of sessions) {
    const y: Node = build('sumTo', [batchInput('x', shape)], { shape: to });
    const program = session.compile({ outputs: { y }, updates: [] });
    expect(program.profile?.().kernels.map((kernel) => kernel.family)).toContain(family);
    program.input('x').set(numbers);
    program.run();
    const found = await program.output('y');
    for (let i = 0; i < sums.length; i++) {
      const error = Math.abs(found[i] - sums[i]) / magnitudes[i];
      if (Number.isNaN(error)) return error;
      most = Math.max(most, error);
    }
    program.close();
  }
  return most;
}

/** Sums and sums of magnitudes in float64. */
function exactly(x: ArrayLike<number>, from: Shape, to: Shape): [number[], number[]] {
  const lead = from.length - to.length;
  const kept = from.map((_, axis) => axis >= lead && to[axis - lead] !== 1);
  const sums = new Array<number>(sizeOf(to)).fill(0);
  const magnitudes = sums.slice();
  const at = from.map(() => 0);
  for (let i = 0; i < x.length; i++) {
    let j = 0;
    for (let axis = 0; axis < from.length; axis++) if (kept[axis]) j = j * from[axis] + at[axis];
    sums[j] += x[i];
    magnitudes[j] += Math.abs(x[i]);
    for (let axis = from.length - 1; axis >= 0 && ++at[axis] === from[axis]; axis--) at[axis] = 0;
  }
  return [sums, magnitudes];
}

describe('long sums, in pairs by two threads and in 128-bit lanes by one', () => {
  const opened = Promise.all([
    wasmBackend.open({ threads: 2 }),
    wasmBackend.open({ threads: 1, revectorize: 'off' }),
  ]);
  afterAll(async () => {
    for (const session of await opened) await session.close();
  });

  it.each(SUMS)('$name ($family)', async (sum) => {
    const sessions = await opened;
    // Equal numbers err all to one side; of mean 0, the sum is far smaller than what is added.
    expect(await errorOf(sessions, sum, () => 0.1), 'equal').toBeLessThan(EQUAL_ERROR);
    const random = new RandomStream(1, sum.name);
    expect(await errorOf(sessions, sum, () => random.uniform(-1, 1)), 'of mean 0').toBeLessThan(
      MIXED_ERROR,
    );
  });

  it.each(SUMS)('$name: infinity stays infinity, NaN is NaN', async ({ shape, to }) => {
    for (const session of await opened) {
      const y = build('sumTo', [batchInput('x', shape)], { shape: to });
      const program = session.compile({ outputs: { y }, updates: [] });
      const x = program.input('x').fill(1);
      x[0] = Number.POSITIVE_INFINITY;
      program.run();
      const [first, ...others] = await program.output('y');
      expect(first).toBe(Number.POSITIVE_INFINITY);
      expect(others.every(Number.isFinite)).toBe(true);
      x[0] = Number.NaN;
      program.run();
      expect((await program.output('y'))[0]).toBeNaN();
      program.close();
    }
  });
});
