/**
 * @file Learning-rate schedules: what the rate is at each step of a training run.
 *
 *   constant            rate
 *   step                rate * factor^floor(epochs / every)
 *   exponential         rate * factor^epochs                      epochs counts fractions: step by step
 *   cosine              minimum + (rate - minimum) (1 + cos(pi epochs / duration)) / 2
 *   table               the n-th rate in the n-th epoch, the last one from then on
 *   reduceOnPlateau     times `factor` after `patience` epochs without a better value of what is watched
 *
 * All but the last are functions of the step. The last one has a memory, which `state` gives as plain JSON
 * and `startSchedule` takes back, so that a resumed run goes on as if nothing had happened.
 */
import * as z from 'zod';
import { unknownName } from '../base/errors.ts';
import { parseOptions } from './options.ts';

const factor = z.number().positive();
const minimum = z.number().nonnegative().default(0);

const SCHEMAS = {
  constant: z.object({ kind: z.literal('constant') }),
  step: z.object({
    kind: z.literal('step'),
    /** Epochs between two drops. */
    every: z.number().positive(),
    factor: factor.default(0.1),
  }),
  exponential: z.object({
    kind: z.literal('exponential'),
    /** Per epoch. */
    factor: factor.default(0.96),
  }),
  cosine: z.object({
    kind: z.literal('cosine'),
    /** Epochs down to the minimum, where it stays. */
    duration: z.number().positive(),
    minimum,
  }),
  table: z.object({
    kind: z.literal('table'),
    rates: z.array(z.number().positive()).min(1, 'at least one rate'),
  }),
  reduceOnPlateau: z.object({
    kind: z.literal('reduceOnPlateau'),
    factor: factor.lt(1).default(0.1),
    /** Epochs without improvement that are borne. */
    patience: z.int().nonnegative().default(10),
    /** What counts as better. */
    minDelta: z.number().nonnegative().default(1e-4),
    minimum,
    /** 'min' for a loss, 'max' for an accuracy. */
    mode: z.enum(['min', 'max']).default('min'),
  }),
} as const;

type Schemas = typeof SCHEMAS;
export type ScheduleName = keyof Schemas;
export type ScheduleSpec = { [K in ScheduleName]: z.output<Schemas[K]> }[ScheduleName];

export const scheduleNames = Object.keys(SCHEMAS) as readonly ScheduleName[];

/** Checks a schedule given by name or as an object with options, and fills in defaults. */
export function parseSchedule(
  received: string | { readonly kind: string; readonly [option: string]: unknown },
): ScheduleSpec {
  const given = typeof received === 'string' ? { kind: received } : received;
  if (!Object.hasOwn(SCHEMAS, given.kind)) {
    throw unknownName('learning-rate schedule', given.kind, scheduleNames);
  }
  const schema: z.ZodObject = SCHEMAS[given.kind as ScheduleName];
  return parseOptions(schema, given, `schedule ${given.kind}`) as ScheduleSpec;
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
  /** The rate at an epoch, which may be a fraction: step / stepsPerEpoch. */
  rate(epoch: number): number;
  /** To be called after each epoch with the value watched (a validation loss, say). */
  epochEnd(value: number): void;
  state(): ScheduleState;
}

const FRESH: ScheduleState = { scale: 1, best: null, waited: 0 };

export function startSchedule(
  spec: ScheduleSpec,
  learningRate: number,
  from: ScheduleState = FRESH,
): Schedule {
  let state = from;
  return {
    rate: (epoch) => rateAt(spec, learningRate, epoch, state),
    epochEnd: (value) => {
      if (spec.kind === 'reduceOnPlateau') state = afterEpoch(spec, state, value);
    },
    state: () => state,
  };
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
      const done = Math.min(1, epoch / spec.duration);
      return spec.minimum + ((rate - spec.minimum) * (1 + Math.cos(Math.PI * done))) / 2;
    }
    case 'table':
      return spec.rates[Math.min(Math.floor(epoch), spec.rates.length - 1)];
    case 'reduceOnPlateau':
      return Math.max(rate * scale, Math.min(rate, spec.minimum));
  }
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
