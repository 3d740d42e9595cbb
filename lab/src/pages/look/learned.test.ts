/** @file What is shown of a layer's units: filters by channel, and cut-outs that are what the unit sees. */
import { type ExcitedPictures, modelOf } from 'fovea/web';
import { expect, it } from 'vitest';
import { channelOf, coloursOf, learnedLayers, shownOf } from './learned.ts';

const spec = modelOf('lenet5');
const kernel = (shape: readonly number[]) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
});
const weights = new Map([
  ['conv2d/kernel', kernel([5, 5, 1, 6])],
  ['conv2d_1/kernel', kernel([5, 5, 6, 16])],
  ['dense/kernel', kernel([256, 120])],
]);

it('has the layers with weights, and filters where kernels are pictures', () => {
  const layers = learnedLayers({ spec, weights });
  expect(layers.map(({ name, units, kind }) => [name, units, kind])).toEqual([
    ['conv2d', 6, 'maps'],
    ['conv2d_1', 16, 'maps'],
    ['dense', 120, 'numbers'],
  ]);
  expect(layers.map(({ filters }) => filters?.filters.length)).toEqual([6, 16, undefined]);
  const [first, second] = layers;
  // Kernels are (height, width, in, out).
  expect([...channelOf(first!.filters!, 2, 0)].slice(0, 3)).toEqual([2, 8, 14]);
  expect([...channelOf(second!.filters!, 3, 4)].slice(0, 2)).toEqual([4 * 16 + 3, 96 + 4 * 16 + 3]);
  expect(second?.filterWords).toContain('6 times 5 × 5');
});

it('shows colours about middle gray', () => {
  const filters = {
    layer: 'a',
    kind: 'conv2d',
    shape: [1, 1, 3],
    filters: [Float32Array.of(-2, 0, 2)],
    limit: 2,
  } as const;
  expect([...coloursOf(filters, 0)]).toEqual([0, 127, 255]);
});

it('cuts pictures out to what a unit sees, and has none of a unit that was not asked about', () => {
  const images = Uint8Array.from({ length: 3 * 784 }, (_, i) => (7 * i) % 251);
  const labels = [4, 5, 6];
  const stretch = (start: number, end: number) => ({ start, end, first: start, beyond: end });
  const excitation = {
    index: 2,
    value: 0.5,
    place: [3, 4],
    seen: [stretch(3, 8), stretch(4, 9)],
  } as const;
  const excited: ExcitedPictures = {
    ...{ layer: 'conv2d', kind: 'conv2d', shape: [24, 24, 6], count: 3 },
    units: [{ unit: 1, isConstant: false, pictures: [excitation] }],
    ...{ rows: [2], images: images.slice(2 * 784), labels: Int32Array.of(labels[2] ?? 0) },
  };
  const { cuts } = shownOf({ spec }, 1, excited);
  expect(cuts[0]).toMatchObject({ index: 2, label: labels[2], value: 0.5, width: 5, height: 5 });
  const place = (row: number, column: number) => images[2 * 784 + 28 * (3 + row) + 4 + column];
  expect([...(cuts[0]?.rgba ?? [])].slice(0, 8)).toEqual(
    [0, 1].flatMap((column) => [...Array(3).fill(place(0, column)), 255]),
  );
  expect(cuts[0]?.rgba[4 * 24]).toBe(place(4, 4));
  expect(shownOf({ spec }, 0, excited).cuts).toEqual([]);
  expect(shownOf({ spec }, 1, undefined).cuts).toEqual([]);
});
