/**
 * @file Everything that can be refused before the first step: settings, and a model beside its data.
 *
 * `fit`, `evaluate`, `openPredictor` and the runs above them ask here; a wrong number or a label without a unit
 * would otherwise train to a result that means nothing. Errors name the setting as the library calls it.
 */
import { FoveaError, UsageError } from '../base/errors.ts';
import { formatShape, type ImageShape, type Shape, sameShape, sizeOf } from '../base/shape.ts';
import { type Augmentation, choosesPart, noAugmentation } from '../data/augment/index.ts';
import { surround, withBorder } from '../data/dataset.ts';
import { type AnyDataset, type AnySplit, isStreamed } from '../data/streamed.ts';
import { takesOption } from '../models/index.ts';
import { chosenMetrics } from '../nn/losses/chosenMetrics.ts';
import { parametersOf } from '../nn/network.ts';
import { checkPrecision } from '../nn/precision/choice.ts';
import { layerShapes } from '../nn/shapes.ts';
import { imageShapeOf, type ModelSpec } from '../nn/spec.ts';
import type { StateValue } from '../nn/trained.ts';
import type { FitOptions } from './events.ts';

const isCount = (n: number) => Number.isSafeInteger(n) && n >= 1;
const COUNT = 'a whole number of at least 1';

/** Throws a UsageError for the first setting that is not possible. */
export function checkSettings(settings: FitOptions): void {
  const { epochs, batchSize, patience, seed, eventInterval, checkpointEvery = {} } = settings;
  checkNumbers({ epochs, batchSize, patience }, isCount, COUNT);
  const { labelSmoothing, mixup, minDelta } = settings;
  chosenMetrics(settings.metrics);
  checkPrecision(settings.precision);
  checkNumbers({ minDelta }, (n) => n >= 0 && Number.isFinite(n), 'a number of at least 0');
  checkNumbers(
    { labelSmoothing },
    (n) => n >= 0 && n < 1,
    'a share from 0 to below 1, such as 0.1',
  );
  checkNumbers({ mixup }, (n) => n > 0 && n <= 2, 'a number above 0 and at most 2, such as 0.2');
  const isSeed = (n: number) => Number.isInteger(n) && n >= 0 && n < 2 ** 32;
  checkNumbers({ seed }, isSeed, 'a whole number from 0 to 4294967295');
  if (typeof eventInterval !== 'function') {
    checkNumbers({ eventInterval }, (n) => n >= 0, 'seconds, at least 0');
  }
  checkNumbers({ checkpointEvery: checkpointEvery.batches }, isCount, `batches: ${COUNT}`);
  checkNumbers({ checkpointEvery: checkpointEvery.seconds }, (n) => n >= 0, 'seconds, at least 0');
}

function checkNumbers(
  settings: Readonly<Record<string, number | undefined>>,
  accepts: (n: number) => boolean,
  expected: string,
): void {
  for (const [option, value] of Object.entries(settings)) {
    if (value === undefined || (typeof value === 'number' && accepts(value))) continue;
    throw new UsageError({ option, problem: `received ${String(value)}`, expected });
  }
}

/** Rows per run of a program that trains nothing. */
export function checkBatchSize(batchSize: number | undefined): void {
  checkNumbers({ batchSize }, isCount, COUNT);
}

/** What is known of a split beside its rows; a data set knows it all. */
export interface About {
  readonly name?: string | undefined;
  readonly classes?: readonly string[] | undefined;
  /** (H, W, C) of the pictures in memory; default: of the model, or smaller by its border. */
  readonly imageShape?: ImageShape | undefined;
}

/** A split as the model reads it, and the shape of its pictures where an augmentation will cut them. */
export interface Fitted<S> {
  readonly split: S;
  readonly stored: ImageShape | undefined;
}

/**
 * The data set as the model reads it. Its pictures must be of the model's size, or smaller by the border it
 * asks for, which is put around them, unless the augmentation cuts them; the model must answer with as many
 * numbers as there are classes, and every label be one of them; with the target 'input' labels are not looked at.
 */
export function fitted(
  spec: ModelSpec,
  dataset: AnyDataset,
  augmentation: Augmentation = noAugmentation,
  target?: 'input',
): AnyDataset {
  const { train, test, imageShape } = dataset;
  const way = wayOf(spec, imageShape, augmentation);
  if (way === undefined) throw unfit(spec, formatShape(imageShape), dataset.name);
  if (target === undefined) checkClasses(spec, dataset);
  for (const split of [train, test]) checkRows(spec, split, imageShape, dataset.name);
  if (way !== 'border') return dataset;
  if (isStreamed(train) || isStreamed(test)) throw unfit(spec, formatShape(imageShape));
  return withBorder({ ...dataset, train, test }, borderOf(spec));
}

/** The same of one split, of which less may be known. */
export function fittedSplit<S extends AnySplit>(
  spec: ModelSpec,
  split: S,
  about: About = {},
  augmentation: Augmentation = noAugmentation,
): Fitted<S> {
  checkClasses(spec, about);
  if (isStreamed(split)) {
    checkRows(spec, split, imageShapeOf(spec), about.name);
    return { split, stored: undefined };
  }
  const numbers = split.images.length / Math.max(1, split.count);
  const known = [spec.inputShape, innerOf(spec)];
  const stored = about.imageShape ?? known.find((shape) => sizeOf(shape) === numbers);
  if (stored === undefined && split.count > 0) {
    throw unfit(spec, `of ${numbers.toLocaleString('en-US')} numbers each`, about.name);
  }
  checkRows(spec, split, stored ?? spec.inputShape, about.name);
  const way = wayOf(spec, stored ?? spec.inputShape, augmentation);
  if (way === undefined) throw unfit(spec, formatShape(stored ?? []), about.name);
  if (way === 'whole') return { split, stored: undefined };
  if (way === 'cut') return { split, stored: about.imageShape };
  const images = surround(split.images, innerOf(spec) as ImageShape, borderOf(spec));
  return { split: { ...split, images }, stored: undefined };
}

/** How pictures come to the model; undefined: not at all. */
function wayOf(
  spec: ModelSpec,
  stored: Shape,
  augmentation: Augmentation,
): 'whole' | 'border' | 'cut' | undefined {
  if (choosesPart(augmentation) && stored[2] === spec.inputShape[2]) return 'cut';
  if (sameShape(stored, spec.inputShape)) return 'whole';
  return sameShape(stored, innerOf(spec)) ? 'border' : undefined;
}

const borderOf = ({ preprocessing }: ModelSpec): number => preprocessing.border ?? 0;

/** The model's input without its border. */
function innerOf(spec: ModelSpec): Shape {
  return spec.inputShape.map((n, axis) => (axis < 2 ? n - 2 * borderOf(spec) : n));
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Extent of the model's answer for one picture. */
const answerOf = (spec: ModelSpec): Shape => layerShapes(spec).at(-1)?.outputShape ?? [];

function checkClasses(spec: ModelSpec, { classes, name = 'the data' }: About): void {
  const answer = answerOf(spec);
  if (classes === undefined || sameShape(answer, [classes.length])) return;
  const fix = takesOption(spec.name, 'classes')
    ? `name the model as ${spec.name},classes=${classes.length}`
    : takesOption(spec.name, 'codes')
      ? `name the model as ${spec.name},codes=${LETTERS.slice(0, classes.length)}, a character for each class`
      : undefined;
  throw new FoveaError({
    problem: `${spec.name} answers with ${formatShape(answer)}, ${name} has ${classes.length} classes`,
    expected: `a last layer of ${classes.length} units`,
    ...(fix === undefined ? {} : { fix }),
  });
}

/** As many pixels and labels as there are rows, and each label a class of the model. */
function checkRows(spec: ModelSpec, split: AnySplit, stored: Shape, name = 'the split'): void {
  const { count, labels } = split;
  if (!isCount(count)) {
    throw new FoveaError({ problem: `${name} has ${count} pictures`, expected: 'one at least' });
  }
  const pixels = count * sizeOf(stored);
  if (!isStreamed(split) && split.images.length !== pixels) {
    throw new FoveaError({
      problem: `${count} pictures of ${formatShape(stored)} in ${split.images.length} bytes`,
      expected: `${pixels} bytes, one for every number of every picture`,
    });
  }
  if (labels.length !== count) {
    throw new FoveaError({
      problem: `${count} pictures, but ${labels.length} labels`,
      expected: 'one label for every picture',
    });
  }
  const answer = answerOf(spec);
  if (answer.length !== 1) return; // a model that is no classifier is refused with its loss
  const wrong = labels.findIndex((label) => !(label >= 0 && label < answer[0]));
  if (wrong < 0) return;
  throw new FoveaError({
    problem: `picture ${wrong} of ${name} has the label ${labels[wrong]}, ${spec.name} answers with ${answer[0]} classes`,
    expected: `labels from 0 to ${answer[0] - 1}`,
    fix: 'number the classes from 0, and give the last layer as many units as there are classes',
  });
}

function unfit(spec: ModelSpec, are: string, name?: string): FoveaError {
  const whose = name === undefined ? '' : ` of ${name}`;
  return new FoveaError({
    problem: `${spec.name} reads ${formatShape(spec.inputShape)}, the pictures${whose} are ${are}`,
    expected: 'a model and a data set of the same (height, width, channels)',
    fix: 'choose another data set, or change "inputShape" in the model',
  });
}

/** Throws where a parameter of the model is missing or has another shape. */
export function checkWeights(spec: ModelSpec, weights: ReadonlyMap<string, StateValue>): void {
  for (const { name, shape } of parametersOf(spec)) {
    const value = weights.get(name);
    if (value !== undefined && value.data.length === sizeOf(shape)) continue;
    throw new FoveaError({
      problem:
        value === undefined
          ? `the weights have no "${name}"`
          : `"${name}" has ${value.data.length} numbers`,
      expected: `${formatShape(shape)}, as ${spec.name} has it`,
      fix: 'take the weights and the model from the same run',
    });
  }
}
