import { modelOf } from 'fovea/web';
import { expect, it } from 'vitest';
import { keepTrained, trainedNetworks } from './trainedNetworks.ts';

it('keeps the newest of each title, and eight at most', () => {
  const network = { spec: modelOf('lenet5'), weights: new Map(), classes: [], words: 'lenet5' };
  for (const title of ['a', 'b', 'a']) keepTrained({ ...network, title });
  expect(trainedNetworks().map(({ title }) => title)).toEqual(['a', 'b']);
  for (let i = 0; i < 9; i++) keepTrained({ ...network, title: String(i) });
  expect(trainedNetworks().map(({ title }) => title)).toEqual([
    '8',
    '7',
    '6',
    '5',
    '4',
    '3',
    '2',
    '1',
  ]);
});
