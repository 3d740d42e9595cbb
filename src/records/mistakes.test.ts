import { expect, it } from 'vitest';
import { percentBelow } from './mistakes.ts';

it('shows no confidence as more than it is', () => {
  expect([0.9951, 0.99999, 1, 0.5].map(percentBelow)).toEqual([
    '99.5 %',
    '99.9 %',
    '100.0 %',
    '50.0 %',
  ]);
});
