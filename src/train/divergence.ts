/**
 * @file The error for a training run whose numbers left the real ones (NaN, Infinity).
 */
import { FoveaError } from '../base/errors.ts';

export class DivergenceError extends FoveaError {}

/** `problem` says what became what and when: "the loss became NaN at step 12 (epoch 1, batch 12)". */
export function diverged(problem: string, learningRate?: number): DivergenceError {
  return new DivergenceError({
    problem,
    expected: 'finite numbers; beyond this step training cannot recover',
    fix: `use a smaller learning rate${learningRate === undefined ? '' : ` (it was ${learningRate})`}, or check the data and the initializers`,
  });
}
