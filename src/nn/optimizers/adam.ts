/**
 * @file Adam: steps scaled by running means of the gradient and of its square.
 *
 *   m = b1 m + (1 - b1) g          v = b2 v + (1 - b2) g^2
 *   w -= c1 m / (sqrt(c2 v) + epsilon)      c1 = rate / (1 - b1^t)   c2 = 1 / (1 - b2^t)   t = 1, 2, ...
 *
 * c1 and c2 undo the start of m and v at zero. Source: Kingma and Ba 2015, algorithm 1, epsilon outside
 * the root. Keras 2 folds both corrections into the rate, which makes its epsilon a little larger in the
 * first steps; this is the paper's form, and PyTorch's.
 * Before: `train/fit.ts`. The reading tour ends here; `optimizer.ts` says what an optimizer is.
 */
import * as z from 'zod/mini';
import * as e from '../../ops/expression.ts';
import { defineOptimizer, type EveryOptimizersOptions, type OptimizerBuilder } from './define.ts';
import type { UpdateContext } from './optimizer.ts';

export interface AdamOptions extends EveryOptimizersOptions {
  /** Of a step; a schedule moves it; default 0.001. */
  readonly learningRate?: number | undefined;
  /** Share of the mean gradient that a step keeps; default 0.9. */
  readonly beta1?: number | undefined;
  /** Share of the mean square that a step keeps; default 0.999. */
  readonly beta2?: number | undefined;
  /** Added to the root of the mean square; default 1e-7. */
  readonly epsilon?: number | undefined;
}

export const adamOptions = z.object({
  learningRate: z._default(z.number().check(z.positive()), 0.001).check(z.describe('of a step')),
  beta1: z
    ._default(z.number().check(z.minimum(0), z.lt(1)), 0.9)
    .check(z.describe('share of the mean gradient that is kept')),
  beta2: z
    ._default(z.number().check(z.minimum(0), z.lt(1)), 0.999)
    .check(z.describe('share of the mean square that is kept')),
  epsilon: z._default(z.number().check(z.positive()), 1e-7).check(z.describe('added to the root')),
});

type AdamSettings = z.output<typeof adamOptions>;

export const adam: OptimizerBuilder<AdamOptions> = defineOptimizer({
  kind: 'adam',
  says: 'steps scaled by running means of the gradient and of its square',
  options: adamOptions,
  make: (options) => ({
    slots: ['m', 'v'],
    updates: (context) => adamUpdates(context, options),
    scalars: (step, learningRate) => adamScalars(step, learningRate, options),
  }),
});

/** `decay`, where given, is taken from the parameter beside Adam's own step. */
export function adamUpdates(
  { parameter, gradient, slot, scalar, compute }: UpdateContext,
  { beta1, beta2, epsilon }: AdamSettings,
  decay?: { readonly scalar: string },
) {
  const [a, b, c, d, f] = e.inputs;
  const m = slot('m');
  const v = slot('v');
  const nextM = compute('m', [m, gradient], e.add(e.mul(beta1, a), e.mul(1 - beta1, b)));
  const nextV = compute('v', [v, gradient], e.add(e.mul(beta2, a), e.mul(1 - beta2, e.mul(b, b))));
  // w - c1 m / (sqrt(c2 v) + epsilon), over [w, m, v, c1, c2]
  const step = e.div(e.mul(d, b), e.add(e.sqrt(e.mul(c, f)), epsilon));
  const inputs = [parameter, nextM, nextV, scalar('stepSize'), scalar('secondMomentScale')];
  const next =
    decay === undefined
      ? compute('next', inputs, e.sub(a, step))
      : compute(
          'next',
          [...inputs, scalar(decay.scalar)],
          e.sub(e.sub(a, e.mul(e.input(5), a)), step),
        );
  return [
    { state: m, value: nextM },
    { state: v, value: nextV },
    { state: parameter, value: next },
  ];
}

export function adamScalars(step: number, learningRate: number, { beta1, beta2 }: AdamSettings) {
  const t = step + 1;
  return {
    stepSize: learningRate / (1 - beta1 ** t),
    secondMomentScale: 1 / (1 - beta2 ** t),
  };
}
