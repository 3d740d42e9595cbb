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
import { mixRows, type RowTreatment } from './rowTreatment.ts';

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

export class Feed {
  readonly executable: Executable;
  readonly batchSize: number;
  /** Names of all the program's inputs. */
  readonly inputs: ReadonlySet<string>;
  readonly #fed: readonly FedInput[];
  readonly #truths: readonly FedTruth[];
  /** The program's labels, or a place of our own where it wants targets, or no truth at all. */
  #labels: Int32Array;
  readonly #treatment: RowTreatment | undefined;
  #weights: Float32Array = new Float32Array();

  /** `treatment`: what is done to the rows of `fill`. */
  constructor(graph: Graph, executable: Executable, spec: ModelSpec, treatment?: RowTreatment) {
    this.#treatment = treatment;
    const inputs = topologicalOrder(rootsOf(graph)).filter(({ op }) => op === 'input');
    this.batchSize = batchSizeOf(graph) ?? 0;
    this.executable = executable;
    this.inputs = new Set(inputs.map(({ name }) => name));
    this.#fed = inputsOf(spec).map(({ name, preprocessing }) => {
      const key = nameIn('x', spec.inputs, name);
      return { name, key, preprocessing, view: new Float32Array() };
    });
    this.#truths = outputsOf(spec).map(({ name }) => {
      const [labelsKey, targetsKey] = ['labels', 'targets'].map((what) => {
        const key = nameIn(what, spec.outputs, name);
        return this.inputs.has(key) ? key : undefined;
      });
      const [labels, targets] = [new Int32Array(), new Float32Array()];
      return { name, labelsKey, targetsKey, labels, targets };
    });
    this.#labels = new Int32Array(this.batchSize);
  }

  /** Class numbers of the batch that was filled last, where rows have one class each. */
  get labels(): Int32Array {
    return this.#labels;
  }

  /** Asks for the live memory anew; needed whenever another program may have been compiled since. */
  bind(): void {
    for (const fed of this.#fed) fed.view = this.executable.input(fed.key) as Float32Array;
    for (const truth of this.#truths) {
      const { labelsKey, targetsKey } = truth;
      if (labelsKey !== undefined) truth.labels = this.executable.input(labelsKey) as Int32Array;
      if (targetsKey !== undefined) {
        truth.targets = this.executable.input(targetsKey) as Float32Array;
      }
    }
    if (this.inputs.has(ROW_WEIGHTS)) {
      this.#weights = this.executable.input(ROW_WEIGHTS) as Float32Array;
    }
    const [first] = this.#truths;
    if (first.labelsKey !== undefined) this.#labels = first.labels;
  }

  /** Writes a batch that is ready; rows of the program behind it keep what they held. */
  fill(source: BatchSource, epoch: number, batch: number): void {
    const indices = source.indices(epoch, batch);
    if (source.arrays !== undefined) this.#fillByName(source.arrays, indices);
    else {
      const { preprocessing, view } = this.#fed[0];
      source.fill(epoch, batch, preprocessing, view, this.#labels);
      this.#fillOneHot(this.#truths[0], this.#labels, indices.length);
    }
    if (this.#treatment !== undefined) {
      this.#treat(this.#treatment, indices, epoch * source.batchesPerEpoch + batch);
    }
  }

  #treat({ weights, mixup }: RowTreatment, indices: Int32Array, step: number): void {
    const rows = indices.length;
    if (weights !== undefined) {
      for (let n = 0; n < rows; n++) this.#weights[n] = weights[indices[n]];
    }
    if (mixup !== undefined) this.#mix(mixup.share(step), rows, weights !== undefined);
  }

  #mix(share: number, rows: number, isWeighted: boolean): void {
    const mix = (view: Float32Array) => mixRows(view, view.length / this.batchSize, rows, share);
    for (const { view } of this.#fed) mix(view);
    for (const { targets } of this.#truths) mix(targets);
    if (isWeighted) mix(this.#weights);
  }

  /** Writes rows of a split in memory. */
  fillRows(split: Split | ArraySplit, indices: Int32Array): void {
    if (isArrays(split)) {
      this.#fillByName(split, indices);
      return;
    }
    const [{ preprocessing, view }] = this.#fed;
    fillBatch(split, indices, preprocessing, view, this.#labels);
    this.#fillOneHot(this.#truths[0], this.#labels, indices.length);
  }

  #fillByName({ count, inputs, targets = {} }: ArraySplit, indices: Int32Array): void {
    for (const { name, preprocessing, view } of this.#fed) {
      fillInput(inputs[name], count, indices, preprocessing, view);
    }
    for (const truth of this.#truths) {
      const rows = targets[truth.name];
      const { labelsKey, targetsKey } = truth;
      if (labelsKey === undefined && targetsKey === undefined) continue;
      if (labelsKey === undefined && rows instanceof Float32Array) {
        fillRows(rows, count, indices, truth.targets);
        continue;
      }
      const labels = labelsKey === undefined ? this.#labels : truth.labels;
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
