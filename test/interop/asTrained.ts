/**
 * @file A model as if it had been trained, for whoever needs numbers to send somewhere.
 */
import { RandomStream } from '../../src/base/random.ts';
import { sizeOf } from '../../src/base/shape.ts';
import { parametersOf } from '../../src/nn/network.ts';
import type { ModelSpec } from '../../src/nn/spec.ts';
import type { TrainedModel } from '../../src/nn/trained.ts';

/** A model as if trained: numbers of every parameter, variances above 0, names of classes. */
export function asTrained(spec: ModelSpec, seed = 1): TrainedModel {
  const random = new RandomStream(seed, spec.name);
  const weights = new Map(
    parametersOf(spec).map(({ name, shape }) => {
      const isVariance = name.endsWith('Variance');
      const size = Math.sqrt(2 / Math.max(1, sizeOf(shape.slice(0, -1))));
      const draw = () => (isVariance ? random.uniform(0.5, 2) : random.uniform(-size, size));
      return [name, { shape, data: Float32Array.from({ length: sizeOf(shape) }, draw) }];
    }),
  );
  const last = parametersOf(spec).at(-1)?.shape.at(-1) ?? 1;
  return { spec, weights, classes: Array.from({ length: last }, (_, i) => `class ${i}`) };
}
