/**
 * @file The pooling experiment without its page: what is in the address, the pictures, and what follows.
 */
import {
  type Disturbance,
  type Disturbed,
  drawDigits,
  type Noise,
  pictureOf,
  type RealTensor,
} from 'fovea/web';
import { choice, type Fields, real, whole } from '../../frame/state/fields.ts';

export interface ExperimentState {
  readonly digit: number;
  readonly pool: number;
  readonly poolStride: number;
  /** Pixels */
  readonly shift: number;
  /** Share of the pixels. */
  readonly density: number;
  readonly noise: Noise;
}

export const experimentFields: Fields<ExperimentState> = {
  digit: whole(7, { from: 0, to: 9 }),
  pool: whole(2, { from: 1, to: 6 }),
  poolStride: whole(2, { from: 1, to: 6 }),
  shift: whole(1, { from: 0, to: 6 }),
  density: real(0.05, { from: 0, to: 0.3 }),
  noise: choice<Noise>('salt', ['salt', 'pepper', 'salt and pepper']),
};

export const disturbanceOf = ({ shift, density, noise }: ExperimentState): Disturbance => {
  return { shift, density, noise, seed: 1 };
};

const SIDE = 28;

/** (1, 28, 28, 1) */
export function digitPicture(digit: number): RealTensor {
  const { images, labels } = drawDigits(10, 5, 'test');
  const at = labels.indexOf(digit) * SIDE * SIDE;
  return pictureOf(SIDE, SIDE, 1, images.slice(at, at + SIDE * SIDE));
}

export const ownPicture = (values: readonly number[], side: number): RealTensor =>
  pictureOf(side, side, 1, values);

/** Sentences that follow from the numbers that are shown. */
export function findings(results: readonly Disturbed[], state: ExperimentState): string[] {
  const change = (name: Disturbed['name']) => results.find((r) => r.name === name)?.change ?? 0;
  const [picture, max, average, min] = [
    change('picture'),
    change('max'),
    change('average'),
    change('min'),
  ];
  const { shift, poolStride, density, noise } = state;
  if (picture === 0) return ['Nothing happened to the picture: move it, or add noise.'];
  const least = Math.min(max, average, min);
  const words = (value: number) => value.toFixed(1);
  const sentences = [
    least >= picture
      ? `The picture changed by ${words(picture)} grey levels, and pooling takes nothing of it away here: max ${words(max)}, average ${words(average)}, min ${words(min)}.`
      : `The picture changed by ${words(picture)} grey levels; after pooling it is still ${words(max)} for max, ${words(average)} for average and ${words(min)} for min.`,
  ];
  if (density === 0 && shift > 0)
    sentences.push(
      shift % poolStride === 0
        ? `A shift of ${shift} is ${shift / poolStride} of the strides: the pooled picture moved by exactly ${shift / poolStride === 1 ? 'one cell' : `${shift / poolStride} cells`}. It is not invariant, it moved along.`
        : `A shift of ${shift} is no multiple of the stride ${poolStride}: the windows now hold other pixels. Invariance is local and approximate.`,
    );
  if (density > 0 && noise !== 'salt and pepper')
    sentences.push(
      noise === 'salt'
        ? 'One white point is enough to be the maximum of its window: salt breaks max pooling, as pepper breaks min.'
        : 'One black point is enough to be the minimum of its window: pepper breaks min pooling, as salt breaks max.',
    );
  sentences.push('Max and min mirror each other, min(x) = −max(−x): neither is the robust one.');
  return sentences;
}
