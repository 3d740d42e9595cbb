/**
 * @file What a model's answer is: scores of the classes, the largest of which wins, or distances to them.
 */
import { FoveaError } from '../../base/errors.ts';
import { last } from '../../base/lists.ts';
import { formatShape, sameShape } from '../../base/shape.ts';
import { layerOf } from '../layers/index.ts';
import { layerShapes } from '../shapes.ts';
import { checkOneInOneOut, inputsOf, type ModelSpec, outputsOf } from '../spec.ts';

/**
 * Where a layer (the last, unless named) gives distances, the smallest of which wins: how far the rubbish class
 * is, j of eq. 9 of LeCun et al. 1998. Undefined where it gives scores.
 */
export function rubbishDistanceOf({ layers }: ModelSpec, name?: string): number | undefined {
  const layer = layers.find((l) => l.name === name) ?? last(layers, 'layer');
  return layerOf(layer.kind).rubbishDistance?.(layer.options);
}

/** For what reads one picture and names its class. `what` ends the sentence "expected: ..., ". */
export function checkNamesClasses(spec: ModelSpec, what: string): void {
  checkOneInOneOut(spec, what);
  const output = layerShapes(spec).at(-1)?.outputShape ?? [];
  if (output.length === 1) return;
  throw new FoveaError({
    problem: `${spec.name} answers with ${formatShape(output)} for one picture`,
    expected: `one row of numbers (classes,), ${what}`,
    fix: rebuildsInput(spec)
      ? 'score, report and look tell how well an auto-encoder gives its pictures back'
      : 'use fit, score and predictBatch of the library for models of values',
  });
}

/** Whether a model of one input and one output answers with a picture of the input's shape: an auto-encoder. */
export function rebuildsInput(spec: ModelSpec): boolean {
  if (inputsOf(spec).length !== 1 || outputsOf(spec).length !== 1) return false;
  const output = layerShapes(spec).at(-1)?.outputShape ?? [];
  return output.length > 1 && sameShape(output, spec.inputShape);
}

export function answersWithDistances(spec: ModelSpec): boolean {
  return rubbishDistanceOf(spec) !== undefined;
}
