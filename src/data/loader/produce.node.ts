/**
 * @file A reading thread's work: takes tasks, reads, decodes and augments, writes samples into the ring.
 *
 * Several tasks run at once in each thread, since decoders work in threads of their own. Next stop:
 * `../samples.ts`, what becomes of a picture.
 */

import { FoveaError, messageOf } from '../../base/errors.ts';
import { RandomStream } from '../../base/random.ts';
import { neededSide } from '../augment/index.ts';
import type { Share } from '../batches/batches.ts';
import { type EpochShare, epochShare } from '../batches/epochShare.ts';
import { PixelBudget } from '../images/pixelBudget.ts';
import { nameOf, openReader, type PictureReader } from '../origins/readPicture.node.ts';
import { openSampler, type SampleOptions, type Sampler } from '../samples.ts';
import type { StreamedSplit } from '../streamed.ts';
import { RING, type Ring, STATUS } from './ring.ts';

export interface ProduceOptions {
  readonly ring: Ring;
  readonly split: StreamedSplit;
  readonly sample: SampleOptions;
  /** Of the order of rows; absent: as they are stored. */
  readonly shuffle: { readonly seed: number; readonly once: boolean } | undefined;
  /** How an epoch's rows are shared out: of several ranks, one reads its part of every batch. */
  readonly order: { readonly batchSize: number; readonly share?: Share | undefined };
  /** Where task 0 stands: `row` counts this rank's rows. */
  readonly start: { readonly epoch: number; readonly row: number };
  readonly strict: boolean;
  /** The words of a `PixelBudget` that all threads share. */
  readonly decoding: Int32Array;
}

export interface Unreadable {
  readonly row: number;
  readonly name: string;
  readonly problem: string;
}

/** Tasks that one thread works on at the same time. */
const AT_ONCE = 4;
/** After so many unreadable pictures in a row something is wrong with all of them. */
const MOST_TRIES = 100;

/** Runs until the ring says stop. `report` hears of pictures that cannot be read. */
export async function produce(
  options: ProduceOptions,
  report: (unreadable: Unreadable) => void,
): Promise<void> {
  const { split, sample } = options;
  const reader = openReader(split.origin, {
    channels: sample.shape[2] === 1 ? 1 : 3,
    needed: neededSide(sample.augmentation, sample.shape),
    budget: new PixelBudget(options.decoding),
  });
  const producer = new Producer(options, reader, report);
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, () => producer.work()));
  } finally {
    await reader.close();
  }
}

class Producer {
  readonly #options: ProduceOptions;
  readonly #reader: PictureReader;
  readonly #sampler: Sampler;
  readonly #report: (unreadable: Unreadable) => void;
  readonly #own: EpochShare;
  /** The orders of the epochs that tasks may be in at the same time. */
  readonly #orders = new Map<number, Uint32Array>();

  constructor(
    options: ProduceOptions,
    reader: PictureReader,
    report: (unreadable: Unreadable) => void,
  ) {
    this.#options = options;
    this.#reader = reader;
    this.#sampler = openSampler(options.sample);
    this.#report = report;
    const { order, split } = options;
    this.#own = epochShare(split.count, order.batchSize, order.share);
  }

  async work(): Promise<void> {
    const { control, slots, stamps } = this.#options.ring;
    const stopped = () => Atomics.load(control, RING.stop) !== 0;
    while (!stopped()) {
      const task = Atomics.add(control, RING.nextTask, 1);
      for (;;) {
        const consumed = Atomics.load(control, RING.consumed);
        if (task < consumed + slots || stopped()) break;
        const waiting = Atomics.waitAsync(control, RING.consumed, consumed, 500);
        if (waiting.async) await waiting.value;
      }
      if (stopped()) return;
      await this.#make(task);
      Atomics.store(stamps, task % slots, task + 1);
      Atomics.add(control, RING.produced, 1);
      Atomics.notify(control, RING.produced);
    }
  }

  async #make(task: number): Promise<void> {
    const { ring, split, start, strict, sample } = this.#options;
    const at = start.row + task;
    const epoch = start.epoch + Math.floor(at / this.#own.count);
    const row = this.#row(epoch, this.#own.positionOf(at % this.#own.count));
    const slot = task % ring.slots;
    const [H, W, C] = sample.shape;
    const isTest = sample.seed === undefined;
    for (let tries = 0; tries < Math.min(MOST_TRIES, split.count); tries++) {
      const tried = (row + tries) % split.count;
      try {
        const picture = await this.#reader.read(split.items[tried]);
        ring.pixels.set(this.#sampler(picture, epoch, tried), slot * H * W * C);
        ring.labels[slot] = split.labels[tried];
        ring.status[slot] = STATUS.read;
        return;
      } catch (error) {
        // A crop that does not fit is a mistake of the user's, whatever the picture.
        if (!(error instanceof FoveaError) || strict || isCropError(error)) throw error;
        const name = nameOf(split.origin, split.items[tried]);
        this.#report({ row: tried, name, problem: problemOf(error, name) });
      }
      if (!isTest) continue;
      ring.labels[slot] = 0;
      ring.status[slot] = STATUS.missing;
      return;
    }
    throw new FoveaError({
      problem: `${MOST_TRIES} pictures one after the other cannot be read`,
      expected: 'pictures of which most can be read',
    });
  }

  #row(epoch: number, position: number): number {
    const { shuffle, split } = this.#options;
    if (shuffle === undefined) return position;
    const drawn = shuffle.once ? 0 : epoch;
    let order = this.#orders.get(drawn);
    if (order === undefined) {
      // As `BatchOrder` draws it.
      order = new RandomStream(shuffle.seed, `shuffle/${drawn}`).permutation(split.count);
      this.#orders.delete(drawn - 2);
      this.#orders.set(drawn, order);
    }
    return order[position];
  }
}

const isCropError = (error: FoveaError) => error.parts.problem.startsWith('a crop of');

function problemOf(error: unknown, name: string): string {
  const problem = error instanceof FoveaError ? error.parts.problem : messageOf(error);
  return problem.replace(`${name}: `, '');
}
