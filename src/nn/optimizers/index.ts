/**
 * @file THE table of optimizers. A new one is one file and one line here.
 */
import { unknownName } from '../../base/errors.ts';
import { adam } from './adam.ts';
import { adamw } from './adamw.ts';
import { levenbergMarquardt } from './levenbergMarquardt.ts';
import type { Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';

const optimizers = { sgd, adam, adamw, levenbergMarquardt } as const;

export const optimizerNames: readonly string[] = Object.keys(optimizers);

/** An optimizer from its name, or from its name and options as a run's files hold them. */
export function optimizerOf(
  received: string | { readonly kind: string; readonly [option: string]: unknown },
): Optimizer {
  const { kind, ...options } = typeof received === 'string' ? { kind: received } : received;
  if (!Object.hasOwn(optimizers, kind)) throw unknownName('optimizer', kind, optimizerNames);
  return optimizers[kind as keyof typeof optimizers](options);
}
