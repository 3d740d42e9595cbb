/**
 * @file Operations that are several ops: batch normalisation, trainable sub-sampling, dropout.
 *
 * Builders over `build`; their gradients come from those of their parts. Called by `nn/layers/`.
 */
import { type Shape, sizeOf } from '../base/shape.ts';
import { NO_PADS, type Pair } from '../base/window.ts';
import { constantNode, type Node } from '../graph/node.ts';
import * as e from './expression.ts';
import type { Build } from './op.ts';

/** Per channel (C,): scale gamma, offset beta, and the statistics to normalise with. */
export interface Normalization {
  readonly gamma: Node;
  readonly beta: Node;
  readonly mean: Node;
  readonly variance: Node;
  readonly epsilon: number;
}

/** y = gamma (x - mean) / sqrt(variance + epsilon) + beta, channels last. */
export function normalize(
  build: Build,
  x: Node,
  { gamma, beta, mean, variance, epsilon }: Normalization,
): Node {
  const deviation = build('sqrt', [build('add', [variance, constantNode(epsilon)])]);
  const scale = build('div', [gamma, deviation]); // (C,)
  return build('add', [build('mul', [build('sub', [x, mean]), scale]), beta]);
}

/**
 * Batch normalisation with the statistics of the batch (training), and these statistics, (C,) each, for
 * the moving averages. The variance is that of the batch, divided by the count, as in Keras. With `across`
 * the batch has `of` rows and is spread over ranks; `counts` 0 leaves the rows of this rank out.
 */
export function batchNormalization(
  build: Build,
  x: Node,
  { gamma, beta, epsilon }: Pick<Normalization, 'gamma' | 'beta' | 'epsilon'>,
  across?: { readonly of: number; readonly counts: number },
): { readonly y: Node; readonly mean: Node; readonly variance: Node } {
  const shape: Shape = x.shape.slice(-1);
  const part = sizeOf(shape) / sizeOf(x.shape);
  const share = across === undefined ? part : (across.counts * part * x.shape[0]) / across.of;
  const meanOf = (numbers: Node): Node => {
    const mean = build('mul', [build('sumTo', [numbers], { shape }), constantNode(share)]);
    return across === undefined ? mean : build('rankSum', [mean]);
  };
  const mean = meanOf(x);
  const variance = meanOf(build('square', [build('sub', [x, mean])]));
  return { y: normalize(build, x, { gamma, beta, mean, variance, epsilon }), mean, variance };
}

/**
 * Sub-sampling of LeCun et al. 1998 before its squashing function: weight * (sum of the window) + bias.
 * weight and bias: (C,)
 */
export function subsample2d(
  build: Build,
  x: Node,
  weight: Node,
  bias: Node,
  window: Pair,
  strides: Pair,
): Node {
  const attrs = { window, strides, pads: NO_PADS, countIncludePad: false };
  const means = build('averagePool2d', [x], attrs);
  const perMean = build('mul', [weight, constantNode(window[0] * window[1])]); // (C,)
  return build('add', [build('mul', [means, perMean]), bias]);
}

/**
 * Dropout while training: keeps an element where its uniform number is at least `rate`, else 0. Inverted,
 * the kept ones grow by 1 / (1 - rate) and nothing is left to do at test time; the 2012 form leaves them
 * and multiplies by 1 - rate at test time.
 */
export function dropout(
  build: Build,
  x: Node,
  uniform: Node,
  { rate, inverted }: { readonly rate: number; readonly inverted: boolean },
): Node {
  const kept = inverted ? 1 / (1 - rate) : 1;
  const expression = e.select(e.greaterEqual(e.input(0), rate), kept, 0);
  // The mask depends on no parameter, so it needs no gradient of its own.
  return build('mul', [x, build('elementwise', [uniform], { expression, label: 'dropoutMask' })]);
}
