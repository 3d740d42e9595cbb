/**
 * @file The picture moved by whole pixels, up to an amount along each axis; what it leaves is black.
 *
 * For CIFAR-10 this is the usual "pad by 4, crop 32 x 32".
 */
import type { Plane } from '../images/resize.ts';
import type { TransformDefinition } from './transform.ts';

export const translate: TransformDefinition = {
  name: 'translate',
  says: 'moved by whole pixels along both axes',
  amount: { means: 'most pixels along each axis', least: 0, most: 65_535 },
  apply: (most) => {
    const reach = Math.floor(most);
    return (plane, random) => {
      const down = random.integer(2 * reach + 1) - reach;
      const right = random.integer(2 * reach + 1) - reach;
      return move(plane, down, right);
    };
  },
};

export function move(plane: Plane, down: number, right: number): Plane {
  const { width, height, channels, values } = plane;
  const moved = new Float32Array(values.length);
  const [first, last] = [Math.max(0, right), Math.min(width, width + right)];
  for (let row = Math.max(0, down); row < Math.min(height, height + down); row++) {
    if (last <= first) break;
    const from = ((row - down) * width + first - right) * channels;
    const line = values.subarray(from, from + (last - first) * channels);
    moved.set(line, (row * width + first) * channels);
  }
  return { ...plane, values: moved };
}
