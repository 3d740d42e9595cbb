import { expect, it } from 'vitest';
import { at, first, last, nonEmpty } from './lists.ts';

it('gives the elements that are there', () => {
  const list = [3, 0, 7];
  expect([first(list, 'number'), at(list, 1, 'number'), last(list, 'number')]).toEqual([3, 0, 7]);
  expect(nonEmpty(list, 'numbers')).toEqual(list);
  expect(last(Float32Array.of(1, 2), 'number')).toBe(2);
});

it('names what is missing', () => {
  expect(() => first([], 'layer')).toThrow('internal error: no layer 0 of 0');
  expect(() => last([], 'layer')).toThrow('internal error: no layer -1 of 0');
  expect(() => at([1, 2], 2, 'weight')).toThrow('internal error: no weight 2 of 2');
  expect(() => nonEmpty([], 'outputs')).toThrow('internal error: no outputs');
});
