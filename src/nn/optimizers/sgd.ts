/**
 * @file Stochastic gradient descent, with momentum and weight decay in every convention met in papers.
 *
 *   velocity 'gradients' (PyTorch):     v = momentum v + g;         w -= rate v
 *   velocity 'steps' (Keras, AlexNet):  v = momentum v - rate g;    w += v
 *   Nesterov looks one step ahead:      w -= rate (momentum v + g)  or  w += momentum v - rate g
 *
 * The two are the same while the rate stays; when it drops, 'steps' finishes the larger steps begun.
 *
 *   decayMode 'l2':         g += weightDecay w, before the velocity
 *   decayMode 'decoupled':  w -= rate weightDecay w, beside it
 *
 * The AlexNet paper's v = 0.9 v - 0.0005 rate w - rate g; w += v is 'steps' with 'l2'.
 */
import * as z from 'zod/mini';
import * as e from '../../ops/expression.ts';
import { defineOptimizer, type EveryOptimizersOptions, type OptimizerBuilder } from './define.ts';
import type { UpdateContext } from './optimizer.ts';

export interface SgdOptions extends EveryOptimizersOptions {
  /** Of a step; a schedule moves it; default 0.01. */
  readonly learningRate?: number | undefined;
  /** Share of the velocity that a step keeps, from 0 to 1; default 0. */
  readonly momentum?: number | undefined;
  /** Whether to look one step ahead; with momentum alone; default false. */
  readonly nesterov?: boolean | undefined;
  /** Pull of the weights towards 0; default 0. */
  readonly weightDecay?: number | undefined;
  /** Whether the pull is in the gradient or beside the velocity; default 'l2', in the gradient. */
  readonly decayMode?: 'l2' | 'decoupled' | undefined;
  /** A velocity of gradients (PyTorch) or of steps (Keras, the AlexNet paper); default 'gradients'. */
  readonly velocity?: 'gradients' | 'steps' | undefined;
}

const sgdOptions = z.object({
  learningRate: z._default(z.number().check(z.positive()), 0.01).check(z.describe('of a step')),
  momentum: z
    ._default(z.number().check(z.minimum(0), z.maximum(1)), 0)
    .check(z.describe('share of the velocity that is kept')),
  nesterov: z._default(z.boolean(), false).check(z.describe('look one step ahead')),
  weightDecay: z
    ._default(z.number().check(z.nonnegative()), 0)
    .check(z.describe('pull of the weights towards 0')),
  decayMode: z
    ._default(z.enum(['l2', 'decoupled']), 'l2')
    .check(z.describe('the pull in the gradient, or beside the velocity')),
  velocity: z
    ._default(z.enum(['gradients', 'steps']), 'gradients')
    .check(z.describe('of PyTorch, or of Keras and the AlexNet paper')),
});

type SgdSettings = z.output<typeof sgdOptions>;

export const sgd: OptimizerBuilder<SgdOptions> = defineOptimizer({
  kind: 'sgd',
  says: 'gradient descent, with momentum, Nesterov and weight decay where asked for',
  options: sgdOptions,
  make: (options) => ({
    slots: options.momentum > 0 ? ['v'] : [],
    updates: (context) => sgdUpdates(context, options),
    scalars: (_step, learningRate) => ({ learningRate }),
  }),
});

function sgdUpdates(context: UpdateContext, options: SgdSettings) {
  const { parameter, gradient, slot, scalar, compute } = context;
  const { momentum, nesterov, weightDecay, decayMode, velocity } = options;
  const [w, g, rate, v] = e.inputs;
  const inputs = [parameter, gradient, scalar('learningRate')];
  const decayed = weightDecay > 0 && decayMode === 'l2' ? e.add(g, e.mul(weightDecay, w)) : g;
  const kept =
    weightDecay > 0 && decayMode === 'decoupled' ? e.sub(w, e.mul(e.mul(rate, weightDecay), w)) : w;
  if (momentum === 0) {
    const next = compute('next', inputs, e.sub(kept, e.mul(rate, decayed)));
    return [{ state: parameter, value: next }];
  }
  const gain = velocity === 'gradients' ? decayed : e.neg(e.mul(rate, decayed));
  const state = slot('v');
  const nextV = compute('v', [...inputs, state], e.add(e.mul(momentum, v), gain));
  // From here on input 3 is the new velocity.
  const ahead = nesterov ? e.add(e.mul(momentum, v), gain) : v;
  const step = velocity === 'gradients' ? e.neg(e.mul(rate, ahead)) : ahead;
  const next = compute('next', [...inputs, nextV], e.add(kept, step));
  return [
    { state, value: nextV },
    { state: parameter, value: next },
  ];
}
