import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random.ts';
import { perturbed } from '../../runs/perturb.ts';
import { parseStrengths, perturbationOf, perturbations } from './perturbations.ts';
import { rejectionOf } from './rejection.ts';

describe('rejection', () => {
  const classes = ['a', 'b'];
  // Distances; the answers are a, a, b, b; the third is wrong, far and close.
  const distances = [1, 9, 2, 9, 8, 7, 9, 1];
  const logits = Float32Array.from(distances, (d) => -d);
  const labels = Uint8Array.of(0, 0, 0, 1);

  it.each(['far', 'close'] as const)('gives up the %s ones first', (doubt) => {
    const { curve, forTarget, limit } = rejectionOf({ logits, labels, classes }, doubt);
    expect(curve[0]).toEqual({ rejected: 0, error: 0.25 });
    expect(forTarget).toEqual({ rejected: 0.25, error: 0 });
    expect(limit).toBe(doubt === 'far' ? 2 : 7);
  });

  it('means by the error the share of those that are kept', () => {
    // Of the four, the nearest and the farthest are wrong.
    const two = { logits, labels: Uint8Array.of(1, 0, 0, 1), classes };
    const { curve, forTarget } = rejectionOf(two, 'far', 0.34);
    expect(forTarget).toEqual({ rejected: 0.25, error: 1 / 3 });
    expect(curve[0].error).toBe(2 / 4);
  });

  it('rejects rows that are equally doubtful together, or none of them', () => {
    // Nearest 1, 2, 2, 2, and a wrong one among the three.
    const equal = Float32Array.from([2, 9, 2, 9, 9, 2, 9, 1], (d) => -d);
    const labelled = { logits: equal, labels: Uint8Array.of(0, 0, 0, 1), classes };
    const { curve, forTarget, limit } = rejectionOf(labelled, 'far');
    expect(forTarget).toEqual({ rejected: 0.75, error: 0 });
    expect(limit).toBe(1);
    expect(curve.at(-1)).toEqual({ rejected: 0, error: 0.25 });
  });

  it('has a curve of rising shares, to a fifth', () => {
    const far = Float32Array.from({ length: 2000 }, (_, i) => -(i % 2 === 0 ? i : 1e6));
    const { curve } = rejectionOf({ logits: far, labels: new Uint8Array(1000), classes }, 'far');
    const shares = curve.map(({ rejected }) => rejected);
    expect(shares).toEqual([...new Set(shares)].sort((a, b) => a - b));
    expect([shares[0], shares.at(-1)]).toEqual([0, expect.closeTo(0.2, 10)]);
  });

  it('says when nothing is left', () => {
    const wrong = rejectionOf({ logits, labels: Uint8Array.of(1, 1, 0, 0), classes }, 'far');
    expect(wrong.forTarget).toBeNull();
  });
});

describe('perturbations', () => {
  const split = {
    count: 2,
    images: Uint8Array.from({ length: 2 * 81 }, (_, i) => (i % 81 === 20 ? 200 : 10)),
    labels: Uint8Array.of(0, 1),
  };

  it('leave pictures as they are at the first strength, and change them at the last', () => {
    for (const [name, perturbation] of Object.entries(perturbations)) {
      const [first] = perturbation.strengths;
      const at = (s: number) => perturbed(split, [9, 9, 1], perturbation, s).images;
      expect(at(first), name).toEqual(split.images);
      expect(at(perturbation.strengths.at(-1)!), name).not.toEqual(split.images);
      expect(at(perturbation.strengths.at(-1)!), name).toEqual(at(perturbation.strengths.at(-1)!));
    }
  });

  const drawn = (name: 'shift' | 'brightness' | 'noise', strength: number, length = 25) => {
    const plane = { width: 5, height: length / 5, channels: 1, values: new Float32Array(length) };
    plane.values[12] = 100;
    const random = new RandomStream(1, name);
    return Array.from({ length: 64 }, () =>
      Array.from(perturbations[name].apply(plane, strength, random).values),
    );
  };

  it('shift by whole pixels in each of eight directions', () => {
    const places = new Set(drawn('shift', 2).map((values) => values.indexOf(100)));
    expect([...places].sort((a, b) => a - b)).toEqual([0, 2, 4, 10, 14, 20, 22, 24]);
  });

  it('turn both ways, by the angle that was asked for', () => {
    const values = new Float32Array(25);
    values[14] = 100;
    const plane = { width: 5, height: 5, channels: 1, values };
    const random = new RandomStream(1, 'rotate');
    const places = Array.from({ length: 64 }, () => {
      const turned = Array.from(perturbations.rotate.apply(plane, 90, random).values, Math.round);
      return turned.indexOf(100);
    });
    // From the middle of the right side to the middle of the top, or of the bottom.
    expect([...new Set(places)].sort((a, b) => a - b)).toEqual([2, 22]);
  });

  it('speckle so many whole pixels with white or black', () => {
    const values = new Float32Array(3 * 2500).fill(100);
    const plane = { width: 50, height: 50, channels: 3, values };
    for (const [name, speck] of [
      ['salt', 255],
      ['pepper', 0],
    ] as const) {
      const { values: speckled } = perturbations[name].apply(plane, 0.1, new RandomStream(1, name));
      const pixels = Array.from({ length: 2500 }, (_, i) => [
        ...speckled.subarray(3 * i, 3 * i + 3),
      ]);
      const specks = pixels.filter((pixel) => pixel.every((value) => value === speck)).length;
      const untouched = pixels.filter((pixel) => pixel.every((value) => value === 100)).length;
      expect(specks + untouched).toBe(2500);
      expect(Math.abs(specks - 250)).toBeLessThan(60);
    }
  });

  it('are enlarged by more than 1, and made small by less', () => {
    const values = new Float32Array(25);
    values[12] = 100;
    const plane = { width: 5, height: 5, channels: 1, values };
    const sum = (strength: number) => {
      const scaled = perturbations.scale.apply(plane, strength).values;
      return scaled.reduce((total, value) => total + value, 0);
    };
    expect(sum(2)).toBeCloseTo(400, 3);
    expect(sum(0.5)).toBeCloseTo(100, 3);
    expect(sum(1)).toBeCloseTo(100, 3);
  });

  it('are brighter or darker everywhere by as much', () => {
    const changes = new Set(drawn('brightness', 16).flatMap(([first]) => first));
    expect([...changes].sort((a, b) => a - b)).toEqual([-16, 16]);
    for (const values of drawn('brightness', 16)) expect(values[12] - values[0]).toBe(100);
  });

  it('are disturbed by noise of the deviation that was asked for', () => {
    const values = drawn('noise', 20, 500).flatMap((row) => row.filter((_, i) => i !== 12));
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
    expect(Math.abs(mean)).toBeLessThan(0.5);
    expect(Math.abs(deviation - 20)).toBeLessThan(0.5);
  });

  it('refuse what cannot be meant', () => {
    expect(() => perturbationOf('rotat')).toThrow('did you mean "rotate"');
    expect(() => parseStrengths('0,far', 'noise')).toThrow('"far"');
    expect(() => parseStrengths('-1', 'shift')).toThrow('received "-1"');
    expect(parseStrengths('0, 5', 'rotate')).toEqual([0, 5]);
  });
});
