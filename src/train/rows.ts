/**
 * @file Whether rows and a model belong together, and what the losses compare: asked before anything runs.
 *
 * Previous stop: `fit.ts`. Next stop: `feed.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';
import { type ArraySplit, isArrays } from '../data/arraySplit.ts';
import type { AnySplit } from '../data/streamed.ts';
import type { MeasuredOutput } from '../nn/losses/chosenMetrics.ts';
import { type ChosenLosses, chosenLosses, type LossOptions } from '../nn/losses/objectives.ts';
import { layerShapes } from '../nn/shapes.ts';
import { inputsOf, type ModelSpec, outputsOf } from '../nn/spec.ts';

/** Pictures with one class each, in memory or read when needed, or rows by name. */
export type RowSplit = AnySplit | ArraySplit;

/** The loss of every output with what it compares; throws where the rows do not fit the model. */
export function lossesFor(spec: ModelSpec, options: LossOptions, rows: RowSplit): ChosenLosses {
  if (!isArrays(rows)) {
    const losses = chosenLosses(spec, options);
    checkPictures(spec, losses);
    return losses;
  }
  const kinds = Object.entries(rows.targets ?? {}).map(([name, data]) => {
    return [name, data instanceof Float32Array ? 'values' : 'classes'] as const;
  });
  const losses = chosenLosses(spec, options, Object.fromEntries(kinds));
  checkArrays(spec, losses, rows);
  return losses;
}

/** The outputs as metrics see them. */
export function measuredOutputs(spec: ModelSpec, losses: ChosenLosses): MeasuredOutput[] {
  const shapes = new Map(layerShapes(spec).map((p) => [p.spec.name, p.outputShape]));
  return outputsOf(spec).map(({ name, layer }) => ({
    name,
    classes: losses[name].target === 'classes' ? shapes.get(layer)?.at(-1) : undefined,
  }));
}

function checkPictures(spec: ModelSpec, losses: ChosenLosses): void {
  const wanted = outputsOf(spec).find(({ name }) => losses[name].target === 'values');
  const [inputs, outputs] = [inputsOf(spec).length, outputsOf(spec).length];
  if (wanted === undefined && inputs === 1 && outputs === 1) return;
  const reads = `${spec.name} has ${inputs} input${inputs === 1 ? '' : 's'} and ${outputs} output${outputs === 1 ? '' : 's'}`;
  throw new FoveaError({
    problem: `${wanted === undefined ? reads : `output "${wanted.name}" wants values`}; these rows are pictures with one class each`,
    expected: 'rows by name: { count, inputs: { NAME: ... }, targets: { NAME: ... } }',
    fix: `name ${[...inputsOf(spec), ...outputsOf(spec)].map(({ name }) => `"${name}"`).join(', ')}`,
  });
}

function checkArrays(spec: ModelSpec, losses: ChosenLosses, rows: ArraySplit): void {
  const { count, inputs, targets = {} } = rows;
  if (!Number.isInteger(count) || count < 1) {
    throw new FoveaError({ problem: `received ${count} rows`, expected: 'at least one' });
  }
  for (const { name, shape } of inputsOf(spec))
    checkNumbers('input', name, inputs[name], count, shape);
  const shapes = new Map(layerShapes(spec).map((p) => [p.spec.name, p.outputShape]));
  for (const { name, layer } of outputsOf(spec)) {
    const { target } = losses[name];
    const shape = shapes.get(layer) as Shape;
    if (target === 'values') checkNumbers('target', name, targets[name], count, shape);
    if (target === 'classes') checkClasses(name, targets[name], count, shape[shape.length - 1]);
  }
}

function checkNumbers(
  noun: 'input' | 'target',
  name: string,
  rows: ArrayLike<number> | undefined,
  count: number,
  shape: Shape,
): void {
  const numbers = count * sizeOf(shape);
  if (rows?.length === numbers) return;
  throw new FoveaError({
    where: `${noun} "${name}"`,
    problem: rows === undefined ? 'the rows lack it' : `it has ${rows.length} numbers`,
    expected: `${numbers} numbers: ${count} rows of ${formatShape(shape)}`,
  });
}

function checkClasses(
  name: string,
  rows: ArrayLike<number> | undefined,
  count: number,
  classes: number,
): void {
  checkNumbers('target', name, rows, count, []);
  const labels = Array.from(rows ?? []);
  const wrong = labels.findIndex(
    (label) => !(Number.isInteger(label) && label >= 0 && label < classes),
  );
  if (wrong < 0) return;
  throw new FoveaError({
    where: `target "${name}"`,
    problem: `row ${wrong} is of class ${labels[wrong]}`,
    expected: `class numbers from 0 to ${classes - 1}`,
  });
}
