import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random.ts';
import type { Plane } from '../images/resize.ts';
import { openSampler } from '../samples.ts';
import { eigenOf, TrainingStatistics } from '../statistics.ts';
import { centreCrop, tenCrops } from './crop.ts';
import { mapped } from './distort.ts';
import { mirror } from './flip.ts';
import { parseAugmentation, testChain, trainingChain } from './index.ts';
import { turn } from './rotate.ts';
import { move } from './translate.ts';

/** A picture whose every number is another. */
const ramp = (height: number, width: number, channels = 1): Plane => ({
  height,
  width,
  channels,
  values: Float32Array.from({ length: height * width * channels }, (_, i) => i),
});
const valuesOf = (plane: Plane) => [...plane.values];

describe('transforms', () => {
  it('mirror left and right, channels in their order', () => {
    expect(valuesOf(mirror(ramp(2, 3)))).toEqual([2, 1, 0, 5, 4, 3]);
    expect(valuesOf(mirror(ramp(1, 2, 3)))).toEqual([3, 4, 5, 0, 1, 2]);
  });

  it('move by whole pixels and leave black behind', () => {
    expect(valuesOf(move(ramp(2, 3), 1, -1))).toEqual([0, 0, 0, 1, 2, 0]);
    expect(valuesOf(move(ramp(2, 2), 0, 5))).toEqual([0, 0, 0, 0]);
  });

  it('turn about the middle', () => {
    const quarter = turn(ramp(3, 3), Math.PI / 2);
    expect(valuesOf(quarter).map(Math.round)).toEqual([2, 5, 8, 1, 4, 7, 0, 3, 6]);
    expect(valuesOf(turn(ramp(4, 5), 0))).toEqual(valuesOf(ramp(4, 5)));
  });

  it('cut the middle, and ten windows for testing', () => {
    expect(valuesOf(centreCrop(ramp(4, 4), [2, 2, 1]))).toEqual([5, 6, 9, 10]);
    const ten = tenCrops(ramp(3, 3), [2, 2, 1]).map(valuesOf);
    expect(ten).toHaveLength(10);
    expect(ten[3]).toEqual([4, 5, 7, 8]);
    expect(ten[8]).toEqual([5, 4, 8, 7]);
  });

  it('distort a share of the pictures, by affine maps that keep straight lines', () => {
    const same = { a: 1, b: 0, d: 1, left: 0, top: 0 };
    expect(valuesOf(mapped(ramp(4, 5), same))).toEqual(valuesOf(ramp(4, 5)));
    expect(valuesOf(mapped(ramp(1, 4), { ...same, left: 1 }))).toEqual([1, 2, 3, 3]);
    const chain = trainingChain(parseAugmentation('lenet5-1998', [9, 9, 1]), [9, 9, 1]);
    const plain = valuesOf(ramp(9, 9)).join();
    const kept = Array.from({ length: 300 }, (_, i) => chain(ramp(9, 9), new RandomStream(2, i)));
    const originals = kept.filter((plane) => valuesOf(plane).join() === plain).length;
    expect(originals).toBeGreaterThan(15);
    expect(originals).toBeLessThan(50);
  });

  it('crop anywhere, never outside', () => {
    const chain = trainingChain(parseAugmentation('crop', [2, 2, 1]), [2, 2, 1]);
    const corners = new Set<number>();
    for (let i = 0; i < 200; i++) corners.add(chain(ramp(3, 4), new RandomStream(1, i)).values[0]);
    expect([...corners].sort((a, b) => a - b)).toEqual([0, 1, 2, 4, 5, 6]);
  });

  it('say when a crop is larger than the picture', () => {
    const chain = trainingChain(parseAugmentation('crop', [227, 227, 3]), [227, 227, 3]);
    expect(() => chain(ramp(200, 300, 3), new RandomStream(0))).toThrow(
      /crop of 227 x 227 is larger than the picture of 200 x 300[\s\S]*scale=256,crop/,
    );
  });

  it('move colours along the principal components, by the same amount everywhere', () => {
    const colours = { vectors: [[1, 0, 0]], values: [100] };
    const augmentation = { ...parseAugmentation('pca=0.1', [2, 2, 3]), colours };
    const chain = trainingChain(augmentation, [2, 2, 3]);
    const shifts = Array.from({ length: 4000 }, (_, i) => {
      const { values } = chain(ramp(2, 2, 3), new RandomStream(3, i));
      expect([values[1], values[2]]).toEqual([1, 2]);
      expect(values[3] - 3).toBeCloseTo(values[0], 4);
      return values[0];
    });
    const deviation = Math.sqrt(shifts.reduce((sum, s) => sum + s * s, 0) / shifts.length);
    expect(Math.abs(deviation - 1)).toBeLessThan(0.03); // 0.1 sqrt(100)
  });
});

describe('augmentation lists', () => {
  it('read names, amounts and presets', () => {
    expect(parseAugmentation('alexnet', [227, 227, 3])).toEqual({
      steps: [
        { name: 'scale', amount: 256 },
        { name: 'crop', amount: 0 },
        { name: 'flip', amount: 0.5 },
        { name: 'pca', amount: 0.1 },
      ],
      mean: 'pixel',
    });
    expect(parseAugmentation('rotate=15,mean=channel', [8, 8, 1])).toEqual({
      steps: [{ name: 'rotate', amount: 15 }],
      mean: 'channel',
    });
    expect(parseAugmentation('none', [8, 8, 1])).toEqual({ steps: [], mean: null });
  });

  it.each([
    ['flp', /did you mean "flip"/],
    ['rotate', /rotate needs an amount/],
    ['rotate=200', /from 0 to 180/],
    ['crop=3', /takes no amount/],
    ['mean=median', /mean=pixel or mean=channel/],
    ['pca', /needs colours/],
  ])('refuse %s', (words, message) => {
    expect(() => parseAugmentation(words, [8, 8, 1])).toThrow(message);
  });

  it('see when testing what training sees, without chance', () => {
    const chain = testChain(parseAugmentation('scale=4,crop,flip,noise', [2, 2, 1]), [2, 2, 1]);
    expect(valuesOf(chain(ramp(4, 4)))).toEqual([5, 6, 9, 10]);
  });
});

describe('samples', () => {
  const picture = {
    width: 6,
    height: 5,
    channels: 3,
    pixels: new Uint8Array(90).fill(200),
  } as const;
  const augmentation = parseAugmentation('noise=20,flip,light', [4, 4, 3]);
  const sampler = openSampler({ shape: [4, 4, 3], augmentation, seed: 7 });

  it('depend on epoch and row alone', () => {
    expect(sampler(picture, 2, 11)).toEqual(sampler(picture, 2, 11));
    expect(sampler(picture, 2, 11)).not.toEqual(sampler(picture, 3, 11));
    expect(sampler(picture, 2, 11)).not.toEqual(sampler(picture, 2, 12));
  });

  it('are bytes of the size that the model reads', () => {
    expect(sampler(picture, 0, 0)).toHaveLength(48);
    expect(openSampler({ shape: [4, 4, 3], augmentation })(picture, 0, 0)).toEqual(
      new Uint8Array(48).fill(200),
    );
  });
});

describe('training statistics', () => {
  it('take the mean per pixel and per channel', () => {
    const statistics = new TrainingStatistics([1, 2, 3]);
    statistics.add([0, 0, 0, 10, 20, 30]);
    statistics.add([2, 4, 6, 10, 20, 30]);
    expect(statistics.mean('pixel')).toEqual([1, 2, 3, 10, 20, 30]);
    expect(statistics.mean('channel')).toEqual([5.5, 11, 16.5]);
    const { values, vectors } = statistics.colours();
    // All pixels lie on the line (1, 2, 3).
    expect(values[1]).toBeCloseTo(0, 6);
    const length = Math.sqrt(14);
    vectors[0].forEach((x, c) => {
      expect(x).toBeCloseTo((c + 1) / length, 6);
    });
  });

  it('take colours about their mean', () => {
    const statistics = new TrainingStatistics([1, 2, 3]);
    statistics.add([100, 50, 7, 110, 50, 7]);
    const { values, vectors } = statistics.colours();
    expect(values).toEqual([25, 0, 0]);
    expect(vectors[0]).toEqual([1, 0, 0]);
  });

  it('finds eigenvectors of a symmetric matrix', () => {
    const { values, vectors } = eigenOf([
      [4, 1, 0],
      [1, 3, 1],
      [0, 1, 2],
    ]);
    expect(values.reduce((sum, x) => sum + x, 0)).toBeCloseTo(9, 9);
    expect(vectors[0][0] * 4 + vectors[0][1]).toBeCloseTo(values[0] * vectors[0][0], 9);
    expect(
      vectors[0][0] * vectors[1][0] + vectors[0][1] * vectors[1][1] + vectors[0][2] * vectors[1][2],
    ).toBeCloseTo(0, 9);
  });
});
