/**
 * @file Fills a program's inputs with the rows of a batch: pictures as preprocessed numbers, and the truth in
 * the form the loss wants, class numbers (`labels`), one-hot rows or values (`targets`).
 *
 * A set of pictures with one class each feeds the one input and the one output there are; rows by name feed
 * any number. Nothing is allocated per batch. Next stop: `data/batches/batchSource.ts`.
 */
import type { Executable } from '../backends/backend.ts';
import { type ArraySplit, isArrays } from '../data/arraySplit.ts';
import { fillInput, fillRows } from '../data/batches/arrayBatches.ts';
import { fillBatch } from '../data/batches/batches.ts';
import type { BatchSource } from '../data/batches/batchSource.ts';
import type { Split } from '../data/dataset.ts';
import { batchSizeOf, type Graph, rootsOf, topologicalOrder } from '../graph/node.ts';
import { ROW_WEIGHTS } from '../nn/programs/loss.ts';
import { inputsOf, type ModelSpec, nameIn, outputsOf, type Preprocessing } from '../nn/spec.ts';
import { type Mixup, mixRows, mixWith, type RowTreatment } from './rowTreatment.ts';

interface FedInput {
  /** In the data, and in the program. */
  readonly name: string;
  readonly key: string;
  readonly preprocessing: Preprocessing;
  view: Float32Array;
}

interface FedTruth {
  readonly name: string;
  /** "labels" and "targets", with the output's name where it has one; undefined: the program takes none. */
  readonly labelsKey: string | undefined;
  readonly targetsKey: string | undefined;
  labels: Int32Array;
  targets: Float32Array;
}

/** Where a batch is written. */
interface Place {
  readonly fed: readonly FedInput[];
  readonly truths: readonly FedTruth[];
  /** The program's labels, or a place of our own where it wants targets, or no truth at all. */
  labels: Int32Array;
  /** Of rows that count more or less than one. */
  weights: Float32Array;
}

export class Feed {
  readonly executable: Executable;
  readonly batchSize: number;
  /** Names of all the program's inputs. */
  readonly inputs: ReadonlySet<string>;
  readonly #own: Place;
  /** Of rows that those of the program are mixed with; made when there are any. */
  #partners: Place | undefined;
  readonly #treatment: RowTreatment | undefined;

  /** `treatment`: what is done to the rows of `fill`. */
  constructor(graph: Graph, executable: Executable, spec: ModelSpec, treatment?: RowTreatment) {
    this.#treatment = treatment;
    const inputs = topologicalOrder(rootsOf(graph)).filter(({ op }) => op === 'input');
    this.batchSize = batchSizeOf(graph) ?? 0;
    this.executable = executable;
    this.inputs = new Set(inputs.map(({ name }) => name));
    const fed = inputsOf(spec).map(({ name, preprocessing }) => {
      const key = nameIn('x', spec.inputs, name);
      return { name, key, preprocessing, view: new Float32Array() };
    });
    const truths = outputsOf(spec).map(({ name }) => {
      const [labelsKey, targetsKey] = ['labels', 'targets'].map((what) => {
        const key = nameIn(what, spec.outputs, name);
        return this.inputs.has(key) ? key : undefined;
      });
      const [labels, targets] = [new Int32Array(), new Float32Array()];
      return { name, labelsKey, targetsKey, labels, targets };
    });
    const labels = new Int32Array(this.batchSize);
    this.#own = { fed, truths, labels, weights: new Float32Array() };
  }

  /** Class numbers of the batch that was filled last, where rows have one class each. */
  get labels(): Int32Array {
    return this.#own.labels;
  }

  /** Asks for the live memory anew; needed whenever another program may have been compiled since. */
  bind(): void {
    const own = this.#own;
    for (const fed of own.fed) fed.view = this.executable.input(fed.key) as Float32Array;
    for (const truth of own.truths) {
      const { labelsKey, targetsKey } = truth;
      if (labelsKey !== undefined) truth.labels = this.executable.input(labelsKey) as Int32Array;
      if (targetsKey !== undefined) {
        truth.targets = this.executable.input(targetsKey) as Float32Array;
      }
    }
    if (this.inputs.has(ROW_WEIGHTS)) {
      own.weights = this.executable.input(ROW_WEIGHTS) as Float32Array;
    }
    const [first] = own.truths;
    if (first.labelsKey !== undefined) own.labels = first.labels;
  }

  /** Writes a batch that is ready; rows of the program behind it keep what they held. */
  fill(source: BatchSource, epoch: number, batch: number): void {
    this.#write(this.#own, source, epoch, batch);
    const mixup = this.#treatment?.mixup;
    if (mixup !== undefined) this.#mix(mixup, source, epoch, batch);
  }

  #mix(mixup: Mixup, source: BatchSource, epoch: number, batch: number): void {
    const share = mixup.share(epoch * source.batchesPerEpoch + batch);
    const rows = source.indices(epoch, batch);
    const { partners } = source;
    const own = mixedIn(this.#own);
    if (partners === undefined) {
      for (const values of own) mixRows(values, this.#width(values), rows.length, share);
      return;
    }
    this.#partners ??= roomLike(this.#own);
    this.#write(this.#partners, partners, epoch, batch);
    const theirs = partners.indices(epoch, batch);
    const isItself = (n: number): boolean => rows[n] === theirs[rows.length - 1 - n];
    const others = mixedIn(this.#partners);
    for (const [i, values] of own.entries()) {
      const size = { width: this.#width(values), rows: rows.length, share };
      mixWith(values, others[i], size, isItself);
    }
  }

  /** Numbers of a row. */
  #width(values: Float32Array): number {
    return values.length / this.batchSize;
  }

  #write(place: Place, source: BatchSource, epoch: number, batch: number): void {
    const indices = source.indices(epoch, batch);
    if (source.arrays !== undefined) this.#fillByName(place, source.arrays, indices);
    else {
      const { preprocessing, view } = place.fed[0];
      source.fill(epoch, batch, preprocessing, view, place.labels);
      this.#fillOneHot(place.truths[0], place.labels, indices.length);
    }
    const weights = this.#treatment?.weights;
    if (weights === undefined) return;
    for (let n = 0; n < indices.length; n++) place.weights[n] = weights[indices[n]];
  }

  /** Writes rows of a split in memory. */
  fillRows(split: Split | ArraySplit, indices: Int32Array): void {
    const place = this.#own;
    if (isArrays(split)) {
      this.#fillByName(place, split, indices);
      return;
    }
    const [{ preprocessing, view }] = place.fed;
    fillBatch(split, indices, preprocessing, view, place.labels);
    this.#fillOneHot(place.truths[0], place.labels, indices.length);
  }

  #fillByName(
    place: Place,
    { count, inputs, targets = {} }: ArraySplit,
    indices: Int32Array,
  ): void {
    for (const { name, preprocessing, view } of place.fed) {
      fillInput(inputs[name], count, indices, preprocessing, view);
    }
    for (const truth of place.truths) {
      const rows = targets[truth.name];
      const { labelsKey, targetsKey } = truth;
      if (labelsKey === undefined && targetsKey === undefined) continue;
      if (labelsKey === undefined && rows instanceof Float32Array) {
        fillRows(rows, count, indices, truth.targets);
        continue;
      }
      const labels = labelsKey === undefined ? place.labels : truth.labels;
      fillRows(rows, count, indices, labels);
      this.#fillOneHot(truth, labels, indices.length);
    }
  }

  #fillOneHot({ targetsKey, targets }: FedTruth, labels: Int32Array, rows: number): void {
    if (targetsKey === undefined) return;
    const classes = targets.length / this.batchSize;
    targets.fill(0);
    for (let n = 0; n < rows; n++) targets[n * classes + labels[n]] = 1;
  }
}

/** What is mixed of a batch: inputs, shares of classes, weights of rows. */
const mixedIn = ({ fed, truths, weights }: Place): Float32Array[] => [
  ...fed.map(({ view }) => view),
  ...truths.map(({ targets }) => targets),
  weights,
];

/** As large as a place, in memory of its own. */
function roomLike({ fed, truths, labels, weights }: Place): Place {
  return {
    fed: fed.map((one) => ({ ...one, view: new Float32Array(one.view.length) })),
    truths: truths.map((one) => ({
      ...one,
      labels: new Int32Array(one.labels.length),
      targets: new Float32Array(one.targets.length),
    })),
    labels: new Int32Array(labels.length),
    weights: new Float32Array(weights.length),
  };
}
