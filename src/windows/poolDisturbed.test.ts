import { expect, it } from 'vitest';
import { drawDigits } from '../data/datasets/digits.ts';
import { measurePooling } from './comparePooling.ts';
import { pictureOf } from './measure.ts';
import { poolDisturbed } from './poolDisturbed.ts';

const digit = pictureOf(28, 28, 1, drawDigits(1, 3, 'test').images as Uint8Array);
const pooling = { window: [2, 2], strides: [2, 2] } as const;
const still = { shift: 0, density: 0, noise: 'salt', seed: 1 } as const;

it('changes nothing where nothing happens', () => {
  const results = poolDisturbed(digit, pooling, still);
  expect(results.map((r) => r.name)).toEqual(['picture', 'max', 'average', 'min']);
  for (const { change, kept, before, after } of results) {
    expect([change, kept]).toEqual([0, 1]);
    expect(after.data).toEqual(before.data);
  }
  expect(results[1]?.before.shape).toEqual([1, 14, 14, 1]);
});

it('agrees with the comparison on the changes that it measures', () => {
  const measured = measurePooling(digit, { ...pooling, density: 0.05, seed: 1 });
  const shifted = poolDisturbed(digit, pooling, { ...still, shift: 1 });
  const salted = poolDisturbed(digit, pooling, { ...still, density: 0.05 });
  const peppered = poolDisturbed(digit, pooling, { ...still, density: 0.05, noise: 'pepper' });
  for (const [i, name] of (['picture', 'max', 'average', 'min'] as const).entries()) {
    expect(shifted[i]?.change).toBe(measured[name].shiftChange[0]?.change);
    expect(shifted[i]?.kept).toBe(measured[name].keptByShift);
    expect(salted[i]?.change).toBe(measured[name].salt);
    expect(peppered[i]?.change).toBe(measured[name].pepper);
  }
});

it('breaks max by salt more than min', () => {
  const salted = poolDisturbed(digit, pooling, { ...still, density: 0.05 });
  const [, max = 0, , min = 0] = salted.map((r) => r.change);
  expect(max).toBeGreaterThan(2 * min);
});

it.each([-1, 0.5, 27, Number.NaN])('refuses a shift of %d', (shift) => {
  expect(() => poolDisturbed(digit, pooling, { ...still, shift })).toThrow(/from 0 to 26/);
});
