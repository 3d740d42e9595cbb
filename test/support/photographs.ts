/**
 * @file Digits as a hand-held camera sees them: dark ink on a sheet in uneven light, with grain.
 */
import { RandomStream } from '../../src/base/random.ts';
import { drawDigits } from '../../src/data/datasets/digits.ts';
import type { Picture } from '../../src/data/images/picture.ts';
import { resize } from '../../src/data/images/resize.ts';

export interface Photograph {
  readonly picture: Picture;
  readonly digit: number;
}

export interface PhotographOptions {
  /** Chalk on a board instead of ink on paper. */
  readonly light?: boolean;
  readonly width?: number;
  readonly height?: number;
  /** Nothing is written on it. */
  readonly blank?: boolean;
}

/** Brightness of the sheet where the light falls on it, and where the shade is deepest as a part of it. */
const PAPER = 225;
const BOARD = 60;
const SHADE = 0.25;
/** Standard deviation of the grain of 600 pixels across; fewer pixels are larger and have less. */
const GRAIN = 6;

/** Ten photographs, one of each digit, none alike; 600 x 800 unless said otherwise. */
export function photographs(seed: number, options: PhotographOptions = {}): Photograph[] {
  const { images, labels, count } = drawDigits(10, 1000 + seed, 'test');
  return Array.from({ length: count }, (_, i) => ({
    digit: labels[i],
    picture: photographOf(images.subarray(784 * i, 784 * (i + 1)), 100 * seed + i, options),
  }));
}

function photographOf(
  digit: Uint8Array,
  seed: number,
  { light = false, blank = false, width = 600, height = 800 }: PhotographOptions,
): Picture {
  const random = new RandomStream(seed, 'photograph');
  const side = Math.round(random.uniform(0.35, 0.8) * Math.min(width, height));
  const ink = resize(
    { width: 28, height: 28, channels: 1, values: Float32Array.from(digit) },
    side,
    side,
  ).values;
  const left = Math.floor(random.uniform(0, width - side));
  const top = Math.floor(random.uniform(0, height - side));
  const grain = (GRAIN * width) / 600;
  // The light falls off along a slope and away from a spot.
  const angle = random.uniform(0, 2 * Math.PI);
  const spot = [random.uniform(0, width), random.uniform(0, height)];
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x - left, y - top];
      const inside = u >= 0 && v >= 0 && u < side && v < side;
      const written = blank || !inside ? 0 : ink[v * side + u] / 255;
      const along = Math.cos(angle) * (x / width - 0.5) + Math.sin(angle) * (y / height - 0.5);
      const away = Math.hypot((x - spot[0]) / width, (y - spot[1]) / height);
      const shade = SHADE + (1 - SHADE) * Math.max(0, Math.min(1, 0.75 + along - 0.35 * away));
      const sheet = light ? BOARD * (1 + 2.2 * written) : PAPER * (1 - 0.7 * written);
      const value = shade * sheet + grain * random.normal();
      pixels[y * width + x] = Math.max(0, Math.min(255, Math.round(value)));
    }
  }
  return { width, height, channels: 1, pixels };
}
