/**
 * @file What a conformance case is: an op, its inputs and the kind of numbers in them.
 *
 * Numbers are drawn by the case's name, so a case is the same everywhere and forever. Next stop:
 * `windowCases.ts` and its siblings for the cases, `judge.ts` for how one is judged.
 */
import { RandomStream } from '../../src/base/random.ts';
import { type Shape, sizeOf } from '../../src/base/shape.ts';
import type { Attrs, Node } from '../../src/graph/node.ts';
import { build, type OpName } from '../../src/ops/index.ts';

/** The kinds of numbers; each is there because some kernel somewhere got it wrong. */
const fills = {
  /** Mean 0, variance 1. */
  normal: (random) => random.normal(),
  /** From 0.1 to 2.1: roots, logarithms, divisors. */
  positive: (random) => random.uniform(0.1, 2.1),
  /** From -2.1 to -0.1: a maximum that starts from 0 is wrong here. */
  negative: (random) => random.uniform(-2.1, -0.1),
  equal: () => 0.75,
  /** -1, 0 or 1: many ties. */
  ties: (random) => random.integer(3) - 1,
  /** Multiples of 1/64 up to 256: far enough apart for finite differences across a maximum. */
  distinct: (random) => random.integer(2 ** 14) / 64,
  /** One NaN among ten. */
  nan: (random) => (random.integer(10) === 0 ? Number.NaN : random.normal()),
  /** Infinities of both signs, zeros of both signs, NaN. */
  special: (random) =>
    [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1, -1, 0.5, -5, 5][
      random.integer(10)
    ],
} as const satisfies Record<string, (random: RandomStream) => number>;

export type Fill = keyof typeof fills;

export interface InputSpec {
  readonly shape: Shape;
  readonly fill: Fill;
  /** An i32 input of numbers from 0 to below - 1; `fill` is not asked. */
  readonly below?: number;
}

export interface ConformanceCase {
  readonly name: string;
  readonly inputs: readonly InputSpec[];
  readonly build: (inputs: readonly Node[]) => Node;
  /** Relative to the largest magnitude of the tensor; for float32 sums. */
  readonly tolerance: number;
  /** Magnitude below which errors count as absolute: where a gradient all but cancels. */
  readonly floor: number;
  /** Whether the gradient is a derivative here: not at ties, not at NaN. */
  readonly smooth: boolean;
}

const SMOOTH: readonly Fill[] = ['normal', 'positive', 'negative', 'distinct'];

export const f32 = (shape: Shape, fill: Fill = 'normal'): InputSpec => ({ shape, fill });
export const i32 = (shape: Shape, below: number): InputSpec => ({ shape, fill: 'normal', below });

/** A case of one op over inputs of its own. */
export function opCase(
  op: OpName,
  inputs: readonly InputSpec[],
  attrs: Attrs = {},
  options: Partial<Pick<ConformanceCase, 'tolerance' | 'floor' | 'smooth'>> & {
    readonly label?: string;
  } = {},
): ConformanceCase {
  const shapes = inputs.map(({ shape }) => shape.join('x') || 'scalar').join(', ');
  const kinds = [...new Set(inputs.filter((i) => i.below === undefined).map((i) => i.fill))];
  return {
    name: [options.label, shapes, kinds.join(' and ')].filter(Boolean).join('; '),
    inputs,
    build: (nodes) => build(op, nodes, attrs),
    tolerance: options.tolerance ?? 1e-5,
    floor: options.floor ?? 1e-30,
    smooth: options.smooth ?? inputs.every(({ fill }) => SMOOTH.includes(fill)),
  };
}

/** The numbers of each input, exact in float32. */
export function numbersOf({ name, inputs }: ConformanceCase): (Float32Array | Int32Array)[] {
  return inputs.map(({ shape, fill, below }, i) => {
    const random = new RandomStream(i, name);
    const length = sizeOf(shape);
    if (below !== undefined) return Int32Array.from({ length }, () => random.integer(below));
    return Float32Array.from({ length }, () => fills[fill](random));
  });
}
