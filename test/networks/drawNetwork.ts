/**
 * @file Random networks: a few layers of any kind that fit one another, a loss, an optimizer, a batch.
 *
 * fast-check draws the wishes, all from small ranges that reach over the edges of vectors, tiles and slices; a layer
 * that does not fit the ones before it is left out, so that every draw is a network. Next stop: `runNetwork.ts`.
 */
import fc from 'fast-check';
import { FoveaError } from '../../src/base/errors.ts';
import { layers } from '../../src/nn/layers/index.ts';
import type { LossName } from '../../src/nn/losses/losses.ts';
import { adam } from '../../src/nn/optimizers/adam.ts';
import { adamw } from '../../src/nn/optimizers/adamw.ts';
import type { Optimizer } from '../../src/nn/optimizers/optimizer.ts';
import { sgd } from '../../src/nn/optimizers/sgd.ts';
import { sequential } from '../../src/nn/sequential.ts';
import type { ModelSpec } from '../../src/nn/spec.ts';

type LayerInput = Parameters<typeof sequential>[1][number];

export interface DrawnNetwork {
  readonly spec: ModelSpec;
  readonly loss: LossName;
  readonly optimizer: Optimizer;
  readonly batch: number;
  readonly seed: number;
}

const { conv2d, conv2dTranspose, connectedConv2d, dense, dropout, flatten } = layers;

const side = fc.integer({ min: 1, max: 5 });
const stride = fc.constantFrom(1, 1, 2, 3);
const filters = fc.constantFrom(1, 3, 4, 6, 8, 13, 16, 17);
const padding = fc.constantFrom('same' as const, 'valid' as const);
const smooth = fc.constantFrom(
  'linear' as const,
  'tanh' as const,
  'sigmoid' as const,
  'relu' as const,
  'leakyRelu' as const,
  'elu' as const,
  'softplus' as const,
  'scaledTanh' as const,
  'swish' as const,
  'gelu' as const,
);
const l2 = fc.constantFrom(0, 0, 0.01);

const convolution = fc
  .record({
    filters,
    kernelSize: fc.tuple(side, side),
    strides: fc.tuple(stride, stride),
    padding,
    dilationRate: fc.constantFrom(1, 1, 1, 2),
    groups: fc.constantFrom(1, 1, 1, 2, 3),
    activation: smooth,
    useBias: fc.boolean(),
    l2,
  })
  .map((options): LayerInput => conv2d(options));

/** What Winograd takes: stride 1, 3x3 or 5x5, many channels. */
const winogradSized = fc
  .record({
    filters: fc.constantFrom(16, 17, 20, 33),
    kernelSize: fc.constantFrom(3, 5),
    padding,
    activation: smooth,
    useBias: fc.boolean(),
  })
  .map((options): LayerInput => conv2d(options));

const transposed = fc
  .record({ filters, kernelSize: side, strides: stride, padding, activation: smooth })
  .map((options): LayerInput => conv2dTranspose(options));

const pooling = fc
  .record({
    kind: fc.constantFrom(
      'maxPooling2d' as const,
      'minPooling2d' as const,
      'averagePooling2d' as const,
    ),
    poolSize: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    strides: fc.tuple(stride, stride),
    padding,
  })
  .map(({ kind, ...options }): LayerInput => layers[kind](options));

const table = fc
  .record({
    seen: fc.integer({ min: 1, max: 3 }),
    maps: fc.integer({ min: 1, max: 7 }),
    kernelSize: side,
  })
  .map(({ seen, maps, kernelSize }): LayerInput => {
    // Map o sees input o mod 3, and the next ones: three input maps are wanted.
    const connections = Array.from({ length: maps }, (_, o) =>
      Array.from({ length: seen }, (_, i) => (o + i) % 3).sort(),
    );
    return connectedConv2d({ connections, kernelSize, activation: 'tanh' });
  });

const other = fc.constantFrom<LayerInput>(
  layers.batchNormalization(),
  layers.localResponseNormalization({ size: 3, alpha: 0.1 }),
  dropout({ rate: 0.3 }),
  layers.upsampling2d({ size: 2 }),
  layers.zeroPadding2d({ padding: 1 }),
  layers.padding2d({ padding: 1, mode: 'reflect' }),
  layers.cropping2d({ cropping: 1 }),
  layers.subsampling2d({ poolSize: 2 }),
  layers.activation({ activation: 'elu' }),
);

const hidden = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: convolution },
    { weight: 2, arbitrary: winogradSized },
    { weight: 1, arbitrary: transposed },
    { weight: 2, arbitrary: pooling },
    { weight: 1, arbitrary: table },
    { weight: 3, arbitrary: other },
  ),
  { minLength: 1, maxLength: 4 },
);

const ends = fc.record({
  global: fc.constantFrom(
    undefined,
    undefined,
    layers.globalAveragePooling2d(),
    layers.globalMaxPooling2d(),
  ),
  units: fc.constantFrom(undefined, 7, 20, 33),
  activation: smooth,
  classes: fc.constantFrom(2, 3, 10),
  l2,
});

const optimizers = fc.constantFrom(
  sgd(),
  sgd({ momentum: 0.8 }),
  sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.02 }),
  sgd({ momentum: 0.7, weightDecay: 0.03, velocity: 'steps', decayMode: 'decoupled' }),
  // Far above the gradients' rounding, which Adam would otherwise enlarge to a whole step.
  adam({ epsilon: 0.01, beta1: 0.8 }),
  adamw({ epsilon: 0.01, weightDecay: 0.05 }),
);

const losses = fc.constantFrom<LossName>(
  'sparseCategoricalCrossentropy',
  'categoricalCrossentropy',
  'meanSquaredError',
);

export const networks: fc.Arbitrary<DrawnNetwork> = fc
  .record({
    height: fc.integer({ min: 3, max: 12 }),
    width: fc.integer({ min: 3, max: 12 }),
    channels: fc.constantFrom(1, 2, 3, 3, 4, 8, 16, 18),
    hidden,
    ends,
    loss: losses,
    optimizer: optimizers,
    batch: fc.constantFrom(1, 2, 3, 4, 5, 8, 9),
    seed: fc.nat({ max: 1000 }),
  })
  .map(({ height, width, channels, hidden, ends, ...rest }) => ({
    ...rest,
    spec: networkOf([height, width, channels], hidden, ends),
  }));

type Ends = typeof ends extends fc.Arbitrary<infer T> ? T : never;

function networkOf(
  inputShape: readonly [number, number, number],
  wished: readonly LayerInput[],
  { global, units, activation, classes, l2 }: Ends,
): ModelSpec {
  const tail: LayerInput[] = [
    ...(global === undefined ? [flatten()] : [global]),
    ...(units === undefined ? [] : [dense({ units, activation, l2 })]),
    dense({ units: classes }),
    layers.activation({ activation: 'softmax' }),
  ];
  let kept: LayerInput[] = [];
  for (const layer of wished) {
    if (fits(inputShape, [...kept, layer, ...tail])) kept = [...kept, layer];
  }
  return sequential({ inputShape: [...inputShape] }, [...kept, ...tail]);
}

function fits(inputShape: readonly number[], all: readonly LayerInput[]): boolean {
  try {
    sequential({ inputShape: [...inputShape] }, all);
    return true;
  } catch (error) {
    if (error instanceof FoveaError) return false;
    throw error;
  }
}

/** One line per network, for reports. */
export function describeNetwork({ spec, loss, optimizer, batch, seed }: DrawnNetwork): string {
  const described = spec.layers.map(({ kind, options }) => `${kind} ${JSON.stringify(options)}`);
  return `input (${batch}, ${spec.inputShape.join(', ')}), seed ${seed}, ${loss}, ${JSON.stringify(optimizer.spec)}:\n  ${described.join('\n  ')}`;
}
