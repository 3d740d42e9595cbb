/**
 * @file THE table of models. A new model is one file and one line here.
 */
import { unknownName } from '../base/errors.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { lenet5 } from './lenet5.ts';

const models = { lenet5 } as const satisfies Record<string, () => ModelSpec>;

export const modelNames: readonly string[] = Object.keys(models);

export function modelOf(name: string): ModelSpec {
  if (!Object.hasOwn(models, name)) throw unknownName('model', name, modelNames);
  return models[name as keyof typeof models]();
}
