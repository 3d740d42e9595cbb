import { expect, it } from 'vitest';
import { typeset } from './typeset.ts';

it('writes minus, times and products as a book does', () => {
  expect(typeset('(-3)*(-1) + 2*4')).toBe('(−3)·(−1) + 2·4');
  expect(typeset('max(-1, 2, -0.5)')).toBe('max(−1, 2, −0.5)');
  expect(typeset('floor((6 + 1 + 1 - 3) / 1) + 1 = 6')).toBe('floor((6 + 1 + 1 − 3) / 1) + 1 = 6');
  expect(typeset('max((ceil(6 / 2) - 1) * 2 + 3 - 6, 0)')).toBe(
    'max((ceil(6 / 2) − 1) · 2 + 3 − 6, 0)',
  );
  expect(typeset('1.5e-7')).toBe('1.5e-7');
});
