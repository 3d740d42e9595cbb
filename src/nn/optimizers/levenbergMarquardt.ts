/**
 * @file Stochastic diagonal Levenberg-Marquardt: each weight has a learning rate of its own (LeCun, Bottou,
 * Bengio, Haffner 1998, appendix C).
 *
 *   w -= eta / (mu + h) g          h: second derivative of the loss along w, mean over some patterns;
 *                                  both h and g of the loss divided by `lossUnit`
 *
 * h is measured before each pass over `patterns` of the training pictures and then fixed; mu keeps the step
 * finite where the loss is flat. The slot holds 1 / (mu + h). With the paper's table of eta (recipe
 * "paper") the rates of the first pass lie between about 7e-5 and 0.016. Next stop: `autodiff/curvature.ts`.
 */
import * as z from 'zod/mini';
import * as e from '../../ops/expression.ts';
import { defineOptimizer, type EveryOptimizersOptions, type OptimizerBuilder } from './define.ts';

export interface LevenbergMarquardtOptions extends EveryOptimizersOptions {
  /** Eta of a step, as in 1998; a schedule moves it; default 0.0005. */
  readonly learningRate?: number | undefined;
  /** Added to the second derivative of each weight; default 0.02. */
  readonly mu?: number | undefined;
  /** What the loss is divided by before mu is added; default 1. */
  readonly lossUnit?: number | undefined;
  /** Training pictures that second derivatives are measured on before each pass; default 500. */
  readonly patterns?: number | undefined;
}

const options = z.object({
  learningRate: z
    ._default(z.number().check(z.positive()), 0.0005)
    .check(z.describe('eta of a step')),
  mu: z
    ._default(z.number().check(z.positive()), 0.02)
    .check(z.describe('added to the second derivative')),
  /**
   * What the loss is divided by before mu is added to its second derivative; eta goes with it. A squared
   * distance over the 84 numbers of a code is 84 times their mean, and mu means something else beside it.
   */
  lossUnit: z
    ._default(z.number().check(z.positive()), 1)
    .check(z.describe('what the loss is divided by')),
  patterns: z
    ._default(z.int().check(z.positive()), 500)
    .check(
      z.describe('training pictures that second derivatives are measured on before each pass'),
    ),
});

export const levenbergMarquardt: OptimizerBuilder<LevenbergMarquardtOptions> = defineOptimizer({
  kind: 'levenbergMarquardt',
  says: 'each weight at a rate of its own, from second derivatives, as in 1998',
  options,
  make: ({ mu, lossUnit, patterns }) => {
    const [w, g, rate, scale] = e.inputs;
    return {
      slots: ['scale'],
      updates: ({ parameter, gradient, scalar, slot, compute }) => {
        const inputs = [parameter, gradient, scalar('learningRate'), slot('scale')];
        const next = compute('next', inputs, e.sub(w, e.mul(e.mul(rate, scale), g)));
        return [{ state: parameter, value: next }];
      },
      scalars: (_step, learningRate) => ({ learningRate }),
      preparation: {
        patterns,
        updates: ({ curvature, slot, compute }) => {
          const expression = e.div(1, e.add(mu * lossUnit, e.input(0)));
          return [{ state: slot('scale'), value: compute('scale', [curvature], expression) }];
        },
      },
    };
  },
});
