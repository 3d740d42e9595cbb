/**
 * @file One sample: a decoded picture as the bytes of the size that the model reads.
 *
 *   picture -> (fit, unless the augmentation chooses the part itself) -> transforms -> round, clip
 *
 * The result depends on (seed, epoch, row) and the picture alone, so that any number of workers, in any
 * order, makes the same samples. Next stop: `loader/`, which does it ahead of the trainer.
 */
import { RandomStream } from '../base/random.ts';
import type { ImageShape } from '../base/shape.ts';
import { type Augmentation, choosesPart, testChain, trainingChain } from './augment/index.ts';
import { type Picture, toGray, toRgb } from './images/picture.ts';
import { prepareImage } from './images/prepare.ts';
import type { Plane } from './images/resize.ts';

export interface SampleOptions {
  /** (H, W, C) of the result. */
  readonly shape: ImageShape;
  readonly augmentation: Augmentation;
  /** Absent when testing: nothing is drawn. */
  readonly seed?: number | undefined;
  /** When testing: which of the ten crops; default: the middle. */
  readonly view?: number | undefined;
}

/** Makes samples; the chain is put together once. */
export type Sampler = (picture: Picture, epoch: number, row: number) => Uint8Array;

export function openSampler({ shape, augmentation, seed, view }: SampleOptions): Sampler {
  const fits = !choosesPart(augmentation);
  const test = testChain(augmentation, shape, view);
  const train = seed === undefined ? undefined : trainingChain(augmentation, shape);
  const nothing = augmentation.steps.length === 0;
  return (picture, epoch, row) => {
    const coloured = shape[2] === 1 ? toGray(picture) : toRgb(picture);
    const fitted = fits ? fit(coloured, shape) : coloured;
    if (nothing) return fitted.pixels;
    const plane = planeOf(fitted);
    const seen =
      train === undefined
        ? test(plane)
        : train(plane, new RandomStream(seed ?? 0, `augment/${epoch}/${row}`));
    return bytesOf(seen, shape);
  };
}

export function planeOf({ width, height, channels, pixels }: Picture): Plane {
  return { width, height, channels, values: new Float32Array(pixels) };
}

/** Of the model's size already: as it is; else scaled to fill, the middle. */
function fit(picture: Picture, shape: ImageShape): Picture {
  const [height, width] = shape;
  if (picture.height === height && picture.width === width) return picture;
  const { pixels } = prepareImage(picture, shape, { invert: false, centre: false });
  return { height, width, channels: picture.channels, pixels };
}

/** Rounded and clipped; a chain that scaled and did not crop is cut to the middle or filled up. */
function bytesOf(plane: Plane, shape: ImageShape): Uint8Array {
  const { width, height, values } = plane;
  const bytes = new Uint8ClampedArray(values); // rounds (half to even) and clips
  const pixels = new Uint8Array(bytes.buffer);
  if (width === shape[1] && height === shape[0]) return pixels;
  return fit({ width, height, channels: shape[2] === 1 ? 1 : 3, pixels }, shape).pixels;
}
