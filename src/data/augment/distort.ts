/**
 * @file The distortions of LeCun et al. 1998, section III.A: planar affine maps of a share of the pictures.
 *
 * "Combinations of horizontal and vertical translations, scaling, squeezing (simultaneous horizontal compression
 * and vertical elongation, or the reverse), and horizontal shearing": nine distorted copies for each original,
 * of which a pass sees as many as there are originals, hence the share 0.9. The paper gives no amounts; ours
 * are below. Next stop: `index.ts`.
 */
import type { RandomStream } from '../../base/random.ts';
import type { Plane } from '../images/resize.ts';
import { between, clamp } from './rotate.ts';
import type { TransformDefinition } from './transform.ts';

/** Most change, both ways; each is drawn uniformly. */
const PIXELS = 1;
const SCALE = 0.1;
const SQUEEZE = 0.1;
/** Pixels to the side per pixel of height. */
const SHEAR = 0.2;

export const distort: TransformDefinition = {
  name: 'distort',
  says: 'moved, scaled, squeezed and sheared, for a share of the pictures',
  amount: { means: 'share of the pictures', least: 0, most: 1, fallback: 0.9 },
  apply: (share) => (plane, random) =>
    random.uniform() < share ? mapped(plane, drawMap(random)) : plane,
};

/** Where an output pixel comes from, about the middle: x = a u + b v + left, y = d v + top. */
interface AffineMap {
  readonly a: number;
  readonly b: number;
  readonly d: number;
  readonly left: number;
  readonly top: number;
}

function drawMap(random: RandomStream): AffineMap {
  const size = 1 + random.uniform(-SCALE, SCALE);
  const squeeze = 1 + random.uniform(-SQUEEZE, SQUEEZE);
  return {
    a: 1 / (size * squeeze),
    b: random.uniform(-SHEAR, SHEAR),
    d: squeeze / size,
    left: random.uniform(-PIXELS, PIXELS),
    top: random.uniform(-PIXELS, PIXELS),
  };
}

/** Beyond the border the border goes on. */
export function mapped(plane: Plane, { a, b, d, left, top }: AffineMap): Plane {
  const { width, height, channels } = plane;
  const values = new Float32Array(plane.values.length);
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  for (let row = 0; row < height; row++) {
    const v = row - middleY;
    const y = clamp(middleY + d * v + top, height - 1);
    for (let column = 0; column < width; column++) {
      const x = clamp(middleX + a * (column - middleX) + b * v + left, width - 1);
      between(plane, y, x, values, (row * width + column) * channels);
    }
  }
  return { ...plane, values };
}
