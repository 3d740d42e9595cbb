import { expect, it } from 'vitest';
import { sizeOf } from '../../base/shape.ts';
import { layers } from '../../nn/layers/index.ts';
import { sequential } from '../../nn/sequential.ts';
import { torchLayers } from './torchLayers.ts';

const { conv2d, dense, flatten, prelu } = layers;
const spec = sequential({ inputShape: [2, 3, 4] }, [
  prelu({ name: 'each' }),
  conv2d({ name: 'maps', filters: 5, kernelSize: [2, 1] }),
  flatten(),
  dense({ name: 'row', units: 2 }),
]);
const all = torchLayers(spec);
const slotOf = (layer: string, torch = 'weight') => {
  const found = all.find((one) => one.layer.spec.name === layer);
  const slot = found?.slots.find((one) => one.torch === torch);
  if (slot === undefined) throw new Error(`no ${torch} of ${layer}`);
  return slot;
};
const counted = (shape: readonly number[]) => ({
  shape,
  data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => i),
});

/** Our number at an index of PyTorch's. */
it.each<[string, number[], number[], (at: number[]) => number[]]>([
  ['each', [2, 3, 4], [4, 2, 3], ([c = 0, h = 0, w = 0]) => [h, w, c]],
  ['maps', [2, 1, 4, 5], [5, 4, 2, 1], ([o = 0, i = 0, h = 0, w = 0]) => [h, w, i, o]],
  // Rows of a flattened picture (1, 3, 5): PyTorch has channel after channel.
  ['row', [15, 2], [2, 15], ([u = 0, at = 0]) => [(at % 3) * 5 + Math.floor(at / 3), u]],
])('the weights of "%s" lie as PyTorch has them', (name, ours, theirs, ourPlace) => {
  const slot = slotOf(name);
  const value = counted(ours);
  const there = slot.toTorch(value);
  expect([there.shape, slot.shape]).toEqual([theirs, theirs]);
  const flat = (at: readonly number[], shape: readonly number[]) =>
    at.reduce((sum, place, axis) => sum * (shape[axis] ?? 1) + place, 0);
  there.data.forEach((number, i) => {
    const at = theirs.map(
      (extent, axis) => Math.floor(i / sizeOf(theirs.slice(axis + 1))) % extent,
    );
    expect(number).toBe(flat(ourPlace(at), ours));
  });
  expect(slot.fromTorch(there)).toEqual(value);
});
