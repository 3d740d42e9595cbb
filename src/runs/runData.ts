/**
 * @file The data of a run: opened, made to fit the model, with what an augmentation has to know of it.
 *
 * Next stop: `trainRun.ts`.
 */
import { FoveaError, UsageError } from '../base/errors.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import {
  type Augmentation,
  choosesPart,
  noAugmentation,
  parseAugmentation,
} from '../data/augment/index.ts';
import { validationSplit } from '../data/batches.ts';
import type { ReadingOptions } from '../data/batchSource.ts';
import { withBorder } from '../data/dataset.ts';
import { openBatches } from '../data/openBatches.ts';
import { TrainingStatistics } from '../data/statistics.ts';
import { type AnyDataset, type AnySplit, isStreamed, sliceAny } from '../data/streamed.ts';
import { takesOption } from '../models/index.ts';
import { layerShapes } from '../nn/shapes.ts';
import { imageShapeOf, type ModelSpec } from '../nn/spec.ts';

/** How pictures are read in a run, of what its record says and what the machine is told. */
export type Reading = Omit<ReadingOptions, 'shape' | 'seed'>;

/**
 * The data set as the model reads it. The pictures must be of the model's size, or smaller by the border it
 * asks for, which is put around them, unless the augmentation cuts them; and the model must answer with
 * as many numbers as there are classes.
 */
export function fitted(
  spec: ModelSpec,
  dataset: AnyDataset,
  augmentation: Augmentation = noAugmentation,
): AnyDataset {
  const result = withBorderOf(spec, dataset);
  checkFit(spec, result, augmentation);
  return result;
}

function withBorderOf({ inputShape, preprocessing }: ModelSpec, dataset: AnyDataset): AnyDataset {
  const { border = 0 } = preprocessing;
  const { train, test, imageShape } = dataset;
  const wanted = inputShape.map((n, axis) => (axis < 2 ? n - 2 * border : n));
  if (border === 0 || !sameShape(wanted, imageShape)) return dataset;
  return isStreamed(train) || isStreamed(test)
    ? dataset
    : withBorder({ ...dataset, train, test }, border);
}

function checkFit(
  spec: ModelSpec,
  { name, imageShape, classes }: AnyDataset,
  augmentation: Augmentation,
): void {
  const cuts = choosesPart(augmentation) && imageShape[2] === spec.inputShape[2];
  if (!cuts && !sameShape(spec.inputShape, imageShape)) {
    throw new FoveaError({
      problem: `${spec.name} reads ${formatShape(spec.inputShape)}, the pictures of ${name} are ${formatShape(imageShape)}`,
      expected: 'a model and a data set of the same (height, width, channels)',
      fix: 'choose another data set (fovea data list) or change "inputShape" in the model',
    });
  }
  const output = layerShapes(spec).at(-1)?.outputShape ?? [];
  if (!sameShape(output, [classes.length])) {
    const own = takesOption(spec.name, 'classes');
    throw new FoveaError({
      problem: `${spec.name} answers with ${formatShape(output)}, ${name} has ${classes.length} classes`,
      expected: `a last layer of ${classes.length} units`,
      ...(own ? { fix: `name the model as ${spec.name},classes=${classes.length}` } : {}),
    });
  }
}

/** Pictures that the statistics of a set read from files are taken over; of one in memory, all. */
const MOST_MEASURED = 2_000;

/**
 * Reads an augmentation's words and measures what it needs of the training pictures: the mean, which goes
 * into the model's preprocessing, and the colours.
 */
export async function prepareAugmentation(
  words: string,
  spec: ModelSpec,
  dataset: AnyDataset,
  fraction: number,
): Promise<{ readonly spec: ModelSpec; readonly augmentation: Augmentation }> {
  const shape = imageShapeOf(spec);
  const parsed = parseAugmentation(words, shape);
  const needsColours = parsed.steps.some(({ name }) => name === 'pca');
  const { mean: kind } = parsed;
  if (kind === null && !needsColours) return { spec, augmentation: parsed };
  if (spec.preprocessing.border !== undefined && spec.preprocessing.border > 0) {
    throw new UsageError({
      where: '--augment',
      problem: `${spec.name} puts a border of background around its pictures`,
      expected: 'a list without mean and pca',
    });
  }
  const { train } = validationSplit(dataset.train, fraction);
  const statistics = await measureTraining(train, parsed, { shape, stored: dataset.imageShape });
  const { scale } = spec.preprocessing;
  const mean = kind === null ? undefined : statistics.mean(kind);
  return {
    augmentation: needsColours ? { ...parsed, colours: statistics.colours() } : parsed,
    spec: mean === undefined ? spec : { ...spec, preprocessing: { scale, offset: 0, mean } },
  };
}

/** The augmentation with the colours that `pca` needs, measured where it is in the list. */
export async function colouredFor(
  augmentation: Augmentation,
  train: AnySplit,
  shapes: Pick<ReadingOptions, 'shape' | 'stored'>,
): Promise<Augmentation> {
  if (!augmentation.steps.some(({ name }) => name === 'pca')) return augmentation;
  return {
    ...augmentation,
    colours: (await measureTraining(train, augmentation, shapes)).colours(),
  };
}

async function measureTraining(
  train: AnySplit,
  augmentation: Augmentation,
  { shape, stored }: Pick<ReadingOptions, 'shape' | 'stored'>,
): Promise<TrainingStatistics> {
  const count = isStreamed(train) ? Math.min(MOST_MEASURED, train.count) : train.count;
  const statistics = new TrainingStatistics(shape);
  // As in testing: the part that is seen, nothing drawn.
  const steps = augmentation.steps.filter(({ name }) => name !== 'pca');
  const reading = { shape, stored, augmentation: { steps, mean: null } };
  const batchSize = Math.min(16, count);
  const source = await openBatches(sliceAny(train, 0, count), { batchSize, reading });
  const numbers = shape[0] * shape[1] * shape[2];
  const x = new Float32Array(batchSize * numbers);
  const labels = new Int32Array(batchSize);
  try {
    for (let batch = 0; batch < source.batchesPerEpoch; batch++) {
      await source.ready(0, batch);
      source.fill(0, batch, { scale: 1, offset: 0 }, x, labels);
      const rows = source.indices(0, batch);
      rows.forEach((row, n) => {
        if (source.unreadable.has(row)) return;
        statistics.add(x.subarray(n * numbers, (n + 1) * numbers));
      });
    }
  } finally {
    await source.close();
  }
  return statistics;
}
