/**
 * @file Left and right exchanged, for every second picture.
 */
import type { Plane } from '../images/resize.ts';
import type { TransformDefinition } from './transform.ts';

export const flip: TransformDefinition = {
  name: 'flip',
  says: 'left and right exchanged, for a share of the pictures',
  amount: { means: 'share of the pictures', least: 0, most: 1, fallback: 0.5 },
  apply: (share) => (plane, random) => (random.uniform() < share ? mirror(plane) : plane),
};

export function mirror(plane: Plane): Plane {
  const { width, height, channels, values } = plane;
  const mirrored = new Float32Array(values.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const to = (row * width + column) * channels;
      const from = (row * width + width - 1 - column) * channels;
      for (let c = 0; c < channels; c++) mirrored[to + c] = values[from + c];
    }
  }
  return { ...plane, values: mirrored };
}
