/**
 * @file What pre-training is asked for, with what holds unsaid.
 *
 * Before: `pretrain.ts`.
 */
import * as z from 'zod/mini';
import { asUsage } from '../../base/errors.ts';
import { adam } from '../../nn/optimizers/adam.ts';
import type { Optimizer } from '../../nn/optimizers/optimizer.ts';
import { sgd } from '../../nn/optimizers/sgd.ts';
import { parseOptions } from '../../nn/options.ts';
import { checkSettings } from '../checks.ts';
import type { Machine } from './contrastiveDivergence.ts';

export interface PretrainOptions {
  /** A denoising auto-encoder or a convolutional restricted Boltzmann machine per layer; default 'autoencoder'. */
  readonly method?: PretrainMethod | undefined;
  /** Names of convolutions, or patterns; default: all, in their order. */
  readonly layers?: readonly string[] | undefined;
  /** Passes over the pictures for each layer; default 5. */
  readonly epochs?: number | undefined;
  /** Default 64. */
  readonly batchSize?: number | undefined;
  /** Of first weights, order, noise and draws; default 0. */
  readonly seed?: number | undefined;
  /**
   * Default 0.001 (Adam) for auto-encoders; for machines, by gradient descent with momentum 0.5, 0.5 where they read
   * probabilities and 0.1 where they read other numbers, whose units have no bounds (Hinton 2010, section 13.2).
   */
  readonly learningRate?: number | undefined;
  /** Of auto-encoders: share of the numbers that the layer does not get to see; default 0.3. */
  readonly noise?: number | undefined;
  /** Of machines: side of the blocks in which one unit is on at most; default 2 where it divides the maps, else 1. */
  readonly pooling?: number | undefined;
  /** Of machines: mean activity that units are moved towards, and how strongly; default 0.05 and 1; null: not at all. */
  readonly sparsity?: { readonly target: number; readonly weight: number } | null | undefined;
}

export const pretrainMethods = ['autoencoder', 'rbm'] as const;
export type PretrainMethod = (typeof pretrainMethods)[number];

export interface PretrainSettings {
  readonly method: PretrainMethod;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  /** Of an auto-encoder, or of a machine with such visible units. */
  optimizerOf(visible?: Machine['visible']): Optimizer;
  readonly noise: number;
  readonly pooling: number | undefined;
  readonly sparsity: { readonly target: number; readonly weight: number } | undefined;
}

const share = z.number().check(z.minimum(0), z.lt(1));

const schema = z.object({
  method: z._default(z.enum(pretrainMethods), 'autoencoder'),
  layers: z.optional(z.readonly(z.array(z.string()))),
  epochs: z._default(z.number(), 5),
  batchSize: z._default(z.number(), 64),
  seed: z._default(z.number(), 0),
  learningRate: z.optional(z.number().check(z.positive())),
  noise: z._default(share, 0.3),
  pooling: z.optional(z.int().check(z.positive())),
  sparsity: z._default(
    z.nullable(z.object({ target: share, weight: z.number().check(z.positive()) })),
    { target: 0.05, weight: 1 },
  ),
});

/** Throws a UsageError for the first option that is not possible. */
export function settingsOf(options: PretrainOptions): PretrainSettings {
  const {
    layers: _,
    learningRate,
    sparsity,
    ...settings
  } = asUsage(() => parseOptions(schema, options, 'pretrain'));
  const { epochs, batchSize, seed } = settings;
  checkSettings({ epochs, batchSize, seed });
  return {
    ...settings,
    pooling: settings.pooling,
    optimizerOf: (visible) => {
      if (visible === undefined) return adam({ learningRate: learningRate ?? 0.001 });
      const rate = visible === 'binary' ? 0.5 : 0.1;
      return sgd({ learningRate: learningRate ?? rate, momentum: 0.5 });
    },
    sparsity: sparsity ?? undefined,
  };
}
