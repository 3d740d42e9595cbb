/**
 * @file Learning-rate schedules: what the rate is at each step of a training run.
 *
 *   constant            rate
 *   step                rate * factor^floor(epochs / every)
 *   exponential         rate * factor^epochs                      epochs counts fractions: step by step
 *   cosine              minimum + (rate - minimum) (1 + cos(pi epochs / duration)) / 2
 *   cosineRestarts      cosine from the top again at each cycle's end, each cycle `longer` times as long
 *   table               the n-th rate in the n-th epoch, the last one from then on
 *   reduceOnPlateau     times `factor` after `patience` epochs without a better value of what is watched
 *
 * Each takes `warmup`: over so many epochs the rate rises in a line from 0. A cosine falls from the end of the
 * warm-up on, and still ends at `duration`; the others go on beneath it.
 *
 * A function (epoch, step) => rate is a schedule too; it has no name that a run's files could keep.
 *
 * All but the plateau are functions of the step. That one has a memory, which `state` gives as plain JSON
 * and `startSchedule` takes back, so that a resumed run goes on as if nothing had happened.
 */
import * as z from 'zod/mini';
import { FoveaError, unknownName } from '../base/errors.ts';
import { at } from '../base/lists.ts';
import { type OptionFacts, optionFactsOf } from './optionFacts.ts';
import { parseOptions } from './options.ts';

const factor = z.number().check(z.positive());
const minimum = z
  ._default(z.number().check(z.nonnegative()), 0)
  .check(z.describe('the rate goes no lower'));
const warmup = z
  .optional(z.number().check(z.positive()))
  .check(z.describe('epochs over which the rate rises from 0'));

const SCHEMAS = {
  constant: z.object({ kind: z.literal('constant'), warmup }),
  step: z.object({
    kind: z.literal('step'),
    every: z.number().check(z.positive(), z.describe('epochs between two drops')),
    factor: z._default(factor, 0.1).check(z.describe('of each drop')),
    warmup,
  }),
  exponential: z.object({
    kind: z.literal('exponential'),
    factor: z._default(factor, 0.96).check(z.describe('per epoch')),
    warmup,
  }),
  cosine: z.object({
    kind: z.literal('cosine'),
    duration: z
      .number()
      .check(z.positive(), z.describe('epochs down to the minimum, warm-up included')),
    minimum,
    warmup,
  }),
  cosineRestarts: z.object({
    kind: z.literal('cosineRestarts'),
    duration: z.number().check(z.positive(), z.describe('epochs of the first cycle')),
    longer: z
      ._default(z.number().check(z.minimum(1)), 2)
      .check(z.describe('length of a cycle over that of the one before')),
    factor: z
      ._default(factor.check(z.maximum(1)), 1)
      .check(z.describe('height of a cycle over that of the one before')),
    minimum,
    warmup,
  }),
  table: z.object({
    kind: z.literal('table'),
    rates: z
      .array(z.number().check(z.positive()))
      .check(z.minLength(1, 'at least one rate'), z.describe('the rate of each epoch')),
    warmup,
  }),
  reduceOnPlateau: z.object({
    kind: z.literal('reduceOnPlateau'),
    factor: z._default(factor.check(z.lt(1)), 0.1).check(z.describe('of each drop')),
    patience: z
      ._default(z.int().check(z.nonnegative()), 10)
      .check(z.describe('epochs without improvement that are borne')),
    minDelta: z
      ._default(z.number().check(z.nonnegative()), 1e-4)
      .check(z.describe('less counts as no improvement')),
    minimum,
    mode: z
      ._default(z.enum(['min', 'max']), 'min')
      .check(z.describe('whether lower (a loss) or higher is better')),
    warmup,
  }),
} as const;

type Schemas = typeof SCHEMAS;
export type ScheduleName = keyof Schemas;
export type ScheduleSpec = { [K in ScheduleName]: z.output<Schemas[K]> }[ScheduleName];

/**
 * The rate of a step. `epoch`: finished epochs, a whole number from 0; `step`: finished steps of the whole run, from
 * 0. It must be a pure function of the two, or a resumed run differs from one that never stopped.
 */
export type ScheduleFunction = (epoch: number, step: number) => number;

export const scheduleNames = Object.keys(SCHEMAS) as readonly ScheduleName[];

/** Of every schedule, the options it takes: for help and for command lines. */
export const scheduleFacts: readonly {
  readonly kind: ScheduleName;
  readonly options: readonly OptionFacts[];
}[] = scheduleNames.map((kind) => ({ kind, options: optionFactsOf(SCHEMAS[kind]) }));

/** Checks a schedule given by name or as an object with options, and fills in defaults. */
export function parseSchedule(
  received: string | { readonly kind: string; readonly [option: string]: unknown },
): ScheduleSpec {
  const given = typeof received === 'string' ? { kind: received } : received;
  if (!Object.hasOwn(SCHEMAS, given.kind)) {
    throw unknownName('learning-rate schedule', given.kind, scheduleNames);
  }
  const schema: z.ZodMiniObject = SCHEMAS[given.kind as ScheduleName];
  const where = `schedule ${given.kind}`;
  const spec = parseOptions(schema, given, where) as ScheduleSpec;
  if (spec.kind === 'cosine' && spec.duration <= (spec.warmup ?? 0)) {
    throw new FoveaError({
      where,
      problem: `a warm-up of ${spec.warmup} epochs leaves none of ${spec.duration}`,
      expected: 'a duration, warm-up included, of more epochs than the warm-up has',
    });
  }
  return spec;
}

/** The memory of a schedule: plain JSON. */
export interface ScheduleState {
  /** What the rate has been multiplied by so far. */
  readonly scale: number;
  /** Best value watched; null before the first. */
  readonly best: number | null;
  /** Epochs since then. */
  readonly waited: number;
}

export interface Schedule {
  /** The rate of a step (from 0), with so many steps to an epoch. */
  rate(step: number, stepsPerEpoch: number): number;
  /** To be called after each epoch with the value watched (a validation loss, say). */
  epochEnd(value: number): void;
  state(): ScheduleState;
}

const FRESH: ScheduleState = { scale: 1, best: null, waited: 0 };

export function startSchedule(
  spec: ScheduleSpec | ScheduleFunction,
  learningRate: number,
  from: ScheduleState = FRESH,
): Schedule {
  let state = from;
  return {
    rate: (step, stepsPerEpoch) => {
      if (typeof spec === 'function') {
        return checkedRate(spec(Math.floor(step / stepsPerEpoch), step), step);
      }
      const epoch = step / stepsPerEpoch;
      const risen = spec.warmup === undefined ? 1 : Math.min(1, epoch / spec.warmup);
      return risen * rateAt(spec, learningRate, epoch, state);
    },
    epochEnd: (value) => {
      if (typeof spec !== 'function' && spec.kind === 'reduceOnPlateau') {
        state = afterEpoch(spec, state, value);
      }
    },
    state: () => state,
  };
}

function checkedRate(rate: number, step: number): number {
  if (typeof rate === 'number' && rate >= 0 && Number.isFinite(rate)) return rate;
  throw new FoveaError({
    where: 'schedule',
    problem: `the function gave ${String(rate)} at step ${step}`,
    expected: 'a learning rate: a number of at least 0',
  });
}

function rateAt(spec: ScheduleSpec, rate: number, epoch: number, { scale }: ScheduleState): number {
  switch (spec.kind) {
    case 'constant':
      return rate;
    case 'step':
      return rate * spec.factor ** Math.floor(epoch / spec.every);
    case 'exponential':
      return rate * spec.factor ** epoch;
    case 'cosine': {
      const { duration, warmup = 0, minimum } = spec;
      const done = Math.min(1, Math.max(0, epoch - warmup) / (duration - warmup));
      return minimum + (rate - minimum) * fall(done);
    }
    case 'cosineRestarts':
      return cosineRestarts(spec, rate, epoch);
    case 'table':
      return at(spec.rates, Math.min(Math.floor(epoch), spec.rates.length - 1), 'rate');
    case 'reduceOnPlateau':
      return Math.max(rate * scale, Math.min(rate, spec.minimum));
  }
}

/** 1 at 0, 0 at 1, half a cosine between. */
const fall = (done: number): number => (1 + Math.cos(Math.PI * done)) / 2;

type Restarts = Extract<ScheduleSpec, { kind: 'cosineRestarts' }>;

/** Source: Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983, eq. 5; `longer` is its T_mult. */
function cosineRestarts(spec: Restarts, rate: number, epoch: number): number {
  const { duration, longer, factor, minimum, warmup = 0 } = spec;
  let left = Math.max(0, epoch - warmup);
  let length = duration;
  let height = rate;
  while (left >= length) {
    left -= length;
    length *= longer;
    height *= factor;
  }
  return minimum + Math.max(0, height - minimum) * fall(left / length);
}

type Plateau = Extract<ScheduleSpec, { kind: 'reduceOnPlateau' }>;

function afterEpoch(spec: Plateau, state: ScheduleState, value: number): ScheduleState {
  const { best, scale } = state;
  const better =
    best === null ||
    (spec.mode === 'min' ? value < best - spec.minDelta : value > best + spec.minDelta);
  if (better) return { scale, best: value, waited: 0 };
  const waited = state.waited + 1;
  return waited >= spec.patience
    ? { scale: scale * spec.factor, best, waited: 0 }
    : { scale, best, waited };
}
