/**
 * @file How one picture becomes what a network is asked, and the network's numbers an answer; who computes between
 * the two is not known here.
 *
 * Previous stop: `predict.ts`, where a session computes. Next stop: `data/images/prepare.ts`.
 */
import type { ImageShape } from '../../base/shape.ts';
import { surround } from '../../data/dataset.ts';
import type { Picture } from '../../data/images/picture.ts';
import {
  type PreparedImage,
  type PrepareOptions,
  prepareImage,
} from '../../data/images/prepare.ts';
import type { Preprocessing } from '../../nn/spec.ts';
import { atTemperature } from '../evaluation/temperature.ts';

export interface Answer {
  readonly class: string;
  readonly probability: number;
}

export interface Prediction {
  /** Most probable first; none where there was nothing to read. */
  readonly answers: readonly Answer[];
  /** No ink on the sheet: the network was not asked. */
  readonly blank: boolean;
  readonly inverted: boolean;
  /** Of every class in order, where the model answers with distances; the smallest wins. */
  readonly distances: readonly number[] | null;
  /** Why the answer should not be trusted; null where nothing was asked or nothing speaks against it. */
  readonly rejected: string | null;
  /** What was done to the picture, in words. */
  readonly notes: readonly string[];
  /** What the network was given: bytes of its input shape, before its own scaling. */
  readonly given: Uint8Array;
}

export interface PredictOptions extends PrepareOptions {
  /** Only the size is brought to the network's: nothing is inverted, cropped or centred, no sheet is blank. */
  readonly asIs?: boolean | undefined;
  /** Makes the probabilities p^(1/temperature) over their sum; default 1. The answer stays the same. */
  readonly temperature?: number | undefined;
  /** How many classes to name; default 3. */
  readonly top?: number;
  /** Of models that answer with distances: rejects where the nearest code is farther than this. */
  readonly rejectFar?: number | undefined;
  /** Rejects where the second nearest code is farther by less than this. */
  readonly rejectClose?: number | undefined;
}

/** What is known of a network that reads pictures. */
export interface Reader {
  /** (H, W, C) of its input, border included. */
  readonly shape: ImageShape;
  readonly preprocessing: Preprocessing;
  readonly classes: readonly string[];
}

/** Does the network read characters, written as MNIST's are: one channel, and classes of one character each? */
export function readsWriting({ shape, classes }: Pick<Reader, 'shape' | 'classes'>): boolean {
  return shape[2] === 1 && classes.every((name) => [...name].length === 1);
}

/** The picture in the network's size, with its border; `blank` where the network is not to be asked. */
export function prepareFor(
  reader: Reader,
  picture: Picture,
  options: PredictOptions = {},
): PreparedImage {
  const [height, width, channels] = reader.shape;
  const { border = 0 } = reader.preprocessing;
  const inner = [height - 2 * border, width - 2 * border, channels] as const;
  // A picture of the model's own size has its border already.
  const isWhole = picture.height === height && picture.width === width;
  const size = isWhole ? reader.shape : inner;
  const prepared = prepareImage(picture, size, preparationOf(reader, options));
  return {
    ...prepared,
    pixels: isWhole ? prepared.pixels : surround(prepared.pixels, inner, border),
    blank: prepared.blank && readsWriting(reader) && options.asIs !== true,
  };
}

/** Ink is looked for where characters are read; any other picture is scaled whole. */
function preparationOf(
  reader: Reader,
  { asIs, invert, centre }: Pick<PredictOptions, 'asIs' | 'invert' | 'centre'>,
): PrepareOptions {
  if (asIs === true) return { invert: false, centre: false };
  return {
    ...(invert === undefined ? {} : { invert }),
    centre: centre ?? (readsWriting(reader) ? 'auto' : false),
  };
}

/** What the network gave for one picture. */
export interface Given {
  /** Of each class. */
  readonly probabilities: ArrayLike<number>;
  readonly distances: ArrayLike<number> | null;
}

/** The answer in words; without numbers, where the sheet is blank. */
export function predictionOf(
  { classes }: Pick<Reader, 'classes'>,
  { inverted, notes, pixels }: Omit<PreparedImage, 'blank'>,
  numbers: Given | null,
  options: PredictOptions = {},
): Prediction {
  const done = { inverted, notes, given: pixels };
  if (numbers === null) {
    const rejected = 'there is nothing to read';
    return { answers: [], distances: null, rejected, blank: true, ...done };
  }
  const { temperature } = options;
  const given = numbers.probabilities;
  const probabilities =
    temperature === undefined ? given : atTemperature(given, given.length, temperature);
  const answers = Array.from(probabilities, (probability, i) => ({
    class: classes[i] ?? String(i),
    probability,
  }));
  answers.sort((a, b) => b.probability - a.probability);
  const distances = numbers.distances === null ? null : Array.from(numbers.distances);
  return {
    answers: answers.slice(0, options.top ?? 3),
    distances,
    rejected: distances === null ? null : rejectionOf(distances, options),
    blank: false,
    ...done,
  };
}

function rejectionOf(
  distances: readonly number[],
  {
    rejectFar = Number.POSITIVE_INFINITY,
    rejectClose = 0,
  }: Pick<PredictOptions, 'rejectFar' | 'rejectClose'>,
): string | null {
  const [nearest = 0, second = 0] = [...distances].sort((a, b) => a - b);
  if (nearest > rejectFar) return `the nearest code is ${nearest.toFixed(2)} away`;
  if (second - nearest < rejectClose) {
    return `two codes are ${nearest.toFixed(2)} and ${second.toFixed(2)} away`;
  }
  return null;
}
