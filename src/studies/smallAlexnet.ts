/**
 * @file The 2012 network in small: its layers in their order, at a sixth to an eighth of the width, for small pictures.
 *
 *   conv1 16@5x5, normalised, max 3x3/2      conv2 32@5x5 in two towers, normalised, max 3x3/2
 *   conv3 48@3x3      conv4 48@3x3 in two towers      conv5 32@3x3 in two towers, max 3x3/2
 *   dense 128, dropout      dense
 *
 * ReLU behind every layer but the last. A stand-in for a network that takes days: one dense layer where the paper has
 * two, He's first weights in place of N(0, 0.01), which a few epochs would not leave. What the ablation studies
 * change, its options say. Before: `models/alexnet.ts`, the whole network.
 */
import { dense } from '../nn/layers/dense.ts';
import { dropout } from '../nn/layers/dropout.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { conv2d } from '../nn/layers/windows/conv2d.ts';
import {
  type LocalResponseNormalizationOptions,
  localResponseNormalization,
} from '../nn/layers/windows/localResponseNormalization.ts';
import { maxPooling2d } from '../nn/layers/windows/pooling.ts';
import type { CallableLayer } from '../nn/layers/wiring.ts';
import { sequential } from '../nn/sequential.ts';
import type { ModelSpec } from '../nn/spec.ts';
import type { Pictures } from './networks.ts';

export interface SmallAlexnetOptions {
  /** Of the normalisation behind conv1 and conv2; null: none. Default: the paper's numbers. */
  readonly normalization?: LocalResponseNormalizationOptions | null;
  /** Pixels of a pooling window, of which one begins every 2; 3, as in the paper, overlaps. Default 3. */
  readonly poolSize?: number;
  /** Default 0.5. */
  readonly dropout?: number;
  /**
   * 'two': conv2, conv4 and conv5 in two groups. 'half': one tower, half the kernels in every convolution but the
   * last, as the paper's comparison. 'whole': as many kernels as 'two', without groups. Default 'two'.
   */
  readonly towers?: 'two' | 'half' | 'whole';
  /** A convolution that is left out, with its normalisation; its pooling stays. */
  readonly without?: 'conv1' | 'conv2' | 'conv3' | 'conv4' | 'conv5';
}

export function smallAlexnet(
  { imageShape, classes }: Pictures,
  options: SmallAlexnetOptions = {},
): ModelSpec {
  const {
    normalization = {},
    poolSize = 3,
    dropout: rate = 0.5,
    towers = 'two',
    without,
  } = options;
  const pooling = (name: string) => maxPooling2d({ name, poolSize, strides: 2, padding: 'same' });
  const convolution = ([name, filters, kernelSize, isGrouped]: Convolution): CallableLayer[] => {
    if (name === without) return [];
    const isHalved = towers === 'half' && name !== 'conv5';
    const own = conv2d({
      name,
      filters: isHalved ? filters / 2 : filters,
      kernelSize,
      padding: 'same',
      activation: 'relu',
      kernelInitializer: 'heNormal',
      // The first convolution that reads the picture itself cannot part one or three channels.
      groups: isGrouped && towers === 'two' && !readsPicture(name, without) ? 2 : 1,
    });
    const isNormalized = (name === 'conv1' || name === 'conv2') && normalization !== null;
    const normal = localResponseNormalization({ name: `${name}Normal`, ...normalization });
    return isNormalized ? [own, normal] : [own];
  };
  const [conv1, conv2, ...others] = CONVOLUTIONS.map(convolution);
  return sequential({ name: 'small-alexnet', inputShape: imageShape }, [
    ...(conv1 ?? []),
    pooling('pool1'),
    ...(conv2 ?? []),
    pooling('pool2'),
    ...others.flat(),
    pooling('pool5'),
    flatten(),
    dense({ name: 'dense', units: 128, activation: 'relu', kernelInitializer: 'heNormal' }),
    ...(rate === 0 ? [] : [dropout({ name: 'dropout', rate })]),
    dense({ name: 'answer', units: classes.length, activation: 'softmax' }),
  ]);
}

type Convolution = readonly [name: string, filters: number, kernelSize: number, isGrouped: boolean];

const CONVOLUTIONS: readonly Convolution[] = [
  ['conv1', 16, 5, false],
  ['conv2', 32, 5, true],
  ['conv3', 48, 3, false],
  ['conv4', 48, 3, true],
  ['conv5', 32, 3, true],
];

const readsPicture = (name: string, without: SmallAlexnetOptions['without']): boolean =>
  name === 'conv1' || (name === 'conv2' && without === 'conv1');
