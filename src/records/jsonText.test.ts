import { expect, it } from 'vitest';
import { jsonText } from './jsonText.ts';

it('puts lists of numbers on one line, changes nothing else', () => {
  const value = {
    a: [1, -2.5, 1e-7],
    b: [[1, 2], [3]],
    c: ['[\n  1\n]', 4],
    d: [],
    e: { f: null },
  };
  const text = jsonText(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).toContain('"a": [1, -2.5, 1e-7]');
  expect(text).toContain('[1, 2]');
});

it('writes a mean of a picture on one line', () => {
  const mean = Array.from({ length: 154_587 }, (_, i) => i / 100);
  expect(jsonText({ mean }).split('\n')).toHaveLength(4);
});
