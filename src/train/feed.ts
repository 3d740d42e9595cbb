/**
 * @file Fills a program's inputs with the rows of a batch: pictures as preprocessed numbers, and the truth in
 * the form the loss wants, class numbers (`labels`) or one-hot rows (`targets`).
 *
 * Nothing is allocated per batch. Next stop: `data/batchSource.ts`.
 */
import type { Executable } from '../backends/backend.ts';
import { fillBatch } from '../data/batches.ts';
import type { BatchSource } from '../data/batchSource.ts';
import type { Split } from '../data/dataset.ts';
import { type Graph, type Node, rootsOf, topologicalOrder } from '../graph/node.ts';
import type { Preprocessing } from '../nn/spec.ts';

export class Feed {
  readonly executable: Executable;
  readonly batchSize: number;
  /** Names of all the program's inputs. */
  readonly inputs: ReadonlySet<string>;
  readonly #preprocessing: Preprocessing;
  readonly #hasTargets: boolean;
  #x: Float32Array = new Float32Array();
  /** The program's labels, or a place of our own where it wants targets. */
  #labels: Int32Array;
  #targets: Float32Array = new Float32Array();

  constructor(graph: Graph, executable: Executable, preprocessing: Preprocessing) {
    const inputs = topologicalOrder(rootsOf(graph)).filter((node: Node) => node.op === 'input');
    this.batchSize = inputs.find(({ name }) => name === 'x')?.shape[0] ?? 0;
    this.executable = executable;
    this.inputs = new Set(inputs.map(({ name }) => name));
    this.#preprocessing = preprocessing;
    this.#hasTargets = this.inputs.has('targets');
    this.#labels = new Int32Array(this.batchSize);
  }

  /** Class numbers of the batch that was filled last. */
  get labels(): Int32Array {
    return this.#labels;
  }

  /** Asks for the live memory anew; needed whenever another program may have been compiled since. */
  bind(): void {
    this.#x = this.executable.input('x') as Float32Array;
    if (this.#hasTargets) this.#targets = this.executable.input('targets') as Float32Array;
    else this.#labels = this.executable.input('labels') as Int32Array;
  }

  /** Writes a batch that is ready; rows of the program behind it keep what they held. */
  fill(source: BatchSource, epoch: number, batch: number): void {
    source.fill(epoch, batch, this.#preprocessing, this.#x, this.#labels);
    this.#fillTargets(source.indices(epoch, batch).length);
  }

  /** Writes rows of a split in memory. */
  fillRows(split: Split, indices: Int32Array): void {
    fillBatch(split, indices, this.#preprocessing, this.#x, this.#labels);
    this.#fillTargets(indices.length);
  }

  #fillTargets(rows: number): void {
    if (!this.#hasTargets) return;
    const classes = this.#targets.length / this.#labels.length;
    this.#targets.fill(0);
    for (let n = 0; n < rows; n++) this.#targets[n * classes + this.#labels[n]] = 1;
  }
}
