/**
 * @file First values of parameters, with Keras's names and formulas.
 *
 *   glorot: variance 2 / (fanIn + fanOut)   he: 2 / fanIn   lecun: 1 / fanIn   fanIn: +-2.4 / fanIn
 *
 * uniform on +-sqrt(3 variance), or normal cut at two deviations and widened so that the variance stays
 * right. fanIn is the number of inputs of a unit: for a kernel (KH, KW, C, O) it is KH KW C, fanOut is
 * KH KW O. Source: https://keras.io/api/layers/initializers/. Next stop: `base/random.ts`.
 */
import * as z from 'zod/mini';
import { FoveaError } from '../base/errors.ts';
import { at } from '../base/lists.ts';
import { RandomStream } from '../base/random.ts';
import { type Shape, sizeOf } from '../base/shape.ts';

/** Inputs of a unit and outputs of what it reads. */
export type Fans = readonly [fanIn: number, fanOut: number];

const NAMES = [
  'glorotUniform',
  'glorotNormal',
  'heUniform',
  'heNormal',
  'lecunUniform',
  'lecunNormal',
  'zeros',
  'ones',
] as const;

/** Have options that may all be left out. */
const DRAWN = ['uniform', 'normal', 'truncatedNormal', 'fanIn'] as const;

const initializerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(NAMES) }),
  z.strictObject({
    kind: z.literal('uniform'),
    min: z._default(z.number(), -0.05),
    max: z._default(z.number(), 0.05),
  }),
  z.strictObject({
    kind: z.literal(['normal', 'truncatedNormal']),
    mean: z._default(z.number(), 0),
    stddev: z._default(z.number().check(z.nonnegative()), 0.05),
  }),
  z.strictObject({ kind: z.literal('constant'), value: z.number() }),
  /** Uniform on +-scale / fanIn^power, as in 1998; one fan-in for all, or one for each place on the last axis. */
  z.strictObject({
    kind: z.literal('fanIn'),
    scale: z._default(z.number().check(z.positive()), 2.4),
    /** 0.5 divides by the root of the fan-in, which keeps the signals alive from layer to layer. */
    power: z._default(z.number().check(z.positive()), 1),
    fanIn: z.optional(
      z.union([z.number().check(z.positive()), z.array(z.number().check(z.positive()))]),
    ),
  }),
  z.strictObject({ kind: z.literal('values'), values: z.array(z.number()).check(z.minLength(1)) }),
]);

export type InitializerSpec = z.output<typeof initializerSchema>;

/** A name ('heNormal') or an object ({ kind: 'normal', stddev: 0.01 }); kept as an object. */
export const initializerOption = z.pipe(
  z.union([
    z.pipe(
      z.enum([...NAMES, ...DRAWN]),
      z.transform((kind) => ({ kind })),
    ),
    z.looseObject({ kind: z.enum([...NAMES, ...DRAWN, 'constant', 'values']) }),
  ]),
  initializerSchema,
);

/** As it is written. */
export type Initializer = z.input<typeof initializerOption>;

/** Standard deviation of a standard normal cut at +-2. */
const CUT_NORMAL_DEVIATION = 0.87962566103423978;

/**
 * First values of one parameter; the same for the same seed and name, whatever else the model holds. `fans`: of
 * all its units, or of each place on the last axis; default: as the shape says.
 */
export function initialValues(
  initializer: InitializerSpec,
  shape: Shape,
  seed: number,
  name: string,
  fans: readonly Fans[] = [fansOf(shape)],
): Float32Array {
  const next = drawer(initializer, shape, fans, new RandomStream(seed, name));
  const values = new Float32Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) values[i] = next();
  return values;
}

function drawer(
  initializer: InitializerSpec,
  shape: Shape,
  fans: readonly Fans[],
  random: RandomStream,
): () => number {
  switch (initializer.kind) {
    case 'zeros':
      return () => 0;
    case 'ones':
      return () => 1;
    case 'constant':
      return () => initializer.value;
    case 'uniform':
      return uniform(initializer.min, initializer.max, random);
    case 'normal':
      return () => initializer.mean + initializer.stddev * random.normal();
    case 'truncatedNormal':
      return cutNormal(initializer.mean, initializer.stddev, random);
    case 'fanIn':
      return byFanIn(initializer, initializer.fanIn ?? fans.map(([fanIn]) => fanIn), random);
    case 'values':
      return givenValues(initializer.values, sizeOf(shape));
    default: {
      const { kind } = initializer;
      return inTurn(fans.map((fan) => scaled(kind, fan, random)));
    }
  }
}

type ScaledName = Exclude<(typeof NAMES)[number], 'zeros' | 'ones'>;

function scaled(name: ScaledName, [fanIn, fanOut]: Fans, random: RandomStream): () => number {
  const variance = {
    glorot: 2 / (fanIn + fanOut),
    he: 2 / fanIn,
    lecun: 1 / fanIn,
  }[name.replace(/Uniform|Normal/, '') as 'glorot' | 'he' | 'lecun'];
  if (name.endsWith('Normal')) {
    return cutNormal(0, Math.sqrt(variance) / CUT_NORMAL_DEVIATION, random);
  }
  const limit = Math.sqrt(3 * variance);
  return uniform(-limit, limit, random);
}

/** One place of the last axis after the other. */
function inTurn(draws: readonly (() => number)[]): () => number {
  let next = 0;
  return () => at(draws, next++ % draws.length, 'unit')();
}

function uniform(min: number, max: number, random: RandomStream): () => number {
  return () => random.uniform(min, max);
}

/** The limit of unit i of the last axis is scale / fanIn[i]^power. */
function byFanIn(
  { scale, power }: { readonly scale: number; readonly power: number },
  fanIn: number | readonly number[],
  random: RandomStream,
): () => number {
  const limits = [fanIn].flat().map((inputs) => scale / inputs ** power);
  return inTurn(limits.map((limit) => uniform(-limit, limit, random)));
}

function givenValues(values: readonly number[], wanted: number): () => number {
  if (values.length !== wanted) {
    throw new FoveaError({
      problem: `received ${values.length} first values`,
      expected: `${wanted}, one for each number of the parameter`,
    });
  }
  let next = 0;
  return () => at(values, next++, 'first value');
}

/** Normal numbers, drawn again where they fall beyond two deviations. */
function cutNormal(mean: number, stddev: number, random: RandomStream): () => number {
  return () => {
    let z = random.normal();
    while (Math.abs(z) > 2) z = random.normal();
    return mean + stddev * z;
  };
}

/** Inputs and outputs of a unit, from the shape of its weights (window..., inputs, outputs). */
export function fansOf(shape: Shape): Fans {
  const [inputs, outputs] = shape.slice(-2);
  if (inputs === undefined || outputs === undefined) return [sizeOf(shape), sizeOf(shape)];
  const window = sizeOf(shape.slice(0, -2));
  return [window * inputs, window * outputs];
}
