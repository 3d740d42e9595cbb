/**
 * @file What a model that is being imported gets right, as it stands or under each of the common scalings.
 *
 * A wrong guess of how pixels become numbers is seen at once; the choice stays with whoever imports.
 * Before: `importRun.ts`. Next stop: `train/evaluation/evaluate.ts`.
 */
import { type OpenOptions, openSession } from '../backends/select.ts';
import { asUsage } from '../base/errors.ts';
import { openDataset } from '../data/open.ts';
import { parsePreprocessing, scalingNames } from '../interop/preprocessing.ts';
import { imageShapeOf, type ModelSpec } from '../nn/spec.ts';
import type { TrainedModel } from '../nn/trained.ts';
import { namesFrom } from '../records/classNames.ts';
import { checkSameClasses } from '../records/expectedRun.ts';
import { fitted } from '../train/checks.ts';
import { evaluate } from '../train/evaluation/evaluate.ts';
import { withPreprocessing } from './importRun.ts';
import type { RunConditions } from './trainRun.ts';

export interface CheckRequest extends Pick<RunConditions, 'load'> {
  readonly data: string;
  /** The first so many pictures of the test set. */
  readonly count: number;
  /** Whether the common scalings are tried too. */
  readonly all: boolean;
  readonly backend?: OpenOptions | undefined;
}

export interface CheckedScaling {
  /** As `--preprocess` takes it; null: as the model stands. */
  readonly words: string | null;
  readonly accuracy: number;
  readonly loss: number;
}

export interface CheckedModel {
  readonly dataset: string;
  readonly count: number;
  /** The model's names of classes; those of the data where it has numbers. */
  readonly classes: readonly string[];
  /** Best first: most often right, then of the least loss. */
  readonly scalings: readonly CheckedScaling[];
}

/** Accuracy on the first test pictures of a data set; nothing of the model changes. */
export async function checkModel(
  model: TrainedModel,
  request: CheckRequest,
): Promise<CheckedModel> {
  const { spec } = model;
  const imageShape = imageShapeOf(spec);
  const loaded = await openDataset(request.data, {
    ...request.load,
    imageShape,
    testCount: request.count,
  });
  const dataset = fitted(spec, loaded, { steps: [], mean: null });
  const classes = namesFrom(model.classes, dataset.classes);
  checkSameClasses(spec.name, classes, dataset);
  const reading = { stored: dataset.imageShape };
  const session = await openSession(request.backend);
  try {
    const scalings: CheckedScaling[] = [];
    for (const words of [null, ...(request.all ? fittingScalings(spec) : [])]) {
      const tried = words === null ? model : withPreprocessing(model, words).model;
      const { weights } = tried;
      const { accuracy, loss } = await evaluate(session, tried.spec, dataset.test, {
        classes,
        weights,
        reading,
      });
      scalings.push({ words, accuracy, loss });
    }
    // A network without biases may be as often right whatever the scale, but as sure as it is right under one alone.
    scalings.sort((a, b) => b.accuracy - a.accuracy || a.loss - b.loss);
    return { dataset: dataset.name, count: dataset.test.count, classes, scalings };
  } finally {
    await session.close();
  }
}

/** Those for networks of so many channels; pictures of three in either order. */
function fittingScalings(spec: ModelSpec): string[] {
  const fits = (words: string): boolean => {
    try {
      asUsage(() => parsePreprocessing(words, spec));
      return true;
    } catch {
      return false;
    }
  };
  return scalingNames.flatMap((name) => [name, `${name},bgr`]).filter(fits);
}
