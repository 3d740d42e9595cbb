/**
 * @file Pictures whose ink is cut out and placed anew on a larger field: in the middle, at a border, in a corner.
 */
import { RandomStream } from '../base/random.ts';
import type { ImageShape } from '../base/shape.ts';
import type { Split } from '../data/dataset.ts';

export const PLACES = ['middle', 'border', 'corner'] as const;
export type Place = (typeof PLACES)[number] | 'anywhere';

/** Pixels that the field is larger, along both axes. */
const ROOM = 4;

export interface PlacedSplit extends Split {
  readonly imageShape: ImageShape;
}

/** Where each object lies is drawn from the seed, the kind of place and its row. */
export function placedObjects(
  { images, labels, count }: Split,
  [H, W, C]: ImageShape,
  place: Place,
  seed: number,
): PlacedSplit {
  const imageShape: ImageShape = [H + ROOM, W + ROOM, C];
  const [height, width] = imageShape;
  const placed = new Uint8Array(count * height * width * C);
  const random = new RandomStream(seed, `placed/${place}`);
  for (let n = 0; n < count; n++) {
    const pixels = images.subarray(n * H * W * C, (n + 1) * H * W * C);
    const box = boxOf(pixels, [H, W, C]);
    const [down, right] = sharesAt(place, random);
    const top = Math.round(down * (height - box.height));
    const left = Math.round(right * (width - box.width));
    for (let row = 0; row < box.height; row++) {
      const from = ((box.top + row) * W + box.left) * C;
      const to = ((n * height + top + row) * width + left) * C;
      placed.set(pixels.subarray(from, from + box.width * C), to);
    }
  }
  return { images: placed, labels, count, imageShape };
}

/** Where in the room that is left, from 0 (top, left) to 1. */
function sharesAt(place: Place, random: RandomStream): readonly [down: number, right: number] {
  const [down, right] = [random.uniform(0, 1), random.uniform(0, 1)];
  const [vertical, horizontal] = [random.integer(2), random.integer(2)];
  switch (place) {
    case 'middle':
      return [0.5, 0.5];
    case 'corner':
      return [vertical, horizontal];
    case 'border':
      return random.integer(2) === 0 ? [vertical, right] : [down, horizontal];
    case 'anywhere':
      return [down, right];
  }
}

/** Below this a pixel is no ink. */
const INK = 32;

/** The least rectangle that holds all ink; the whole picture where there is none. */
function boxOf(pixels: Uint8Array, [H, W, C]: ImageShape) {
  let [top, bottom, left, right] = [H, -1, W, -1];
  for (let i = 0; i < pixels.length; i++) {
    if ((pixels[i] ?? 0) < INK) continue;
    const pixel = Math.floor(i / C);
    const [y, x] = [Math.floor(pixel / W), pixel % W];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
  }
  if (bottom < 0) return { top: 0, left: 0, height: H, width: W };
  return { top, left, height: bottom - top + 1, width: right - left + 1 };
}
