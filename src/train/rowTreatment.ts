/**
 * @file What training does to its rows before the loss sees them: weights, smoothed labels, mixed pairs.
 *
 *   weights          loss = sum over rows of weight * loss of the row, divided by the rows of the batch (as Keras)
 *   labelSmoothing   the right class is to get 1 - s + s / K, the others s / K each
 *   mixup            row n becomes share * row n + (1 - share) * row N-1-n, its target too; share ~ Beta(a, a),
 *                    drawn anew for each batch from the seed and the step
 *
 * None of it touches validation, whose losses stay comparable between runs. In training with mixup, accuracy counts
 * the rows whose heavier half was named. Sources: Szegedy et al. 2016, section 7; Zhang et al. 2018. Next stop:
 * `feed.ts`.
 */
import { FoveaError, UsageError, unknownName } from '../base/errors.ts';
import { baseKey, type Key, stepKey, streamOf, uniformAt } from '../base/random.ts';
import { isArrays } from '../data/arraySplit.ts';
import type { ChosenLosses } from '../nn/losses/objectives.ts';
import type { RowOptions } from '../nn/programs/loss.ts';
import { layerShapes } from '../nn/shapes.ts';
import { type ModelSpec, outputsOf } from '../nn/spec.ts';
import type { RowSplit } from './rows.ts';

export interface RowTreatment {
  /** 0: labels as they are. */
  readonly labelSmoothing: number;
  /** Of each row of the training split. */
  readonly weights: Float32Array | undefined;
  readonly mixup: Mixup | undefined;
}

/** What `fit` takes of it. */
export interface RowSettings {
  /** Share of the truth that is spread evenly over all classes in training, such as 0.1; default 0. */
  readonly labelSmoothing?: number | undefined;
  /**
   * Mixes the rows of a batch in pairs, their labels too, by shares drawn from Beta(mixup, mixup): above 0, at most 2,
   * often 0.2. Training accuracy then counts rows whose heavier half was named. Without shuffling, pairs stay the same.
   */
  readonly mixup?: number | undefined;
  /**
   * What the loss of a row is multiplied by, by its class: a list in the order of the classes, weights by name (1
   * where a name is missing), or 'balanced', by which all classes weigh the same. Training alone.
   */
  readonly classWeights?:
    | 'balanced'
    | readonly number[]
    | Readonly<Record<string, number>>
    | undefined;
  /** What the loss of each training row is multiplied by, in the order of the rows. Training alone. */
  readonly sampleWeights?: ArrayLike<number> | undefined;
}

export function treatmentOf(
  spec: ModelSpec,
  split: RowSplit,
  classes: readonly string[] | undefined,
  {
    labelSmoothing = 0,
    classWeights,
    sampleWeights,
    mixup,
    seed = 0,
  }: RowSettings & { readonly seed?: number },
): RowTreatment {
  return {
    labelSmoothing,
    weights: weightsOfRows(spec, split, classes, classWeights, sampleWeights),
    mixup: mixup === undefined ? undefined : new Mixup(mixup, seed),
  };
}

/** What the training graph must know of it. */
export function rowOptionsOf({ labelSmoothing, weights }: RowTreatment): RowOptions {
  return { labelSmoothing, weighted: weights !== undefined };
}

/** Losses that take shares of classes where labels are smoothed or mixed, and what was chosen elsewhere. */
export function softened(
  losses: ChosenLosses,
  { labelSmoothing = 0, mixup }: Pick<RowSettings, 'labelSmoothing' | 'mixup'>,
): ChosenLosses {
  if (labelSmoothing === 0 && mixup === undefined) return losses;
  const option = mixup === undefined ? 'labelSmoothing' : 'mixup';
  const entries = Object.entries(losses).map(([output, chosen]) => {
    const { loss, target } = chosen;
    if (target !== 'classes')
      throw notSoft(option, `output "${output}" is compared with ${target}`);
    if (typeof loss !== 'string' || loss === 'categoricalCrossentropy') return [output, chosen];
    if (loss === 'sparseCategoricalCrossentropy') {
      return [output, { ...chosen, loss: 'categoricalCrossentropy' }];
    }
    throw notSoft(option, `the loss is ${loss}`);
  });
  return Object.fromEntries(entries);
}

function notSoft(option: string, problem: string): UsageError {
  return new UsageError({
    option,
    problem,
    expected: 'classes compared by a cross-entropy, which takes shares of them',
  });
}

/** Pairs of rows mixed by one share per batch. */
export class Mixup {
  readonly #alpha: number;
  readonly #base: Key;

  constructor(alpha: number, seed: number) {
    this.#alpha = alpha;
    this.#base = baseKey(seed, streamOf('mixup'));
  }

  /**
   * A draw from Beta(alpha, alpha): x / (x + y) of x = u^(1/alpha), y = v^(1/alpha) with x + y <= 1, in logarithms,
   * where a small alpha underflows nothing. Source: Joehnk 1964.
   */
  share(step: number): number {
    const key = stepKey(this.#base, step);
    for (let i = 0; ; i += 2) {
      const logX = Math.log(1 - uniformAt(key, i)) / this.#alpha;
      const logY = Math.log(1 - uniformAt(key, i + 1)) / this.#alpha;
      const most = Math.max(logX, logY);
      const logSum = most + Math.log(Math.exp(logX - most) + Math.exp(logY - most));
      if (logSum <= 0) return Math.exp(logX - logSum);
    }
  }
}

/** Mixes the first `rows` rows of a batch in place: the first with the last, and so on to the middle. */
export function mixRows(values: Float32Array, width: number, rows: number, share: number): void {
  for (let n = 0; n < Math.floor(rows / 2); n++) {
    const first = n * width;
    const second = (rows - 1 - n) * width;
    for (let i = 0; i < width; i++) {
      const a = values[first + i];
      const b = values[second + i];
      values[first + i] = share * a + (1 - share) * b;
      values[second + i] = share * b + (1 - share) * a;
    }
  }
}

/**
 * The same where the partners are elsewhere: row n of `rows` is mixed with row rows-1-n of `partners`. `isItself`: whether that
 * is the row itself, which stays.
 */
export function mixWith(
  values: Float32Array,
  partners: Float32Array,
  { width, rows, share }: { readonly width: number; readonly rows: number; readonly share: number },
  isItself: (n: number) => boolean,
): void {
  for (let n = 0; n < rows; n++) {
    if (isItself(n)) continue;
    const own = n * width;
    const other = (rows - 1 - n) * width;
    for (let i = 0; i < width; i++) {
      values[own + i] = share * values[own + i] + (1 - share) * partners[other + i];
    }
  }
}

function weightsOfRows(
  spec: ModelSpec,
  split: RowSplit,
  classes: readonly string[] | undefined,
  classWeights: RowSettings['classWeights'],
  sampleWeights: RowSettings['sampleWeights'],
): Float32Array | undefined {
  if (classWeights === undefined && sampleWeights === undefined) return undefined;
  const weights = new Float32Array(split.count).fill(1);
  if (sampleWeights !== undefined) {
    if (sampleWeights.length < split.count) {
      throw new UsageError({
        option: 'sampleWeights',
        problem: `received ${sampleWeights.length} for ${split.count} rows`,
        expected: 'one weight for every training row',
      });
    }
    for (let i = 0; i < weights.length; i++) weights[i] = sampleWeights[i];
    checkWeights('sampleWeights', weights);
  }
  if (classWeights === undefined) return weights;
  const labels = labelsOf(spec, split);
  const count = layerShapes(spec).at(-1)?.outputShape[0] ?? 0;
  const perClass = weightsOfClasses(classWeights, labels, count, classes);
  checkWeights('classWeights', perClass);
  for (let i = 0; i < weights.length; i++) weights[i] *= perClass[labels[i]];
  return weights;
}

function labelsOf(spec: ModelSpec, split: RowSplit): ArrayLike<number> {
  const outputs = outputsOf(spec);
  const labels = isArrays(split) ? split.targets?.[outputs[0].name] : split.labels;
  if (outputs.length === 1 && labels !== undefined && !(labels instanceof Float32Array)) {
    return labels;
  }
  throw new UsageError({
    option: 'classWeights',
    problem: 'the rows have no single class each',
    expected: 'a model of one output that names classes',
    fix: 'weigh the rows themselves: sampleWeights',
  });
}

function weightsOfClasses(
  given: NonNullable<RowSettings['classWeights']>,
  labels: ArrayLike<number>,
  count: number,
  classes: readonly string[] | undefined,
): readonly number[] {
  if (given === 'balanced') return balanced(labels, count);
  if (typeof given === 'object' && 'length' in given) {
    const weights = given as readonly number[];
    if (weights.length === count) return weights;
    throw new UsageError({
      option: 'classWeights',
      problem: `received ${weights.length} for ${count} classes`,
      expected: "one weight for every class, weights by name, or 'balanced'",
    });
  }
  const names = classes ?? Array.from({ length: count }, (_, i) => String(i));
  if (typeof given !== 'object') throw unknownName('way to weigh classes', given, ['balanced']);
  const stranger = Object.keys(given).find((name) => !names.includes(name));
  if (stranger !== undefined) throw unknownName('class', stranger, names, true);
  return names.map((name) => (given as Readonly<Record<string, number>>)[name] ?? 1);
}

/** Every class weighs the same in all: rows / (classes that occur * rows of the class). */
function balanced(labels: ArrayLike<number>, count: number): readonly number[] {
  const rows = new Array<number>(count).fill(0);
  for (let i = 0; i < labels.length; i++) rows[labels[i]]++;
  const present = rows.filter((n) => n > 0).length;
  return rows.map((n) => (n === 0 ? 0 : labels.length / (present * n)));
}

function checkWeights(option: string, weights: ArrayLike<number>): void {
  const all = Array.from(weights);
  const wrong = all.find((weight) => !(weight >= 0 && Number.isFinite(weight)));
  if (wrong === undefined && all.some((weight) => weight > 0)) return;
  throw new FoveaError({
    where: option,
    problem: wrong === undefined ? 'all weights are 0' : `received the weight ${wrong}`,
    expected: 'numbers of at least 0, not all 0',
  });
}
