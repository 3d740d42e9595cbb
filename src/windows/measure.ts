/**
 * @file What the comparisons do to pictures and how they measure the outcome.
 *
 * Pictures are (1, H, W, C) with values from 0 (black) to 255 (white); changes are in these grey levels.
 * Next stop: `comparePooling.ts`, `comparePadding.ts`.
 */
import { at } from '../base/lists.ts';
import { baseKey, stepKey, streamOf, uniformAt } from '../base/random.ts';
import { fourAxes } from '../base/shape.ts';
import { applyOp, type RealTensor } from './apply.ts';

export const WHITE = 255;
/** A cell that changes by at most this much still looks the same. */
export const KEPT = 8;

export function pictureOf(
  height: number,
  width: number,
  channels: number,
  data: ArrayLike<number>,
) {
  return {
    shape: [1, height, width, channels],
    data: Float64Array.from(data),
  } satisfies RealTensor;
}

export const heightOf = (picture: RealTensor): number => fourAxes(picture.shape)[1];
export const widthOf = (picture: RealTensor): number => fourAxes(picture.shape)[2];
export const channelsOf = (picture: RealTensor): number => fourAxes(picture.shape)[3];

export function crop(
  x: RealTensor,
  top: number,
  left: number,
  height: number,
  width: number,
): RealTensor {
  const attrs = { starts: [0, top, left, 0], sizes: [1, height, width, channelsOf(x)] };
  return applyOp('slice', [x], attrs);
}

/** At most `side` pixels a side, out of the middle. */
export function centre(x: RealTensor, side: number): RealTensor {
  const [height, width] = [Math.min(side, heightOf(x)), Math.min(side, widthOf(x))];
  const top = Math.floor((heightOf(x) - height) / 2);
  const left = Math.floor((widthOf(x) - width) / 2);
  return crop(x, top, left, height, width);
}

/** All but the last `by` columns, and all but the first: the same scene before and after the camera moves. */
export function shifted(x: RealTensor, by: number): readonly [RealTensor, RealTensor] {
  const width = widthOf(x) - by;
  return [crop(x, 0, 0, heightOf(x), width), crop(x, 0, by, heightOf(x), width)];
}

export function mapped(x: RealTensor, f: (value: number, index: number) => number): RealTensor {
  return { shape: x.shape, data: x.data.map(f) };
}

/** |a - b| in every place. */
export function difference(a: RealTensor, b: RealTensor): RealTensor {
  return mapped(a, (value, i) => Math.abs(value - at(b.data, i, 'number')));
}

/** A map of changes as a grey picture: white where nothing changed, black from `blackAt` grey levels on. */
export function changeMap(changes: RealTensor, blackAt: number): RealTensor {
  const [H, W, C] = [heightOf(changes), widthOf(changes), channelsOf(changes)];
  const grey = Array.from({ length: H * W }, (_, i) =>
    mean(changes.data.subarray(i * C, (i + 1) * C)),
  );
  return pictureOf(
    H,
    W,
    1,
    grey.map((change) => WHITE * (1 - Math.min(1, change / blackAt))),
  );
}

export function mean(data: Float64Array): number {
  let sum = 0;
  for (const value of data) sum += value;
  return data.length === 0 ? 0 : sum / data.length;
}

export const meanChange = (a: RealTensor, b: RealTensor): number => mean(difference(a, b).data);

/** Share of the places for which `holds` is true. */
export function share(x: RealTensor, holds: (value: number) => boolean): number {
  return mean(x.data.map((value) => (holds(value) ? 1 : 0)));
}

export const shareKept = (a: RealTensor, b: RealTensor): number =>
  share(difference(a, b), (change) => change <= KEPT);

export type Noise = 'salt' | 'pepper' | 'salt and pepper';

/** Turns a share of the pixels, the same ones for each kind of noise, white (salt) or black (pepper). */
export function noisy(x: RealTensor, noise: Noise, density: number, seed = 0): RealTensor {
  const key = stepKey(baseKey(seed, streamOf('salt and pepper')), 0);
  const channels = channelsOf(x);
  return mapped(x, (value, i) => {
    const u = uniformAt(key, Math.floor(i / channels));
    if (u >= density) return value;
    const white = noise === 'salt' || (noise === 'salt and pepper' && u < density / 2);
    return white ? WHITE : 0;
  });
}
