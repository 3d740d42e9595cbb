import { expect, it } from 'vitest';
import { imageShapeOf } from './spec.ts';

it('a row of numbers is a picture of one column and one channel', () => {
  expect(imageShapeOf({ inputShape: [7] })).toEqual([7, 1, 1]);
  expect(imageShapeOf({ inputShape: [7, 5] })).toEqual([7, 5, 1]);
  expect(imageShapeOf({ inputShape: [7, 5, 3] })).toEqual([7, 5, 3]);
  expect(imageShapeOf({ inputShape: [] })).toEqual([1, 1, 1]);
});
