/** @file Pictures that excite units: ranked by hand-made networks; what a unit sees by changing pixel after pixel. */
import { afterAll, describe, expect, it } from 'vitest';
import { openSession } from '../../backends/select.ts';
import type { Split } from '../../data/dataset.ts';
import { layers } from '../../nn/layers/index.ts';
import { parametersOf } from '../../nn/network.ts';
import { initialStates } from '../../nn/programs/programs.ts';
import { sequential } from '../../nn/sequential.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import { activations } from './batchPrediction.ts';
import { exciting } from './excites.ts';

const session = await openSession({ backend: 'reference' });
afterAll(() => session.close());

const { conv2d, averagePooling2d, dense, flatten } = layers;

function modelWith(spec: ModelSpec, values: Record<string, readonly number[]> = {}) {
  const drawn = initialStates(spec, { seed: 5 });
  const weights = new Map(
    parametersOf(spec).map(({ name, shape }) => {
      const data = Float32Array.from(values[name] ?? drawn.get(name) ?? []);
      return [name, { shape, data }];
    }),
  );
  return { spec, weights };
}

const splitOf = (pictures: readonly (readonly number[])[]): Split => ({
  count: pictures.length,
  images: Uint8Array.from(pictures.flat()),
  labels: new Uint8Array(pictures.length),
});

describe('of a convolution that copies the picture, and its negative', () => {
  const spec = sequential({ name: 'copy', inputShape: [3, 4, 1] }, [
    conv2d({ name: 'conv', filters: 3, kernelSize: 1, useBias: false, activation: 'relu' }),
    flatten(),
    dense({ name: 'end', units: 2, activation: 'softmax' }),
  ]);
  const model = modelWith(spec, { 'conv/kernel': [1, -1, 0.5] });
  /** One bright pixel each. */
  const bright = [10, 250, 80, 250, 30].map((value, n) =>
    Array.from({ length: 12 }, (_, i) => (i === 2 * n + 1 ? value : 0)),
  );

  it('the largest come first, of equals the earlier, each with its place', async () => {
    const { units, count, shape } = await exciting(session, model, splitOf(bright), 'conv', {
      most: 3,
      batchSize: 2,
    });
    expect([count, shape]).toEqual([5, [3, 4, 3]]);
    expect(units[0]?.pictures.map(({ index }) => index)).toEqual([1, 3, 2]);
    expect(units[0]?.pictures.map(({ place }) => place)).toEqual([
      [0, 3],
      [1, 3],
      [1, 1],
    ]);
    expect(units[0]?.pictures[2]?.value).toBeCloseTo(80 / 255, 6);
    expect(units[2]?.pictures[0]?.value).toBeCloseTo(125 / 255, 6);
    const [rows, columns] = units[0]?.pictures[1]?.seen ?? [];
    expect([rows?.start, rows?.end, columns?.start, columns?.end]).toEqual([1, 2, 3, 4]);
  });

  it('a unit that never changes says so', async () => {
    const { units } = await exciting(session, model, splitOf(bright), 'conv');
    expect(units.map(({ isConstant }) => isConstant)).toEqual([false, true, false]);
  });

  it('single numbers see the whole picture, and units are those that were asked for', async () => {
    const { units } = await exciting(session, model, splitOf(bright), 'end', { units: [1] });
    expect(units.map(({ unit }) => unit)).toEqual([1]);
    expect(units[0]?.pictures).toHaveLength(5);
    const [first] = units[0]?.pictures ?? [];
    expect(first?.place).toBeNull();
    expect(first?.seen.map(({ start, end }) => [start, end])).toEqual([
      [0, 3],
      [0, 4],
    ]);
  });

  it('refuses layers and units that are none', async () => {
    const split = splitOf(bright);
    await expect(exciting(session, model, split, 'conf')).rejects.toThrow(/conf/);
    await expect(exciting(session, model, split, 'conv', { units: [3] })).rejects.toThrow(/0 to 2/);
  });
});

it('what a unit sees is what changes it, pixel for pixel', async () => {
  const spec = sequential({ name: 'deep', inputShape: [13, 12, 1] }, [
    conv2d({ filters: 2, kernelSize: 3, strides: 2, padding: 'same' }),
    averagePooling2d({ poolSize: 2, strides: 1 }),
    conv2d({ name: 'last', filters: 2, kernelSize: [2, 1] }),
    flatten(),
    dense({ units: 2, activation: 'softmax' }),
  ]);
  const model = modelWith(spec);
  const picture = Array.from({ length: 156 }, (_, i) => (i * 37) % 200);
  const { units, shape } = await exciting(session, model, splitOf([picture]), 'last');
  const [, width = 1, channels = 1] = shape;
  const changed = picture.map((_, at) => picture.map((byte, i) => (i === at ? byte + 50 : byte)));
  const rows = Uint8Array.from([picture, ...changed].flat());
  const { last } = await activations(session, model, rows, ['last']);
  const each = last.data.length / 157;
  for (const { unit, pictures } of units) {
    const [{ place, seen, value } = { place: null, seen: [], value: 0 }] = pictures;
    const [row, column] = place ?? [0, 0];
    const at = (row * width + column) * channels + unit;
    expect(last.data[at]).toBe(value);
    const [down, across] = seen;
    const isSeen = (i: number): boolean => {
      const [y, x] = [Math.floor(i / 12), i % 12];
      return y >= down.first && y < down.beyond && x >= across.first && x < across.beyond;
    };
    const changes = picture.map((_, i) => last.data[(i + 1) * each + at] !== value);
    expect(changes).toEqual(picture.map((_, i) => isSeen(i)));
  }
});
