/**
 * @file A worker's work: the tasks of one model become rows, and the network's numbers their results.
 *
 * A task that cannot be done is refused by itself; the others of its batch do not notice. Next stop: `rowRunner.ts`.
 */
import type { Session } from '../../backends/backend.ts';
import { FoveaError } from '../../base/errors.ts';
import { sizeOf } from '../../base/shape.ts';
import { claimedSize, kindOf } from '../../data/images/kinds.ts';
import { netpbmSize } from '../../data/images/netpbm.ts';
import type { Picture } from '../../data/images/picture.ts';
import type { PreparedImage } from '../../data/images/prepare.ts';
import { readImage } from '../../data/images/readImage.node.ts';
import { inputsOf } from '../../nn/spec.ts';
import type { TrainedModel } from '../../nn/trained.ts';
import { channelsOf, readerOf } from '../../train/prediction/predict.ts';
import { type Given, predictionOf, prepareFor } from '../../train/prediction/reading.ts';
import { batchThatPays } from './batchThatPays.ts';
import { type Outputs, openRows, type RowBatch, type RunRows } from './rowRunner.ts';
import type { PictureTask, Result, Rows, SentPicture, Task } from './tasks.ts';

export interface AnsweringOptions {
  /** Rows in a batch; undefined: as many as are worth it. */
  readonly maxBatch: number | undefined;
  /** A picture that claims more is refused before it is decoded. */
  readonly maxPixels: number;
}

export interface Answering {
  /** Rows in a batch: those asked for, or so many that more would spare no work. */
  readonly batch: number;
  answer(tasks: readonly Task[]): Promise<Result[]>;
}

/** What is gained by more rows is little, and each further size is measured as the server starts. */
const MOST_MEASURED = 16;

/** Rows to run, and what their numbers come to. */
interface Prepared extends RowBatch {
  result(outputs: Outputs): Result;
}

export async function openAnswering(
  session: Session,
  model: TrainedModel,
  options: AnsweringOptions,
): Promise<Answering> {
  const { maxBatch } = options;
  const run = openRows(session, model, maxBatch ?? MOST_MEASURED);
  const milliseconds = rowsTimer(run, model);
  // Either way whoever asks first does not wait for the programs that are used most.
  const batch = maxBatch ?? (await batchThatPays(milliseconds, MOST_MEASURED));
  if (maxBatch !== undefined) for (const count of [1, maxBatch]) await milliseconds(count);
  const prepare = async (task: Task): Promise<Prepared | Result> => {
    if (task.kind === 'pictures') return preparePictures(task, model, options);
    return { ...task, result: (outputs) => ({ kind: 'outputs', outputs }) };
  };
  const answer = async (tasks: readonly Task[]): Promise<Result[]> => {
    const prepared = await Promise.all(tasks.map(prepare));
    const asked = prepared.filter((one) => 'rows' in one);
    const outputs = await run(asked);
    return prepared.map((one) => {
      return 'rows' in one ? one.result(outputs[asked.indexOf(one)] ?? {}) : one;
    });
  };
  return { batch, answer };
}

/** Milliseconds of a batch beside its network: it goes to a worker and back, and its answers to their requests. */
const BESIDE = 1;

/** Milliseconds that a batch of so many takes, by the least of a few runs on zeros; its program is made for it. */
function rowsTimer(run: RunRows, { spec }: TrainedModel): (count: number) => Promise<number> {
  return async (count) => {
    const zeros = inputsOf(spec).map(({ name, shape }): [string, Float32Array] => {
      return [name, new Float32Array(count * sizeOf(shape))];
    });
    const batch = [{ count, rows: Object.fromEntries(zeros) }];
    await run(batch);
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 3; i++) {
      const begin = performance.now();
      await run(batch);
      least = Math.min(least, performance.now() - begin);
    }
    return BESIDE + least;
  };
}

async function preparePictures(
  { pictures, options }: PictureTask,
  model: TrainedModel,
  limits: AnsweringOptions,
): Promise<Prepared | Result> {
  const reader = readerOf(model);
  const images: PreparedImage[] = [];
  for (const [at, sent] of pictures.entries()) {
    try {
      images.push(prepareFor(reader, await decoded(sent, model, limits), options));
    } catch (error) {
      if (error instanceof FoveaError) return { kind: 'refused', parts: error.parts, at };
      throw error;
    }
  }
  const written = images.filter(({ blank }) => !blank);
  return {
    count: written.length,
    rows: rowsOfImages(model, written),
    result: (outputs) => ({
      kind: 'predictions',
      predictions: images.map((image) => {
        const numbers = image.blank ? null : rowOf(outputs, written.indexOf(image));
        const { given: _, ...prediction } = predictionOf(reader, image, numbers, options);
        return prediction;
      }),
    }),
  };
}

/** Enough to find ink in and to scale from, where the network reads less. */
const LEAST_SIDE = 300;

async function decoded(
  sent: SentPicture,
  model: TrainedModel,
  { maxPixels }: AnsweringOptions,
): Promise<Picture> {
  if ('picture' in sent) return sent.picture;
  const { file } = sent;
  const kind = kindOf(file, 'picture');
  const size = kind === 'netpbm' ? netpbmSize(file) : claimedSize(file, kind);
  if (size !== undefined && size.width * size.height > maxPixels) {
    throw new FoveaError({
      problem: `a picture of ${size.width} x ${size.height}`,
      expected: `at most ${maxPixels} pixels`,
      fix: 'send it smaller',
    });
  }
  const { shape } = readerOf(model);
  const needed = Math.max(shape[0], shape[1], LEAST_SIDE);
  return readImage(file, { channels: channelsOf(model), needed });
}

function rowsOfImages({ spec }: TrainedModel, images: readonly PreparedImage[]): Rows {
  const [{ name, shape }] = inputsOf(spec);
  const size = sizeOf(shape);
  const all = new Uint8Array(size * images.length);
  images.forEach(({ pixels }, i) => {
    all.set(pixels, i * size);
  });
  return { [name]: all };
}

function rowOf({ probabilities, distances }: Outputs, row: number): Given {
  const cut = ({ shape: [, width = 0], data }: NonNullable<typeof probabilities>) =>
    data.subarray(row * width, (row + 1) * width);
  return {
    probabilities: probabilities === undefined ? [] : cut(probabilities),
    distances: distances === undefined ? null : cut(distances),
  };
}
