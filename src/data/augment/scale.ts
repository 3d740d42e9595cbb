/**
 * @file Brings the shorter side of a picture to a number of pixels: AlexNet's 256, before its crops.
 */
import { FoveaError } from '../../base/errors.ts';
import { MOST_HANDED_ON } from '../images/reduction.ts';
import { type Plane, resize } from '../images/resize.ts';
import type { TransformDefinition } from './transform.ts';

export const scale: TransformDefinition = {
  name: 'scale',
  says: 'shorter side to a number of pixels',
  amount: { means: 'pixels of the shorter side', least: 1, most: 4_096 },
  apply: (side) => (plane) => scaleTo(plane, side),
  atTest: (side) => (plane) => scaleTo(plane, side),
};

export function scaleTo(plane: Plane, side: number): Plane {
  const ratio = side / Math.min(plane.width, plane.height);
  const width = Math.max(1, Math.round(plane.width * ratio));
  const height = Math.max(1, Math.round(plane.height * ratio));
  if (width * height > MOST_HANDED_ON) {
    throw new FoveaError({
      problem: `a picture of ${plane.width} x ${plane.height} becomes ${width} x ${height} by scale=${side}`,
      expected: `at most ${MOST_HANDED_ON} pixels`,
      fix: 'leave out pictures that are so long and thin, or scale to fewer pixels',
    });
  }
  return width === plane.width && height === plane.height ? plane : resize(plane, width, height);
}
