import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random.ts';
import type { ImageShape } from '../../base/shape.ts';
import type { Plane } from '../images/resize.ts';
import { mapped } from './distort.ts';
import {
  augmentationNames,
  parseAugmentation,
  testChain,
  trainingChain,
  withCrops,
} from './index.ts';
import { turn } from './rotate.ts';
import { scaleTo } from './scale.ts';
import { move } from './translate.ts';

/** Every number another one; sides that differ. */
const plane: Plane = {
  height: 4,
  width: 5,
  channels: 3,
  values: Float32Array.from({ length: 60 }, (_, i) => (i * 37) % 200),
};
const shape: ImageShape = [4, 5, 3];

/** What the transform makes of the plane, and a stream with the same draws to say what it should. */
function drawn(
  words: string,
  seed: number,
  colours?: Parameters<typeof trainingChain>[0]['colours'],
) {
  const chain = trainingChain({ ...parseAugmentation(words, shape), colours }, shape);
  return { seen: chain(plane, new RandomStream(seed)), random: new RandomStream(seed) };
}

const SEEDS = Array.from({ length: 20 }, (_, seed) => seed);
const near = (seen: Plane, expected: readonly number[]) => {
  expect(seen.values).toHaveLength(expected.length);
  seen.values.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], 3);
  });
};
const numbers = [...plane.values];

describe('a transform draws what its formula says', () => {
  it('light: mean + (x - mean) (1 + contrast) + 255 brightness', () => {
    const mean = numbers.reduce((sum, x) => sum + x, 0) / 60;
    for (const seed of SEEDS) {
      const { seen, random } = drawn('light=0.3', seed);
      const brightness = random.uniform(-0.3, 0.3);
      const contrast = random.uniform(-0.3, 0.3);
      near(
        seen,
        numbers.map((x) => mean + (x - mean) * (1 + contrast) + 255 * brightness),
      );
    }
  });

  it('pca: every pixel plus the sum of p_i alpha_i sqrt(lambda_i)', () => {
    const colours = {
      vectors: [
        [0.6, 0.8, 0],
        [-0.8, 0.6, 0],
        [0, 0, 1],
      ],
      values: [400, 100, 9],
    };
    for (const seed of SEEDS) {
      const { seen, random } = drawn('pca=0.2', seed, colours);
      const alphas = colours.values.map((variance) => 0.2 * random.normal() * Math.sqrt(variance));
      const shift = (c: number) => alphas.reduce((sum, a, i) => sum + a * colours.vectors[i][c], 0);
      near(
        seen,
        numbers.map((x, i) => x + shift(i % 3)),
      );
    }
  });

  it('noise: a normal number for each', () => {
    for (const seed of SEEDS) {
      const { seen, random } = drawn('noise=12', seed);
      near(
        seen,
        numbers.map((x) => x + 12 * random.normal()),
      );
    }
  });

  it('translate: both axes, up to the amount, both ways', () => {
    const moves = new Set<string>();
    for (let seed = 0; seed < 300; seed++) {
      const { seen, random } = drawn('translate=2', seed);
      const [down, right] = [random.integer(5) - 2, random.integer(5) - 2];
      expect(seen.values).toEqual(move(plane, down, right).values);
      moves.add(`${down} ${right}`);
    }
    expect(moves.size).toBe(25);
  });

  it('rotate: an angle in degrees, up to the amount, both ways', () => {
    for (const seed of SEEDS) {
      const { seen, random } = drawn('rotate=40', seed);
      near(seen, [...turn(plane, (random.uniform(-40, 40) * Math.PI) / 180).values]);
    }
  });

  it('distort: size, squeeze, shear, then both shifts, for its share', () => {
    for (const seed of SEEDS) {
      const { seen, random } = drawn('distort=0.5', seed);
      if (random.uniform() >= 0.5) {
        expect(seen.values).toEqual(plane.values);
        continue;
      }
      const size = 1 + random.uniform(-0.1, 0.1);
      const squeeze = 1 + random.uniform(-0.1, 0.1);
      const b = random.uniform(-0.2, 0.2);
      const [left, top] = [random.uniform(-1, 1), random.uniform(-1, 1)];
      const map = { a: 1 / (size * squeeze), b, d: squeeze / size, left, top };
      near(seen, [...mapped(plane, map).values]);
    }
  });

  it.each([0, 0.25, 0.75, 1])('flip: a share of %f', (share) => {
    let flipped = 0;
    for (let seed = 0; seed < 400; seed++) {
      const { seen, random } = drawn(`flip=${share}`, seed);
      const isFlipped = seen.values[0] !== plane.values[0];
      expect(isFlipped).toBe(random.uniform() < share);
      if (isFlipped) flipped++;
    }
    expect(Math.abs(flipped / 400 - share)).toBeLessThan(0.06);
  });
});

describe('scale', () => {
  it('brings the shorter side to the amount and keeps the shape', () => {
    const sizes = (width: number, height: number, side: number) => {
      const values = new Float32Array(width * height).fill(7);
      const scaled = scaleTo({ width, height, channels: 1, values }, side);
      expect(new Set(scaled.values)).toEqual(new Set([7]));
      return [scaled.width, scaled.height];
    };
    expect(sizes(20, 10, 5)).toEqual([10, 5]);
    expect(sizes(10, 20, 5)).toEqual([5, 10]);
    expect(sizes(7, 5, 10)).toEqual([14, 10]);
    expect(sizes(8, 8, 8)).toEqual([8, 8]);
  });

  it('is done when testing as in training', () => {
    const list = parseAugmentation('scale=2', shape);
    const seen = testChain(list, shape)(plane);
    expect([seen.width, seen.height]).toEqual([3, 2]);
    expect(trainingChain(list, shape)(plane, new RandomStream(0)).values).toEqual(seen.values);
  });
});

describe('lists', () => {
  it('apply their steps in order', () => {
    const { seen } = drawn('translate=0,flip=1', 0);
    expect(seen.values.subarray(0, 3)).toEqual(plane.values.subarray(12, 15));
    const steps = (words: string) => parseAugmentation(words, [32, 32, 3]).steps.map((s) => s.name);
    expect(steps('noise,flip')).toEqual(['noise', 'flip']);
  });

  it('have presets for a model of any size', () => {
    expect(augmentationNames).toEqual(['none', 'alexnet', 'cifar', 'lenet5-1998']);
    expect(parseAugmentation('alexnet', [32, 32, 3]).steps[0]).toEqual({
      name: 'scale',
      amount: 36,
    });
    expect(parseAugmentation('cifar', [32, 32, 3])).toEqual({
      steps: [
        { name: 'translate', amount: 4 },
        { name: 'flip', amount: 0.5 },
      ],
      mean: null,
    });
  });

  it('get a cut for ten crops, their own or one as AlexNet has', () => {
    const names = (words: string) =>
      withCrops(parseAugmentation(words, [32, 32, 3]), [32, 32, 3]).steps.map(
        ({ name, amount }) => `${name}=${amount}`,
      );
    expect(names('scale=40,crop')).toEqual(['scale=40', 'crop=0']);
    expect(names('scale=50,flip')).toEqual(['scale=36', 'crop=0', 'flip=0.5']);
  });

  it('show one of the ten crops, each another', () => {
    const list = parseAugmentation('crop', [2, 2, 3]);
    const views = Array.from({ length: 10 }, (_, view) => testChain(list, [2, 2, 3], view)(plane));
    expect(new Set(views.map(({ values }) => values.join())).size).toBe(10);
    const corner = (row: number, column: number) => plane.values[(row * 5 + column) * 3];
    expect(views.slice(0, 5).map(({ values }) => values[0])).toEqual(
      [
        [0, 0],
        [0, 3],
        [2, 0],
        [2, 3],
        [1, 1],
      ].map(([row, column]) => corner(row, column)),
    );
    expect(views[5].values[0]).toBe(corner(0, 1));
  });
});
