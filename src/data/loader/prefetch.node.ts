/**
 * @file Batches read, decoded and augmented ahead of the trainer by worker threads.
 *
 * Threads and ring are started at the first batch that is asked for and go on in order from there, epoch
 * after epoch; asking for another place starts anew. Next stop: `ring.ts`, then `produce.node.ts`.
 */
import { Worker } from 'node:worker_threads';
import {
  type ErrorParts,
  FoveaError,
  messageOf,
  UsageError,
  unreachable,
} from '../../base/errors.ts';
import type { Preprocessing } from '../../nn/spec.ts';
import { noAugmentation } from '../augment/index.ts';
import { type BatchOrder, fillBatch, type Share } from '../batches/batches.ts';
import {
  type BatchOptions,
  type BatchSource,
  orderOf,
  type ReadingOptions,
} from '../batches/batchSource.ts';
import { type EpochShare, epochShare } from '../batches/epochShare.ts';
import { PixelBudget } from '../images/pixelBudget.ts';
import { type AnySplit, isStreamed, type StreamedSplit, shareSplit } from '../streamed.ts';
import type { ProduceOptions, Unreadable } from './produce.node.ts';
import { createRing, RING, type Ring, STATUS } from './ring.ts';

/** Threads that read; each takes some 10 MB and what its pictures take. */
const MOST_WORKERS = 64;
/** Batches that the ring holds: one that is used, two that are made. */
const BATCHES_AHEAD = 3;

export class Prefetcher implements BatchSource {
  readonly count: number;
  readonly batchSize: number;
  readonly batchesPerEpoch: number;
  readonly unreadable = new Map<number, string>();
  readonly #split: StreamedSplit;
  readonly #order: BatchOrder;
  readonly #shuffle: ProduceOptions['shuffle'];
  readonly #reading: ReadingOptions;
  readonly #sampleBytes: number;
  readonly #share: Share | undefined;
  /** The rows that are read: of several ranks, this one's. */
  readonly #own: EpochShare;
  #running: Running | undefined;
  #failure: FoveaError | undefined;

  constructor(split: AnySplit, options: BatchOptions) {
    const { batchSize, seed, once = false, reading } = options;
    if (reading === undefined) unreachable('pictures are read without a shape');
    const { workers = 1 } = reading;
    if (!(Number.isInteger(workers) && workers >= 0 && workers <= MOST_WORKERS)) {
      throw new UsageError({
        where: 'workers',
        problem: `received ${workers}`,
        expected: `a whole number from 0 to ${MOST_WORKERS}`,
      });
    }
    const [H, W, C] = reading.shape;
    this.#split = isStreamed(split) ? split : shareSplit(split, reading.stored ?? reading.shape);
    this.#order = orderOf(split.count, options);
    this.#shuffle = seed === undefined ? undefined : { seed, once };
    this.#reading = reading;
    this.#sampleBytes = H * W * C;
    this.count = split.count;
    this.batchSize = batchSize;
    this.batchesPerEpoch = this.#order.batchesPerEpoch;
    this.#share = options.share;
    this.#own = epochShare(split.count, batchSize, options.share);
  }

  indices(epoch: number, batch: number): Int32Array {
    return this.#order.indices(epoch, batch);
  }

  isReady(epoch: number, batch: number): boolean {
    const first = this.#taskOf(epoch, batch);
    if (this.#running === undefined || first !== this.#running.next) return false;
    const { stamps, slots } = this.#running.ring;
    const rows = this.#own.rowsOf(batch);
    for (let task = first; task < first + rows; task++) {
      if (Atomics.load(stamps, task % slots) !== task + 1) return false;
    }
    return true;
  }

  async ready(epoch: number, batch: number): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#running === undefined || this.#taskOf(epoch, batch) !== this.#running.next) {
      await this.#start(epoch, batch);
    }
    while (!this.isReady(epoch, batch)) {
      if (this.#failure !== undefined) throw this.#failure;
      const control = this.#running?.ring.control ?? unreachable('no ring');
      const produced = Atomics.load(control, RING.produced);
      if (this.isReady(epoch, batch)) return;
      const waiting = Atomics.waitAsync(control, RING.produced, produced, 100);
      if (waiting.async) await waiting.value;
    }
  }

  fill(
    epoch: number,
    batch: number,
    preprocessing: Preprocessing,
    x: Float32Array,
    labels: Int32Array,
  ): void {
    const running = this.#running;
    if (running === undefined || this.#taskOf(epoch, batch) !== running.next) {
      unreachable(`batch ${batch} was not waited for`);
    }
    const { ring } = running;
    const rows = this.indices(epoch, batch);
    const pixels = this.#sampleBytes;
    for (let n = 0; n < rows.length; n++) {
      const slot = (running.next + n) % ring.slots;
      const one = {
        count: 1,
        images: ring.pixels.subarray(slot * pixels, (slot + 1) * pixels),
        labels: ring.labels.subarray(slot, slot + 1),
      };
      const to = { x: x.subarray(n * pixels, (n + 1) * pixels), labels: labels.subarray(n, n + 1) };
      fillBatch(one, FIRST, preprocessing, to.x, to.labels);
      if (ring.status[slot] === STATUS.missing && !this.unreadable.has(rows[n])) {
        this.unreadable.set(rows[n], '');
      }
    }
    running.next += rows.length;
    Atomics.store(ring.control, RING.consumed, running.next);
    Atomics.notify(ring.control, RING.consumed);
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    Atomics.store(running.ring.control, RING.stop, 1);
    Atomics.notify(running.ring.control, RING.consumed);
    await Promise.all(running.workers.map((worker) => worker.terminate()));
  }

  /** Number of the batch's first sample since the threads were started. */
  #taskOf(epoch: number, batch: number): number {
    const start = this.#running?.start ?? { epoch: 0, row: 0 };
    return (epoch - start.epoch) * this.#own.count + this.#own.before(batch) - start.row;
  }

  async #start(epoch: number, batch: number): Promise<void> {
    await this.close();
    const { shape, augmentation = noAugmentation, seed, view, strict = false } = this.#reading;
    const slots =
      BATCHES_AHEAD * Math.max(1, this.#own.rowsOf(0), this.#own.rowsOf(this.batchesPerEpoch - 1));
    const ring = createRing(slots, this.#sampleBytes);
    const start = { epoch, row: this.#own.before(batch) };
    const options: ProduceOptions = {
      ring,
      split: this.#split,
      sample: { shape, augmentation, seed, view },
      shuffle: this.#shuffle,
      order: { batchSize: this.batchSize, share: this.#share },
      start,
      strict,
      decoding: new PixelBudget().words,
    };
    const workers = Array.from({ length: Math.max(1, this.#reading.workers ?? 1) }, () =>
      this.#startWorker(options),
    );
    this.#running = { ring, start, workers, next: 0 };
  }

  #startWorker(options: ProduceOptions): Worker {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const url = new URL(`./worker.node.${extension}`, import.meta.url);
    const worker = new Worker(url, { workerData: options });
    worker.on('message', ({ unreadable, failure }: WorkerMessage) => {
      if (unreadable !== undefined) this.#note(unreadable);
      if (failure !== undefined) this.#fail(new FoveaError(failure));
    });
    worker.on('error', (error) =>
      this.#fail(new FoveaError(`reading failed: ${messageOf(error)}`)),
    );
    return worker;
  }

  #note({ row, name, problem }: Unreadable): void {
    const known = this.unreadable.get(row);
    this.unreadable.set(row, `${name}: ${problem}`);
    if (known === undefined || known === '') this.#reading.onUnreadable?.(name, problem);
  }

  #fail(failure: FoveaError): void {
    this.#failure ??= failure;
  }
}

interface Running {
  readonly ring: Ring;
  readonly start: { readonly epoch: number; readonly row: number };
  readonly workers: readonly Worker[];
  /** The task that the next batch begins with. */
  next: number;
}

interface WorkerMessage {
  readonly unreadable?: Unreadable;
  readonly failure?: ErrorParts;
}

const FIRST = Int32Array.of(0);
