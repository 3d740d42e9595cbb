/**
 * @file THE table of data sets: one file and one line each.
 */
import { unknownName } from '../../base/errors.ts';
import type { DatasetDefinition } from '../dataset.ts';
import { cifar10 } from './cifar10.ts';
import { digits } from './digits.ts';
import { fashionMnist } from './fashionMnist.ts';
import { mnist } from './mnist.ts';

const table = {
  digits,
  mnist,
  'fashion-mnist': fashionMnist,
  cifar10,
} as const satisfies Record<string, DatasetDefinition>;

export type DatasetName = keyof typeof table;

const definitions: readonly DatasetDefinition[] = Object.values(table);

export const datasetNames: readonly string[] = definitions.map(({ name }) => name);

/** The data set of that name or alias; throws a UsageError that suggests the nearest name. */
export function datasetOf(name: string): DatasetDefinition {
  const wanted = name.toLowerCase();
  const found = definitions.find((d) => d.name === wanted || d.aliases?.includes(wanted));
  if (found === undefined) throw unknownName('data set', name, datasetNames, true);
  return found;
}
