import { describe, expect, it } from 'vitest';
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

  it('refuse what cannot be meant', () => {
    expect(() => perturbationOf('rotat')).toThrow('did you mean "rotate"');
    expect(() => parseStrengths('0,far', 'noise')).toThrow('"far"');
    expect(() => parseStrengths('-1', 'shift')).toThrow('received "-1"');
    expect(parseStrengths('0, 5', 'rotate')).toEqual([0, 5]);
  });
});
