/**
 * @file Accuracy of a saved run against the strength of a disturbance: `fovea evaluate RUN --perturb rotate`.
 *
 * What a picture suffers depends on its row and the strength alone, so that networks can be compared.
 * Previous stop: `train/evaluation/perturbations.ts`. Next stop: `train/evaluation/evaluate.ts`.
 */
import { RandomStream } from '../base/random.ts';
import type { ImageShape } from '../base/shape.ts';
import type { Split } from '../data/dataset.ts';
import type { Plane } from '../data/images/resize.ts';
import { picturesOf } from '../data/pictures.ts';
import { parameterNames } from '../nn/programs/programs.ts';
import { imageShapeOf } from '../nn/spec.ts';
import { compileEvaluation, measure, openEvaluationBatches } from '../train/evaluation/evaluate.ts';
import { type Perturbation, perturbationOf } from '../train/evaluation/perturbations.ts';
import { restoreStates } from '../train/snapshots/snapshot.ts';
import { type TestRequest, withTestedRun } from './testedRun.ts';

export interface PerturbRequest extends TestRequest {
  readonly perturbation: string;
  /** Default: those of the perturbation. */
  readonly strengths?: readonly number[] | undefined;
}

export interface PerturbedPoint {
  readonly strength: number;
  readonly loss: number;
  readonly accuracy: number;
}

export interface PerturbedRun {
  readonly model: string;
  readonly dataset: string;
  readonly count: number;
  /** In the order of strengths. */
  readonly points: readonly PerturbedPoint[];
}

export function perturbRun(request: PerturbRequest): Promise<PerturbedRun> {
  const perturbation = perturbationOf(request.perturbation);
  return withTestedRun(request, async ({ treatment, spec, weights, dataset, reading, session }) => {
    const { test, name } = dataset;
    const shape = imageShapeOf(spec);
    const rows = Array.from({ length: test.count }, (_, row) => row);
    const split = await picturesOf(test, rows, { ...reading, shape });
    const batchSize = Math.min(256, split.count);
    const scope = session.scopeOf(spec);
    const program = compileEvaluation(scope, spec, batchSize, treatment);
    restoreStates(scope, parameterNames(spec), weights);
    const points: PerturbedPoint[] = [];
    const strengths = request.strengths ?? perturbation.strengths;
    for (const strength of [...strengths].sort((a, b) => a - b)) {
      const disturbed = perturbed(split, shape, perturbation, strength);
      const source = await openEvaluationBatches(spec, disturbed, {}, program.batchSize);
      const { loss, accuracy = Number.NaN } = await measure(program, source);
      points.push({ strength, loss, accuracy });
      await source.close();
    }
    return { model: spec.name, dataset: name, count: split.count, points };
  });
}

/** The split with every picture disturbed; bytes are rounded and clipped. */
export function perturbed(
  split: Split,
  [height, width, channels]: ImageShape,
  perturbation: Pick<Perturbation, 'apply'>,
  strength: number,
): Split {
  const size = height * width * channels;
  const images = new Uint8ClampedArray(split.images.length);
  for (let row = 0; row < split.count; row++) {
    const values = Float32Array.from(split.images.subarray(row * size, (row + 1) * size));
    const plane: Plane = { width, height, channels, values };
    const random = new RandomStream(row, `perturb/${strength}`);
    images.set(perturbation.apply(plane, strength, random).values, row * size);
  }
  return { ...split, images: new Uint8Array(images.buffer) };
}
