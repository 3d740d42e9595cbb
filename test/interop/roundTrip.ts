/**
 * @file What a round trip is judged by: a model out and in again, the same layers, the same numbers, the same answers.
 */
import { expect } from 'vitest';
import { referenceBackend } from '../../src/backends/reference/index.ts';
import { RandomStream } from '../../src/base/random.ts';
import { sizeOf } from '../../src/base/shape.ts';
import { exportModel } from '../../src/interop/exporters.ts';
import { importModel } from '../../src/interop/importers.ts';
import type { ImportedModel } from '../../src/interop/importing.ts';
import { sourceOfFiles } from '../../src/interop/source.ts';
import { inputsOf, type ModelSpec } from '../../src/nn/spec.ts';
import type { TrainedModel } from '../../src/nn/trained.ts';
import { predictBatch } from '../../src/train/prediction/batchPrediction.ts';

/** Out to a format and in again. */
export async function thereAndBack(
  model: TrainedModel,
  to: string,
  options: Parameters<typeof exportModel>[2] = {},
): Promise<ImportedModel> {
  const files = await exportModel(model, to, options);
  const [main = ''] = files.keys();
  return importModel(await sourceOfFiles(main, files));
}

/** Pixels for a model's inputs. */
export function pixelsFor(spec: ModelSpec, rows: number, seed = 7) {
  const random = new RandomStream(seed, 'pixels');
  const inputs = inputsOf(spec).map(({ name, shape }) => {
    const draw = () => Math.floor(random.uniform(0, 256));
    return [name, Uint8Array.from({ length: rows * sizeOf(shape) }, draw)] as const;
  });
  return spec.inputs === undefined ? inputs[0][1] : Object.fromEntries(inputs);
}

/** The largest difference between the answers of two models to the same pixels, of all outputs in their order. */
export async function largestDifference(
  a: TrainedModel,
  b: TrainedModel,
  rows = 3,
): Promise<number> {
  await using session = await referenceBackend.open();
  const answers = [];
  for (const model of [a, b]) {
    answers.push(Object.values(await predictBatch(session, model, pixelsFor(model.spec, rows))));
  }
  const [ours, theirs] = answers;
  expect(theirs.map(({ shape }) => shape)).toEqual(ours.map(({ shape }) => shape));
  const differences = ours.flatMap(({ data }, i) =>
    Array.from(data, (value, k) => Math.abs(value - theirs[i].data[k])),
  );
  // Answers that are all the same would judge nothing.
  expect(new Set(ours.flatMap(({ data }) => [...data])).size).toBeGreaterThan(1);
  return Math.max(...differences);
}

/** The very spec and weights: nothing is lost on the way. */
export function expectSame(back: TrainedModel, model: TrainedModel): void {
  expect(back.spec).toEqual(model.spec);
  expect([...back.weights.keys()].sort()).toEqual([...model.weights.keys()].sort());
  for (const [name, { shape, data }] of model.weights) {
    expect(back.weights.get(name)?.shape, name).toEqual(shape);
    expect(back.weights.get(name)?.data, name).toEqual(data);
  }
}
