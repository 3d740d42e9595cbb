/**
 * @file `digits`: handwritten-looking digits drawn by code. Needs no file and no network.
 *
 * Picture i of a split depends on the seed, the split and i alone: asking for more pictures keeps the
 * first ones. Next stop: `../digits/draw.ts`, how one is drawn.
 */
import { UsageError } from '../../base/errors.ts';
import { RandomStream, streamOf } from '../../base/random.ts';
import type { DrawnSet, Split } from '../dataset.ts';
import { digestOf } from '../digestOf.ts';
import { DIGIT_SIDE, DigitPainter } from '../digits/draw.ts';

const DEFAULT_TRAIN = 12_000;
const DEFAULT_TEST = 2_000;
/** Two gigabytes of pictures. */
const MOST_DRAWN = 2_500_000;
const CLASSES = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** Draws `count` pictures; every run of ten holds each digit once, in random order. */
export function drawDigits(count: number, seed: number, split: 'train' | 'test'): Split {
  if (!Number.isInteger(count) || count < 1 || count > MOST_DRAWN) {
    throw new UsageError({
      where: 'digits',
      problem: `${count} pictures cannot be drawn`,
      expected: `a whole number from 1 to ${MOST_DRAWN}`,
    });
  }
  const pixels = DIGIT_SIDE * DIGIT_SIDE;
  const images = new Uint8Array(count * pixels); // (count, 28, 28, 1)
  const labels = new Uint8Array(count);
  const painter = new DigitPainter();
  const first = streamOf(`digits/${split}`);
  let order = new RandomStream(seed, first).permutation(CLASSES.length);
  for (let i = 0; i < count; i++) {
    // Streams are 32-bit numbers; each picture has its own.
    const random = new RandomStream(seed, (first + 1 + i) >>> 0);
    if (i % CLASSES.length === 0) order = random.permutation(CLASSES.length);
    labels[i] = order[i % CLASSES.length];
    painter.paint(labels[i], random, images, i * pixels);
  }
  return { count, images, labels };
}

/** Of ten pictures of each split, whatever the counts: another pen or seed draws others. */
async function digestsOf(seed: number): Promise<Record<string, string>> {
  const first = (split: 'train' | 'test') => drawDigits(CLASSES.length, seed, split).images;
  const drawing = await digestOf(new Uint8Array([...first('train'), ...first('test')]));
  return drawing === undefined ? {} : { drawing };
}

export const digits: DrawnSet = {
  name: 'digits',
  summary: '12,000 + 2,000 digits drawn by code (any number), 28 x 28 gray; built in',
  async draw({ seed = 0, trainCount = DEFAULT_TRAIN, testCount = DEFAULT_TEST }) {
    return {
      name: 'digits',
      classes: CLASSES,
      imageShape: [DIGIT_SIDE, DIGIT_SIDE, 1],
      train: drawDigits(trainCount, seed, 'train'),
      test: drawDigits(testCount, seed, 'test'),
      digests: await digestsOf(seed),
    };
  },
};
