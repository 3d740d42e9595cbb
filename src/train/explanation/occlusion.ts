/**
 * @file Occlusion as a map of the picture's size: what `prediction/occlusion.ts` finds place by place, enlarged to it.
 *
 * Previous stop: `methods.ts`.
 */
import { resize } from '../../data/images/resize.ts';
import { imageShapeOf } from '../../nn/spec.ts';
import { coveredPictures, occlusionMap } from '../prediction/occlusion.ts';
import type { MethodAnswer, Probe, Question } from './probe.ts';

export interface OcclusionSettings {
  /** Side of the square that covers; default a sixth of the picture's. */
  readonly size?: number | undefined;
  /** From one place to the next; default 1, of large pictures what makes 16 places a side. */
  readonly stride?: number | undefined;
  /** The byte that covers; default 0. */
  readonly fill?: number | undefined;
}

/** Up to this side every pixel is a place. */
const SMALL = 32;
const PLACES = 16;

export async function occlusion(
  probe: Probe,
  { pixels, classIndex }: Question,
  settings: OcclusionSettings,
): Promise<MethodAnswer> {
  const shape = imageShapeOf(probe.spec);
  const [H, W] = shape;
  const side = Math.max(H, W);
  const { size = Math.max(1, Math.round(side / 6)), fill = 0 } = settings;
  const { stride = side <= SMALL ? 1 : Math.ceil(side / PLACES) } = settings;
  const covered = coveredPictures(pixels, shape, { size, stride, fill });
  const { rows: height, columns: width } = covered;
  const values = occlusionMap(await probe.probabilities(covered.pixels), classIndex);
  const { values: map } = resize({ height, width, channels: 1, values }, W, H);
  return {
    map,
    notes: [`a square of ${size} pixels at ${height} x ${width} places, filled with byte ${fill}`],
  };
}
