/**
 * @file THE table of models. A new model is one file and one line here.
 */

import { unknownName } from '../base/errors.ts';
import type { Known } from '../base/names.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { alexnet } from './alexnet.ts';
import { alexnetCaffe } from './alexnetCaffe.ts';
import { alexnetCifar10 } from './alexnetCifar10.ts';
import { alexnetSingle } from './alexnetSingle.ts';
import { cifarQuick } from './cifarQuick.ts';
import { lenet5 } from './lenet5.ts';
import { lenet5Of1998 } from './lenet5Of1998.ts';
import type { GivenOptions, ModelDefinition } from './options.ts';

const models = {
  lenet5,
  'lenet5-1998': lenet5Of1998,
  alexnet,
  'alexnet-single': alexnetSingle,
  'alexnet-caffe': alexnetCaffe,
  'alexnet-cifar10': alexnetCifar10,
  'cifar-quick': cifarQuick,
} as const satisfies Record<string, ModelDefinition>;

export type ModelName = keyof typeof models;

export const modelNames: readonly string[] = Object.keys(models);

/** The spec of a model; options as its file names them: `modelOf('alexnet', { classes: 12 })`. */
export function modelOf<N extends string>(
  name: Known<N, ModelName>,
  options: GivenOptions = {},
): ModelSpec {
  if (!Object.hasOwn(models, name)) throw unknownName('model', name, modelNames);
  return models[name as ModelName](options);
}

/** Whether the model of that name has the option: `takesOption('alexnet', 'classes')`. */
export function takesOption(name: string, option: string): boolean {
  return Object.hasOwn(models, name) && option in models[name as ModelName].options.shape;
}
