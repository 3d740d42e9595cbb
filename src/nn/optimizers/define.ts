/**
 * @file Declares an optimizer, and adds what every optimizer can do: clipped gradients, averaged weights.
 *
 *   clipValue c       each number of a gradient into [-c, c]
 *   clipNorm c        all gradients times c / max(norm, c); norm: root of the sum of squares of all of them
 *   ema d             average = d average + (1 - d) w, after each step; the first average is the first w moved
 *
 * All of it is nodes of the training graph; the average is a slot ("adam/ema/conv2d/kernel"), so checkpoints hold
 * it. Clipping comes before all else, weight decay and penalties of layers included in the gradient as usual.
 * A new optimizer is one file that calls `defineOptimizer` and one line in `index.ts`. Next stop: `rmsprop.ts`.
 */
import * as z from 'zod/mini';
import { FoveaError } from '../../base/errors.ts';
import { constantNode, type Node, type Update } from '../../graph/node.ts';
import * as e from '../../ops/expression.ts';
import { build } from '../../ops/index.ts';
import { type OptionFacts, optionFactsOf } from '../optionFacts.ts';
import { parseOptions } from '../options.ts';
import type { Optimizer, UpdateContext } from './optimizer.ts';

/** What every optimizer takes. */
export interface EveryOptimizersOptions {
  /** Scale all gradients down together to this norm at most; unsaid: not at all. */
  readonly clipNorm?: number | undefined;
  /** Cut each number of a gradient at this size; unsaid: not at all. Not with clipNorm. */
  readonly clipValue?: number | undefined;
  /** Share of a running mean of the weights that a step keeps, such as 0.999; the mean is tested and saved. */
  readonly ema?: number | undefined;
}

const everyOptimizers = z.object({
  clipNorm: z
    .optional(z.number().check(z.positive()))
    .check(z.describe('scale all gradients down together to this norm at most')),
  clipValue: z
    .optional(z.number().check(z.positive()))
    .check(z.describe('cut each number of a gradient at this size')),
  ema: z
    .optional(z.number().check(z.gt(0), z.lt(1)))
    .check(z.describe('keep a running mean of the weights, test and save it: 0.999')),
});

type Every = z.output<typeof everyOptimizers>;

/** What an optimizer's own file says. */
interface Definition<S extends z.ZodMiniObject> {
  readonly kind: string;
  /** One line for people. */
  readonly says: string;
  /** `learningRate` and others, each described. */
  readonly options: S;
  make(options: z.output<S>): Pick<Optimizer, 'slots' | 'updates' | 'scalars' | 'preparation'>;
}

/** An optimizer's function, and what is known of it without calling it; `O`: its options. */
export interface OptimizerBuilder<O> {
  (options?: O): Optimizer;
  readonly kind: string;
  readonly says: string;
  readonly options: readonly OptionFacts[];
}

/** Name of the slot that holds the running mean of a parameter. */
export const AVERAGE_SLOT = 'ema';

export function defineOptimizer<S extends z.ZodMiniObject>(
  definition: Definition<S>,
): OptimizerBuilder<z.input<S> & EveryOptimizersOptions> {
  const { kind, says } = definition;
  const schema = z.object({ ...definition.options.shape, ...everyOptimizers.shape });
  const write = (given: object = {}): Optimizer => {
    const parsed = parseOptions(schema, given, kind) as z.output<S> &
      Every & { learningRate: number };
    checkClipping(parsed, kind);
    const own = definition.make(parsed);
    const spec = { kind, ...parsed };
    return withAverage(
      { spec, ...own, clipped: (gradients) => clipped(gradients, parsed) },
      parsed,
    );
  };
  return Object.assign(write, { kind, says, options: optionFactsOf(schema) });
}

function checkClipping({ clipNorm, clipValue }: Every, where: string): void {
  if (clipNorm === undefined || clipValue === undefined) return;
  throw new FoveaError({
    where,
    problem: 'received clipNorm and clipValue',
    expected: 'one of the two',
  });
}

function clipped(gradients: readonly Node[], { clipNorm, clipValue }: Every): readonly Node[] {
  if (clipValue !== undefined) {
    const expression = e.min(e.max(e.input(0), -clipValue), clipValue);
    return gradients.map((g) => build('elementwise', [g], { expression, label: 'clipValue' }));
  }
  if (clipNorm === undefined || gradients.length === 0) return gradients;
  const squares = gradients.map((g) => build('sumTo', [build('square', [g])], { shape: [] }));
  const sum = squares.reduce((total, one) => build('add', [total, one], {}, 'squaredNorm'));
  const norm = build('sqrt', [sum], {}, 'gradientNorm');
  const limit = constantNode(clipNorm);
  const scale = build('div', [limit, build('maximum', [norm, limit])], {}, 'gradientScale');
  return gradients.map((g) => build('mul', [g, scale], {}, 'clippedGradient'));
}

/** The optimizer with one more slot and update per parameter. */
function withAverage(optimizer: Optimizer, { ema }: Every): Optimizer {
  if (ema === undefined) return optimizer;
  return {
    ...optimizer,
    slots: [...optimizer.slots, AVERAGE_SLOT],
    updates: (context) => {
      const updates = optimizer.updates(context);
      return [...updates, averageOf(context, updates)];
    },
    scalars: (step, rate) => ({
      ...optimizer.scalars(step, rate),
      averageDecay: step === 0 ? 0 : ema,
    }),
  };
}

function averageOf(
  { parameter, slot, scalar, compute }: UpdateContext,
  updates: readonly Update[],
): Update {
  const state = slot(AVERAGE_SLOT);
  const moved = updates.find((update) => update.state === parameter)?.value ?? parameter;
  const [average, w, decay] = e.inputs;
  const expression = e.add(e.mul(decay, average), e.mul(e.sub(1, decay), w));
  return {
    state,
    value: compute(AVERAGE_SLOT, [state, moved, scalar('averageDecay')], expression),
  };
}
