/** @file The table of two towers: figures of AlexNet counted by hand, and lines that fit a terminal. */
import { expect, it } from 'vitest';
import { modelOf } from '../../models/index.ts';
import { formatTowers, summarizeTowers } from './towerTable.ts';

const alexnet = () => summarizeTowers(modelOf('alexnet'));

it('counts what each rank holds and sends of AlexNet', () => {
  const { parameters, layers, sent } = alexnet();
  // Half of everything; the 1000 biases of the last layer are on both.
  expect(parameters).toEqual({ whole: 60_965_224, each: 60_965_224 / 2 + 500 });
  const of = (name: string) => layers.find((layer) => layer.name === name);
  expect(of('conv3')).toMatchObject({
    role: 'exchange',
    outputShape: [13, 13, 192],
    parameters: 3 * 3 * 256 * 192 + 192,
    forward: 4 * 13 * 13 * 128,
    back: 4 * 13 * 13 * 128,
  });
  expect(of('fc6')).toMatchObject({ forward: 4 * 6 * 6 * 128, back: 4 * 6 * 6 * 128 });
  expect(of('fc7')).toMatchObject({ forward: 4 * 2048, back: 4 * 2048 });
  expect(of('fc8')).toMatchObject({ role: 'sum', forward: 4 * 1000, back: 0 });
  // Each tower normalises its own maps: nothing else passes.
  expect(layers.filter(({ forward }) => forward > 0).map(({ name }) => name)).toEqual([
    'conv3',
    'fc6',
    'fc7',
    'fc8',
  ]);
  expect(sent).toEqual({
    forward: 4 * (21_632 + 4608 + 2048 + 1000),
    back: 4 * (21_632 + 4608 + 2048),
  });
  const caffe = summarizeTowers(modelOf('alexnet-caffe')).layers;
  expect(caffe.find(({ name }) => name === 'norm1')).toMatchObject({
    role: 'border',
    forward: 4 * 27 * 27 * 2,
    back: 4 * 27 * 27 * 2,
  });
});

it('fits 80 columns, and draws both towers in every line', () => {
  const lines = formatTowers(alexnet(), { width: 80 }).split('\n');
  const rows = lines.slice(4, lines.lastIndexOf('='.repeat(80)));
  expect(Math.max(...rows.map(({ length }) => length))).toBeLessThanOrEqual(80);
  expect(lines.find((line) => line.startsWith('conv3'))).toBe(
    'conv3     13x13x192     442,560  <---- 2 x 84.5 KiB ---->  13x13x192     442,560',
  );
  expect(lines.find((line) => line.startsWith('conv4'))).toMatch(
    /331,968 +\| +13x13x192 +331,968$/,
  );
  const wide = formatTowers(alexnet(), { width: 120 }).split('\n');
  const longest = Math.max(...wide.map(({ length }) => length));
  expect(longest).toBeGreaterThan(90);
  expect(longest).toBeLessThanOrEqual(120);
});
