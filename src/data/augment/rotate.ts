/**
 * @file The picture turned about its middle by a random angle, both ways.
 *
 * Every output pixel looks where it comes from and takes the four pixels around that place, by distance;
 * beyond the border the border goes on.
 */
import type { Plane } from '../images/resize.ts';
import type { TransformDefinition } from './transform.ts';

export const rotate: TransformDefinition = {
  name: 'rotate',
  says: 'turned about the middle, both ways',
  amount: { means: 'most degrees', least: 0, most: 180 },
  apply: (most) => (plane, random) => turn(plane, (random.uniform(-most, most) * Math.PI) / 180),
};

/** Counter-clockwise by `angle`, in radians. */
export function turn(plane: Plane, angle: number): Plane {
  const { width, height, channels } = plane;
  const turned = new Float32Array(plane.values.length);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [dy, dx] = [row - middleY, column - middleX];
      const y = clamp(middleY + cos * dy + sin * dx, height - 1);
      const x = clamp(middleX - sin * dy + cos * dx, width - 1);
      between(plane, y, x, turned, (row * width + column) * channels);
    }
  }
  return { ...plane, values: turned };
}

export const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));

/** Writes the value at a place between pixels to `into` at `at`. */
export function between(plane: Plane, y: number, x: number, into: Float32Array, at: number): void {
  const { width, height, channels, values } = plane;
  const [top, left] = [Math.floor(y), Math.floor(x)];
  const [below, right] = [Math.min(top + 1, height - 1), Math.min(left + 1, width - 1)];
  const [down, across] = [y - top, x - left];
  for (let c = 0; c < channels; c++) {
    const value = (row: number, column: number) => values[(row * width + column) * channels + c];
    const upper = value(top, left) * (1 - across) + value(top, right) * across;
    const lower = value(below, left) * (1 - across) + value(below, right) * across;
    into[at + c] = upper * (1 - down) + lower * down;
  }
}
