/**
 * @file What a model's answer is: scores of the classes, the largest of which wins, or distances to them.
 */
import { layerOf } from './layers/index.ts';
import type { ModelSpec } from './spec.ts';

/**
 * Where the last layer gives distances, the smallest of which wins: how far the rubbish class is, j of eq. 9
 * of LeCun et al. 1998. Undefined where it gives scores.
 */
export function rubbishDistanceOf({ layers }: ModelSpec): number | undefined {
  const last = layers[layers.length - 1];
  return layerOf(last.kind).rubbishDistance?.(last.options);
}

export function answersWithDistances(spec: ModelSpec): boolean {
  return rubbishDistanceOf(spec) !== undefined;
}
