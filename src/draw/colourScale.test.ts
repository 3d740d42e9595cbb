import { expect, it } from 'vitest';
import { colourAt, contrast, cssOf, inkOn, limitOf, paint, type Rgb } from './colourScale.ts';

it('is neutral at zero and has its ends at -1 and 1, in both themes', () => {
  expect(colourAt(0, 'light')).toEqual([252, 251, 248]);
  expect(colourAt(-1, 'light')).toEqual([31, 95, 168]);
  expect(colourAt(1, 'light')).toEqual([180, 84, 10]);
  expect(colourAt(0, 'dark')).toEqual([19, 21, 24]);
  expect(colourAt(-7, 'dark')).toEqual(colourAt(-1, 'dark'));
  expect(colourAt(Number.NaN, 'dark')).toEqual(colourAt(0, 'dark'));
  expect(cssOf([1, 2, 3])).toBe('rgb(1 2 3)');
});

it('moves away from the neutral colour with every step, on both sides', () => {
  for (const theme of ['light', 'dark'] as const) {
    const neutral = colourAt(0, theme);
    for (const side of [-1, 1]) {
      let before = 1;
      for (let step = 1; step <= 20; step++) {
        const now = contrast(colourAt((side * step) / 20, theme), neutral);
        expect(now).toBeGreaterThan(before);
        before = now;
      }
      expect(before).toBeGreaterThan(4.5);
    }
  }
});

it('can be written on everywhere', () => {
  const rgb = { '#000000': [0, 0, 0], '#ffffff': [255, 255, 255] } satisfies Record<string, Rgb>;
  for (const theme of ['light', 'dark'] as const) {
    for (let share = -1; share <= 1; share += 0.02) {
      const colour = colourAt(share, theme);
      expect(contrast(colour, rgb[inkOn(colour)])).toBeGreaterThanOrEqual(4.5);
    }
  }
});

it('takes black for 0 and white for 1 in grey', () => {
  expect(colourAt(0, 'dark', 'grey')).toEqual([0, 0, 0]);
  expect(colourAt(1, 'light', 'grey')).toEqual([255, 255, 255]);
  expect(colourAt(-3, 'light', 'grey')).toEqual([0, 0, 0]);
});

it('paints a pixel a value', () => {
  expect([...paint([-2, 0, 2], 2, 'light')]).toEqual([
    31, 95, 168, 255, 252, 251, 248, 255, 180, 84, 10, 255,
  ]);
});

it('takes the largest magnitude that is a number as its limit', () => {
  expect(limitOf([1, -3, 2])).toBe(3);
  expect(limitOf([0, 0])).toBe(1);
  expect(limitOf([Number.NaN, Number.NEGATIVE_INFINITY, 0.5])).toBe(0.5);
});
