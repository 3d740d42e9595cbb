/**
 * @file Uniform random numbers in [0, 1), a function of (seed, stream, step, element index).
 *
 * `step` is an i32 scalar input that the training loop counts up: the same step gives the same numbers on
 * every backend and for any number of threads. The hash is in `base/random.ts`. Dropout's masks come
 * from here (`composites.ts`).
 */
import { FoveaError } from '../base/errors.ts';
import { baseKey, stepKey, uniformAt } from '../base/random.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';
import { defineOp } from './op.ts';

export interface RandomUniformAttrs {
  readonly shape: Shape;
  /** A whole number up to 2^53. */
  readonly seed: number;
  /** A 32-bit number; `streamOf(name)` makes one. */
  readonly stream: number;
  /** Index of the first element, where this is a part of something larger; default 0. */
  readonly first?: number;
}

export const randomUniform = defineOp<RandomUniformAttrs>({
  name: 'randomUniform',
  formula: 'y[i] = uniformAt(stepKey(baseKey(seed, stream), step), first + i) in [0, 1), 24 bits',
  arity: 1,
  rows: [],
  shape: ([step], { shape }) => {
    if (sizeOf(step) !== 1) {
      throw new FoveaError({
        problem: `randomUniform received a step of shape ${formatShape(step)}`,
        expected: 'an i32 scalar',
      });
    }
    return shape;
  },
  gradient: () => [null],
  reference: ([step], y, { seed, stream, first = 0 }) => {
    const key = stepKey(baseKey(seed, stream), step.data[0]);
    for (let i = 0; i < y.data.length; i++) y.data[i] = uniformAt(key, first + i);
  },
});
