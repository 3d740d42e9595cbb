/**
 * @file A window of the model's size anywhere in the picture; in the middle when testing; or ten of them.
 *
 *   +--+----+--+      tenCrops: four corners and the middle, then the same five mirrored, as in 2012
 *   |1 |    | 2|
 *   +--+-+--+--+
 *   |   | 5|   |
 *   +--+-+--+--+
 *   |3 |    | 4|
 *   +--+----+--+
 */
import { FoveaError } from '../../base/errors.ts';
import type { ImageShape } from '../../base/shape.ts';
import type { Plane } from '../images/resize.ts';
import { mirror } from './flip.ts';
import type { TransformDefinition } from './transform.ts';

export const crop: TransformDefinition = {
  name: 'crop',
  says: "a window of the model's size anywhere in the picture",
  apply:
    (_, { shape }) =>
    (plane, random) => {
      checkFits(plane, shape);
      const top = random.integer(plane.height - shape[0] + 1);
      const left = random.integer(plane.width - shape[1] + 1);
      return cut(plane, top, left, shape);
    },
  atTest:
    (_, { shape }) =>
    (plane) =>
      centreCrop(plane, shape),
};

export function centreCrop(plane: Plane, shape: ImageShape): Plane {
  checkFits(plane, shape);
  const top = Math.floor((plane.height - shape[0]) / 2);
  const left = Math.floor((plane.width - shape[1]) / 2);
  return cut(plane, top, left, shape);
}

/** Four corners, the middle, and their mirror images. */
export function tenCrops(plane: Plane, shape: ImageShape): Plane[] {
  checkFits(plane, shape);
  const [down, right] = [plane.height - shape[0], plane.width - shape[1]];
  const corners = [
    [0, 0],
    [0, right],
    [down, 0],
    [down, right],
  ].map(([top, left]) => cut(plane, top, left, shape));
  const five = [...corners, centreCrop(plane, shape)];
  return [...five, ...five.map(mirror)];
}

function checkFits({ height, width }: Plane, [H, W]: ImageShape): void {
  if (H <= height && W <= width) return;
  throw new FoveaError({
    problem: `a crop of ${H} x ${W} is larger than the picture of ${height} x ${width}`,
    expected: 'pictures at least as large as the model reads',
    fix: `put a scale before the crop, such as scale=${Math.round((Math.max(H, W) * 256) / 227)},crop`,
  });
}

function cut(plane: Plane, top: number, left: number, [height, width]: ImageShape): Plane {
  const { channels } = plane;
  const values = new Float32Array(height * width * channels);
  for (let row = 0; row < height; row++) {
    const from = ((top + row) * plane.width + left) * channels;
    values.set(plane.values.subarray(from, from + width * channels), row * width * channels);
  }
  return { width, height, channels, values };
}
