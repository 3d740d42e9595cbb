import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../backends/backend.ts';
import { openSession } from '../../backends/select.ts';
import { RandomStream } from '../../base/random.ts';
import { sizeOf } from '../../base/shape.ts';
import { modelOf } from '../../models/index.ts';
import { layers } from '../../nn/layers/index.ts';
import { parametersOf } from '../../nn/network.ts';
import { sequential } from '../../nn/sequential.ts';
import { layerShapes } from '../../nn/shapes.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import { lookAt } from './look.ts';
import { workUnit } from './workedUnit.ts';

let session: Session;
beforeAll(async () => {
  session = await openSession({ backend: 'reference' });
});
afterAll(() => session.close());

/** Every weight drawn anew, biases too, so that a unit that reads a wrong one is seen. */
async function lookThrough(spec: ModelSpec) {
  const random = new RandomStream(3, 1);
  const weights = new Map(
    parametersOf(spec).map(({ name, shape }) => [
      name,
      {
        shape,
        data: Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(-0.5, 0.5)),
      },
    ]),
  );
  const pixels = Uint8Array.from({ length: sizeOf(spec.inputShape) }, () => random.uniform(0, 255));
  const classes = Array.from({ length: 10 }, (_, i) => String(i));
  const look = await lookAt(session, { spec, weights, classes }, pixels);
  const stages = new Map(look.stages.map(({ name, values }) => [name, values]));
  stages.set('input', look.input);
  const work = (layer: string, place: readonly number[]) => {
    const placed = layerShapes(spec).find((one) => one.spec.name === layer)!;
    return workUnit({ layer: placed, weights, values: stages.get(placed.inputs[0])!, place });
  };
  return { look, work };
}

/** The first, the last and some places between. */
function placesOf(shape: readonly number[]): number[][] {
  const size = sizeOf(shape);
  const flat = [0, 1, 2, Math.floor(size / 3), Math.floor(size / 2) + 1, size - 1];
  return [...new Set(flat.filter((i) => i < size))].map((i) => {
    if (shape.length === 1) return [i];
    const [, W, C] = shape;
    return [Math.floor(i / (W * C)), Math.floor(i / C) % W, i % C];
  });
}

async function checkUnits(spec: ModelSpec): Promise<number> {
  const { look, work } = await lookThrough(spec);
  let checked = 0;
  for (const { name, shape, values } of look.stages.slice(1)) {
    for (const place of placesOf(shape)) {
      const worked = work(name, place);
      if (worked === undefined) continue;
      const [i, j = 0, c = 0] = place;
      const at = shape.length === 1 ? i : (i * shape[1] + j) * shape[2] + c;
      const most = Math.max(1, ...worked.terms.map(({ adds }) => Math.abs(adds)));
      const where = `${name} ${place} ${worked.does}`;
      expect(Math.abs(worked.result - values[at]), where).toBeLessThan(1e-5 * most * 10);
      checked++;
    }
  }
  return checked;
}

describe('a unit worked out by hand', () => {
  it('is what the network has, in both LeNets', async () => {
    expect(await checkUnits(modelOf('lenet5'))).toBe(7 * 6);
    expect(await checkUnits(modelOf('lenet5-1998'))).toBeGreaterThan(40);
  });

  it('is so with strides, dilation, groups, padding and every pooling', async () => {
    const { conv2d, maxPooling2d, minPooling2d, averagePooling2d, flatten, dense } = layers;
    const spec = sequential({ inputShape: [14, 15, 2] }, [
      conv2d({
        filters: 4,
        kernelSize: [3, 2],
        strides: [1, 2],
        padding: 'same',
        groups: 2,
        activation: 'elu',
      }),
      conv2d({
        filters: 3,
        kernelSize: 3,
        dilationRate: 2,
        padding: 1,
        useBias: false,
        activation: 'leakyRelu',
      }),
      maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
      averagePooling2d({ poolSize: 2, strides: 1, padding: 'same' }),
      averagePooling2d({ poolSize: 2, strides: 1, padding: 'same', countIncludePad: true }),
      minPooling2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 10, activation: 'softmax' }),
    ]);
    expect(await checkUnits(spec)).toBeGreaterThan(35);
  });

  it('says its window on the layer before, and which maps it sees', async () => {
    const { work } = await lookThrough(modelOf('lenet5-1998'));
    expect(work('c3', [2, 3, 14])).toMatchObject({
      does: 'sum',
      window: { rows: [2, 7], columns: [3, 8], channels: [0, 2, 3, 5] },
      activation: 'scaledTanh',
    });
    expect(work('c3', [2, 3, 14])!.terms).toHaveLength(100);
    expect(work('s2', [1, 2, 4])).toMatchObject({
      window: { rows: [2, 4], columns: [4, 6], channels: [4] },
    });
    expect(work('output', [3])).toMatchObject({ does: 'distance', window: null });
    expect(work('flatten', [3])).toBeUndefined();
  });
});
