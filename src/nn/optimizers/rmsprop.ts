/**
 * @file RMSprop: steps divided by the root of a running mean of the gradient's square.
 *
 *   v = rho v + (1 - rho) g^2
 *   d = v                              centered:  m = rho m + (1 - rho) g    d = max(v - m^2, 0)
 *   s = rate g / sqrt(d + epsilon)
 *   w -= s                             momentum:  u = momentum u + s         w -= u
 *
 * Keras's formula, epsilon inside the root (PyTorch has it outside). v - m^2 is never below zero but for rounding,
 * which must not reach the root. Source: Tieleman and Hinton 2012, lecture 6e.
 */
import * as z from 'zod/mini';
import * as e from '../../ops/expression.ts';
import { defineOptimizer, type EveryOptimizersOptions, type OptimizerBuilder } from './define.ts';
import type { UpdateContext } from './optimizer.ts';

export interface RmspropOptions extends EveryOptimizersOptions {
  /** Of a step; a schedule moves it; default 0.001. */
  readonly learningRate?: number | undefined;
  /** Share of the running mean of squares that a step keeps; default 0.9. */
  readonly rho?: number | undefined;
  /** Share of the last step that is kept; default 0. */
  readonly momentum?: number | undefined;
  /** Added inside the root; default 1e-7. */
  readonly epsilon?: number | undefined;
  /** Whether to divide by the gradient's variance instead of its mean square; default false. */
  readonly centered?: boolean | undefined;
}

const options = z.object({
  learningRate: z._default(z.number().check(z.positive()), 0.001).check(z.describe('of a step')),
  rho: z
    ._default(z.number().check(z.minimum(0), z.lt(1)), 0.9)
    .check(z.describe('share of the running mean that is kept')),
  momentum: z
    ._default(z.number().check(z.minimum(0), z.lt(1)), 0)
    .check(z.describe('share of the last step that is kept')),
  epsilon: z
    ._default(z.number().check(z.positive()), 1e-7)
    .check(z.describe('added inside the root')),
  centered: z
    ._default(z.boolean(), false)
    .check(z.describe("divide by the gradient's variance instead")),
});

type Options = z.output<typeof options>;

export const rmsprop: OptimizerBuilder<RmspropOptions> = defineOptimizer({
  kind: 'rmsprop',
  says: "steps divided by the size of the last gradients, Keras's formula",
  options,
  make: (chosen) => ({
    slots: ['v', ...(chosen.centered ? ['m'] : []), ...(chosen.momentum > 0 ? ['u'] : [])],
    updates: (context) => updates(context, chosen),
    scalars: (_step, learningRate) => ({ learningRate }),
  }),
});

function updates(
  { parameter, gradient, slot, scalar, compute }: UpdateContext,
  { rho, momentum, epsilon, centered }: Options,
) {
  const [a, b, c, d, f] = e.inputs;
  const mean = (x: e.Expression) => e.add(e.mul(rho, a), e.mul(1 - rho, x));
  const v = slot('v');
  const nextV = compute('v', [v, gradient], mean(e.mul(b, b)));
  const moved = [{ state: v, value: nextV }];
  let nextM = nextV;
  if (centered) {
    const m = slot('m');
    nextM = compute('m', [m, gradient], mean(b));
    moved.push({ state: m, value: nextM });
  }
  // over [w, v, g, rate, m]
  const square = centered ? e.max(e.sub(b, e.mul(f, f)), 0) : b;
  const step = e.div(e.mul(d, c), e.sqrt(e.add(square, epsilon)));
  const inputs = [parameter, nextV, gradient, scalar('learningRate'), nextM];
  if (momentum === 0) {
    const next = compute('next', inputs, e.sub(a, step));
    return [...moved, { state: parameter, value: next }];
  }
  const u = slot('u');
  // The same with u in the place of w.
  const nextU = compute('u', [u, ...inputs.slice(1)], e.add(e.mul(momentum, a), step));
  const next = compute('next', [parameter, nextU], e.sub(a, b));
  return [...moved, { state: u, value: nextU }, { state: parameter, value: next }];
}
