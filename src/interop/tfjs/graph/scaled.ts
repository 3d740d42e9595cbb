/**
 * @file A tensor times and plus numbers per channel that training leaves alone: a frozen normalisation.
 */
import { TINY } from '../../keras/layers/normalization.ts';
import type { BuiltTensor } from '../../specBuilder.ts';
import type { OperationContext } from './context.ts';

/** scale x + shift, by numbers that training leaves alone. */
export function scaled(
  context: OperationContext,
  tensor: BuiltTensor,
  scale: ArrayLike<number>,
  shift: ArrayLike<number>,
): BuiltTensor {
  const numbers = { gamma: scale, beta: shift, movingMean: [0], movingVariance: [1] };
  return context.add('batchNormalization', [tensor], { epsilon: TINY }, numbers, {
    trainable: false,
  });
}
