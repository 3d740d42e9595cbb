/**
 * @file Ways to disturb test pictures, each by a strength: what `fovea evaluate --perturb` measures with.
 *
 * The text this project stands beside says that LeNet-5 is sensitive "to changes in scale, rotation, or
 * illumination"; this is how much. Pictures are planes of numbers 0..255. Next stop: `runs/perturb.ts`.
 */
import { UsageError, unknownName } from '../../base/errors.ts';
import type { RandomStream } from '../../base/random.ts';
import { mapped } from '../../data/augment/distort.ts';
import { turn } from '../../data/augment/rotate.ts';
import { widened } from '../../data/augment/stroke.ts';
import { move } from '../../data/augment/translate.ts';
import type { Plane } from '../../data/images/resize.ts';

export interface Perturbation {
  /** Of a strength, for tables and axes. */
  readonly unit: string;
  /** Measured where none are asked for; the first leaves the picture as it is. */
  readonly strengths: readonly number[];
  /** Whether a strength can be meant. */
  readonly accepts: (strength: number) => boolean;
  apply(plane: Plane, strength: number, random: RandomStream): Plane;
}

const either = (random: RandomStream): 1 | -1 => (random.integer(2) === 0 ? 1 : -1);
const notNegative = (strength: number): boolean => strength >= 0 && Number.isFinite(strength);
const isShare = (strength: number): boolean => strength >= 0 && strength <= 1;
const SPECKS = [0, 0.01, 0.02, 0.05, 0.1, 0.2];

export const perturbations = {
  rotate: {
    unit: 'degrees, either way',
    strengths: [0, 5, 10, 15, 20, 30, 45, 60, 90],
    accepts: (s) => s >= 0 && s <= 180,
    apply: (plane, s, random) =>
      s === 0 ? plane : turn(plane, (either(random) * s * Math.PI) / 180),
  },
  scale: {
    unit: 'times as large',
    strengths: [1, 0.9, 0.8, 0.7, 0.6, 0.5, 1.1, 1.2, 1.3, 1.4, 1.5],
    accepts: (s) => s > 0 && s <= 10,
    apply: (plane, s) => mapped(plane, { a: 1 / s, b: 0, d: 1 / s, left: 0, top: 0 }),
  },
  shift: {
    unit: 'pixels, in one of eight directions',
    strengths: [0, 1, 2, 3, 4, 5, 6, 8],
    accepts: (s) => notNegative(s) && Number.isInteger(s),
    apply: (plane, s, random) => {
      const [down, right] = DIRECTIONS[random.integer(DIRECTIONS.length)];
      return move(plane, down * s, right * s);
    },
  },
  squeeze: {
    unit: 'times as wide, and as much less tall',
    strengths: [1, 0.7, 0.8, 0.9, 1.1, 1.2, 1.3, 1.5],
    accepts: (s) => s > 0 && s <= 10,
    apply: (plane, s) => mapped(plane, { a: 1 / s, b: 0, d: s, left: 0, top: 0 }),
  },
  shear: {
    unit: 'pixels to a side per pixel of height',
    strengths: [0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8],
    accepts: notNegative,
    apply: (plane, s, random) =>
      mapped(plane, { a: 1, b: either(random) * s, d: 1, left: 0, top: 0 }),
  },
  stroke: {
    unit: 'pixels that bright strokes grow on each side; below 0: shrink',
    strengths: [0, -2, -1, 1, 2, 3],
    accepts: (s) => Number.isInteger(s) && Math.abs(s) <= 20,
    apply: (plane, s) => widened(plane, s),
  },
  brightness: {
    unit: 'of 255, brighter or darker everywhere',
    strengths: [0, 16, 32, 64, 96, 128],
    accepts: (s) => s >= 0 && s <= 255,
    apply: (plane, s, random) => {
      const added = either(random) * s;
      return { ...plane, values: plane.values.map((value) => value + added) };
    },
  },
  noise: {
    unit: 'of 255, standard deviation',
    strengths: [0, 16, 32, 48, 64, 96, 128],
    accepts: notNegative,
    apply: (plane, s, random) =>
      s === 0
        ? plane
        : { ...plane, values: plane.values.map((value) => value + s * random.normal()) },
  },
  salt: {
    unit: 'of all pixels, made white',
    strengths: SPECKS,
    accepts: isShare,
    apply: (plane, s, random) => speckled(plane, s, 255, random),
  },
  pepper: {
    unit: 'of all pixels, made black',
    strengths: SPECKS,
    accepts: isShare,
    apply: (plane, s, random) => speckled(plane, s, 0, random),
  },
} as const satisfies Readonly<Record<string, Perturbation>>;

/** Every pixel, all of its channels, by itself with probability `share`. */
function speckled(plane: Plane, share: number, value: number, random: RandomStream): Plane {
  const { channels, values } = plane;
  const speckled = Float32Array.from(values);
  for (let pixel = 0; pixel < values.length; pixel += channels) {
    if (random.uniform(0, 1) < share) speckled.fill(value, pixel, pixel + channels);
  }
  return { ...plane, values: speckled };
}

const DIRECTIONS = [
  [-1, -1],
  [-1, 0],
  [-1, 1],
  [0, -1],
  [0, 1],
  [1, -1],
  [1, 0],
  [1, 1],
] as const;

export const perturbationNames: readonly string[] = Object.keys(perturbations);

export function perturbationOf(name: string): Perturbation {
  if (!Object.hasOwn(perturbations, name)) {
    throw unknownName('perturbation', name, perturbationNames, true);
  }
  return perturbations[name as keyof typeof perturbations];
}

/** "0,10,20" */
export function parseStrengths(words: string, name: string): number[] {
  const { accepts, unit } = perturbationOf(name);
  return words.split(',').map((word) => {
    const strength = word.trim() === '' ? Number.NaN : Number(word);
    if (accepts(strength)) return strength;
    throw new UsageError({
      option: 'strengths',
      problem: `received "${word}" for ${name}`,
      expected: `numbers parted by commas (${unit})`,
    });
  });
}
