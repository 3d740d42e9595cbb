/**
 * @file THE table of optimizers. A new one is one file and one line here.
 */
import { unknownName } from '../../base/errors.ts';
import type { OptionFacts } from '../optionFacts.ts';
import { adam } from './adam.ts';
import { adamw } from './adamw.ts';
import { levenbergMarquardt } from './levenbergMarquardt.ts';
import type { Optimizer } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import { sgd } from './sgd.ts';

const optimizers = { sgd, adam, adamw, rmsprop, levenbergMarquardt } as const;

export const optimizerNames: readonly string[] = Object.keys(optimizers);

/** What an optimizer is called, what it is, and its options: for help and for command lines. */
export interface OptimizerFacts {
  readonly kind: string;
  readonly says: string;
  readonly options: readonly OptionFacts[];
}

/** Of every optimizer; options that all of them have are in each. */
export const optimizerFacts: readonly OptimizerFacts[] = Object.values(optimizers).map(
  ({ kind, says, options }) => ({ kind, says, options }),
);

/** An optimizer from its name, or from its name and options as a run's files hold them. */
export function optimizerOf(
  received: string | { readonly kind: string; readonly [option: string]: unknown },
): Optimizer {
  const { kind, ...options } = typeof received === 'string' ? { kind: received } : received;
  if (!Object.hasOwn(optimizers, kind)) throw unknownName('optimizer', kind, optimizerNames);
  return optimizers[kind as keyof typeof optimizers](options);
}
