/**
 * @file The ladder of every op: plain loops, 128-bit lanes, 256-bit pairs, all threads, Winograd.
 *
 * Each rung computes the same problem and is held to the plain loops before it is timed. Rungs are climbed
 * one after another over all ops: the flag that allows pairs holds for all code compiled after it.
 */
import type { Session } from '../backends/backend.ts';
import { wasmBackend } from '../backends/wasm/index.ts';
import type { WasmOptions } from '../backends/wasm/options.ts';
import { advice, FoveaError, setting } from '../base/errors.ts';
import { at } from '../base/lists.ts';
import { sizeOf } from '../base/shape.ts';
import { opOf } from '../ops/index.ts';
import type { NumberArray } from '../ops/op.ts';
import { measure } from './measure.ts';
import { type OpCase, opCases } from './opCases.ts';

export interface Rung {
  readonly rung: string;
  readonly ms: number;
  /** Times as fast as the plain loops. */
  readonly ratio: number;
  /** Largest difference from the plain loops, relative to their largest number. */
  readonly error: number;
}

export interface Ladder {
  readonly op: string;
  readonly size: string;
  readonly plainMs: number;
  readonly rungs: readonly Rung[];
}

export interface OpLadderOptions {
  /** Of the rung that uses all threads; default: all cores. */
  readonly threads?: number;
  /** Ops whose name holds this alone. */
  readonly only?: string;
  /** Time for one measurement, in milliseconds. */
  readonly budgetMs?: number;
  /** Told what begins: "plain loops", "128-bit lanes". */
  readonly onRung?: (name: string) => void;
}

/** Relative to the largest number: float32 sums in another order; Winograd's transforms cost digits. */
const TOLERANCE = 1e-4;
const WINOGRAD_TOLERANCE = 1e-3;

interface Climber {
  readonly test: OpCase;
  readonly expected: NumberArray;
  readonly plainMs: number;
  readonly rungs: Rung[];
}

interface Step {
  readonly name: (threads: number) => string;
  readonly options: WasmOptions;
  /** Climbed only where pairs run. */
  readonly needsPairs?: true;
  readonly takes?: (climber: Climber) => boolean;
}

/** Sessions without pairs come first. */
function stepsOf(threads: number | undefined): readonly Step[] {
  const all = { ...(threads === undefined ? {} : { threads }) };
  const winograd = 'off';
  return [
    { name: () => '128-bit lanes', options: { threads: 1, revectorize: 'off', winograd } },
    { name: () => '256-bit pairs', options: { threads: 1, winograd }, needsPairs: true },
    { name: (n) => `${n} threads`, options: { ...all, winograd } },
    {
      name: (n) => `${n} threads, Winograd`,
      options: { ...all, winograd: 'always' },
      takes: canBeWinograd,
    },
  ];
}

export async function opLadders({
  threads,
  only = '',
  budgetMs = 100,
  onRung = () => {},
}: OpLadderOptions = {}): Promise<Ladder[]> {
  onRung('plain loops');
  const climbers = Array.from(opCases(only), plainLoops);
  if (climbers.length === 0) return [];
  for (const { name, options, needsPairs = false, takes = () => true } of stepsOf(threads)) {
    const session = await wasmBackend.open(options);
    try {
      if (needsPairs && !session.target.pairs) continue;
      const rung = name(session.threads);
      onRung(rung);
      const tolerance = options.winograd === 'always' ? WINOGRAD_TOLERANCE : TOLERANCE;
      for (const climber of climbers.filter(takes)) {
        climber.rungs.push(await climb(climber, session, { rung, tolerance, budgetMs }));
      }
    } finally {
      await session.close();
    }
  }
  return climbers.map(({ test: { op, size }, plainMs, rungs }) => ({ op, size, plainMs, rungs }));
}

/** One problem on one session: checked, then timed. */
async function climb(
  { test, expected, plainMs }: Climber,
  session: Session,
  { rung, tolerance, budgetMs }: { rung: string; tolerance: number; budgetMs: number },
): Promise<Rung> {
  const program = session.compile({ outputs: { y: test.node }, updates: [] });
  for (const [i, numbers] of test.numbers.entries()) program.input(`x${i}`).set(numbers);
  program.run();
  const error = differenceOf(expected, await program.output('y'));
  if (error > tolerance) {
    throw new FoveaError({
      where: `${test.op} of ${test.size}, ${rung}`,
      problem: `differs from the plain loops by ${error.toExponential(1)} of their largest number`,
      expected: `at most ${tolerance}`,
      fix: advice`report this: a kernel is wrong on this machine; ${setting('winograd', 'off')} and ${setting('revectorize', 'off')} compute without it`,
    });
  }
  const { medianMs: ms } = measure(program.run, { budgetMs, mostRuns: 200 });
  return { rung, ms, ratio: plainMs / ms, error };
}

/** Convolutions and their gradients; the problems here have no strides. */
function canBeWinograd({ test: { op } }: Climber): boolean {
  return op.startsWith('conv2d');
}

/** The op's own loops, twice where that is quick: the first run compiles them. */
function plainLoops(test: OpCase): Climber {
  const { node, numbers } = test;
  const size = sizeOf(node.shape);
  const data = node.dtype === 'i32' ? new Int32Array(size) : new Float32Array(size);
  const inputs = node.inputs.map(({ shape }, i) => ({ shape, data: at(numbers, i, 'input') }));
  const run = (): number => {
    const start = performance.now();
    opOf(node.op).reference(inputs, { shape: node.shape, data }, node.attrs);
    return performance.now() - start;
  };
  const first = run();
  const plainMs = first > 500 ? first : Math.min(run(), run());
  return { test, expected: data, plainMs, rungs: [] };
}

/** The largest difference as a share of the largest number; infinite where one side alone is NaN. */
function differenceOf(expected: NumberArray, actual: NumberArray): number {
  let [largest, difference] = [1e-30, 0];
  for (const [i, value] of expected.entries()) {
    const other = at(actual, i, 'number');
    largest = Math.max(largest, Math.abs(value));
    const off = Object.is(value, other) ? 0 : Math.abs(value - other);
    difference = Math.max(difference, Number.isNaN(off) ? Number.POSITIVE_INFINITY : off);
  }
  return difference / largest;
}
