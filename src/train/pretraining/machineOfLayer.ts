/**
 * @file A convolution layer as a restricted Boltzmann machine, and what the machine learned put onto the layer.
 *
 * Numbers from 0 to 1 are taken for probabilities of binary units. Others are brought to mean 0 and variance 1, all by
 * one scale, as units of variance 1 ask for; the layer reads them as they were, so the scale goes into its weights:
 *
 *   conv((x - mean) / deviation, W) + b  =  conv(x, W / deviation) + b - mean / deviation * sum of W
 *
 * which is exact but at a border of zeros, where the machine saw the mean. A machine's units are logistic: a layer of
 * sigmoids takes its weights as they are, one of tanh takes half of them, since tanh(a / 2) = 2 sigmoid(a) - 1; any other
 * takes the kernel alone, because the biases, which keep logistic units quiet, would leave ReLU dead.
 * Before: `pretrain.ts`.
 */
import { last } from '../../base/lists.ts';
import type { ImageShape } from '../../base/shape.ts';
import type { PlacedLayer } from '../../nn/shapes.ts';
import type { TrainedMachine } from './boltzmann.ts';
import { hiddenShape, type Machine } from './contrastiveDivergence.ts';
import type { PretrainSettings } from './pretrainOptions.ts';

/** What was taken off, and what the rest was divided by. */
export interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

export function machineOf(
  { spec, layer, inputShapes, parameters }: PlacedLayer,
  visible: Machine['visible'],
  { pooling, sparsity }: Pick<PretrainSettings, 'pooling' | 'sparsity'>,
): Machine {
  const [inputShape] = inputShapes;
  const facts = layer.window?.(inputShapes, spec.options);
  const { top = 0, bottom = 0, left = 0, right = 0 } = facts?.padding ?? {};
  const machine = {
    inputShape: inputShape as ImageShape,
    kernelShape: parameters[0].shape,
    convolution: {
      strides: facts?.strides ?? [1, 1],
      dilation: facts?.dilation ?? [1, 1],
      pads: [
        [top, bottom],
        [left, right],
      ],
      groups: Number(spec.options.groups ?? 1),
    },
    visible,
    pooling: pooling ?? 1,
    sparsity,
  } as const;
  return pooling === undefined ? { ...machine, pooling: bestSide(machine) } : machine;
}

/** Blocks of 2 x 2 where they fit, as in 2009; single units elsewhere. */
function bestSide(machine: Machine): number {
  const [H = 1, W = 1] = hiddenShape(machine);
  return H % 2 === 0 && W % 2 === 0 ? 2 : 1;
}

/** Numbers as a machine's visible units read them. */
export function standardised(rows: Float32Array): {
  readonly numbers: Float32Array;
  readonly scale: Scale;
  readonly visible: Machine['visible'];
} {
  if (rows.every((x) => x >= 0 && x <= 1)) {
    return { numbers: rows, scale: { mean: 0, deviation: 1 }, visible: 'binary' };
  }
  const mean = rows.reduce((sum, x) => sum + x, 0) / rows.length;
  const variance = rows.reduce((sum, x) => sum + (x - mean) ** 2, 0) / rows.length;
  const deviation = Math.sqrt(variance) || 1;
  return {
    numbers: rows.map((x) => (x - mean) / deviation),
    scale: { mean, deviation },
    visible: 'gaussian',
  };
}

/** The machine's kernel and hidden biases for numbers as they were, and for units of an activation. */
export function onto(
  { kernel, bias }: TrainedMachine,
  { mean, deviation }: Scale,
  { kernelShape }: Pick<Machine, 'kernelShape'>,
  activation: unknown,
): { readonly kernel: Float32Array; readonly bias?: Float32Array } {
  const maps = last(kernelShape, 'axis');
  const sums = new Float64Array(maps);
  for (let i = 0; i < kernel.length; i++) sums[i % maps] += kernel[i];
  const times = activation === 'tanh' ? 0.5 : 1;
  const scaled = kernel.map((w) => (times * w) / deviation);
  if (activation !== 'tanh' && activation !== 'sigmoid') return { kernel: scaled };
  return {
    kernel: scaled,
    bias: bias.map((b, map) => times * (b - (mean / deviation) * sums[map])),
  };
}
