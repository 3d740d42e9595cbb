/**
 * @file The data of a run, ready for the first step: fitted to the model, the augmentation's numbers measured.
 *
 * Before: `newRun.ts`. Next stop: `train/checks.ts`; `data/measured.ts`.
 */
import { UsageError } from '../base/errors.ts';
import type { Augmentation } from '../data/augment/index.ts';
import { validationSplit } from '../data/batches/batches.ts';
import { measureTraining, needsColours } from '../data/measured.ts';
import type { AnyDataset } from '../data/streamed.ts';
import { imageShapeOf, type ModelSpec } from '../nn/spec.ts';
import { fitted } from '../train/checks.ts';

export interface RunData {
  /** With the mean in its preprocessing, where one was asked for. */
  readonly spec: ModelSpec;
  readonly dataset: AnyDataset;
  readonly augmentation: Augmentation;
}

/** `fraction` of the training pictures is kept for validation and not measured. */
export async function prepareData(
  spec: ModelSpec,
  loaded: AnyDataset,
  augmentation: Augmentation,
  fraction: number,
  target?: 'input',
): Promise<RunData> {
  const dataset = fitted(spec, loaded, augmentation, target);
  const { train } = validationSplit(dataset.train, fraction);
  const wantsColours = needsColours(augmentation);
  const { mean: kind } = augmentation;
  if (kind === null && !wantsColours) return { spec, dataset, augmentation };
  const { scale, border = 0 } = spec.preprocessing;
  if (border > 0) {
    throw new UsageError({
      option: 'augment',
      problem: `${spec.name} puts a border of background around its pictures`,
      expected: 'a list without mean and pca',
    });
  }
  const shapes = { shape: imageShapeOf(spec), stored: dataset.imageShape };
  const statistics = await measureTraining(train, augmentation, shapes);
  const mean = kind === null ? undefined : statistics.mean(kind);
  return {
    dataset,
    augmentation: wantsColours ? { ...augmentation, colours: statistics.colours() } : augmentation,
    spec: mean === undefined ? spec : { ...spec, preprocessing: { scale, offset: 0, mean } },
  };
}
