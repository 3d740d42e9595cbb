/** @file ONNX files that are written, judged by onnxruntime: the same answers for every kind of layer and every model. */
import { describe, expect, it } from 'vitest';
import { openSession } from '../../src/backends/select.ts';
import { RandomStream } from '../../src/base/random.ts';
import { exportModel } from '../../src/interop/exporters.ts';
import type { ExportOptions } from '../../src/interop/exporting.ts';
import { layers } from '../../src/nn/layers/index.ts';
import { sequential } from '../../src/nn/sequential.ts';
import type { Preprocessing } from '../../src/nn/spec.ts';
import { predictBatch } from '../../src/train/prediction/batchPrediction.ts';
import { answersOf, drawnRows, furthest } from './answers.ts';
import { everyModel, smallModels, withWeights } from './models.ts';
import { judged } from './onnxJudge.ts';

const COUNT = 3;
const [H, W, C] = [12, 11, 3];
/** One for each number of a picture. */
const MEANS = Array.from({ length: H * W * C }, (_, i) => (7 * i) % 251);

async function apart(name: string, options: ExportOptions = {}): Promise<number> {
  const model = withWeights(everyModel[name]());
  const rows = drawnRows(model, COUNT);
  const file = (await exportModel(model, 'onnx', { name: 'net', ...options })).get('net.onnx')!;
  const theirs = await judged(file, model.spec, rows, COUNT, { nhwc: options.input === 'nhwc' });
  return furthest(await answersOf(model, rows), theirs);
}

describe('a network as ONNX', () => {
  it.each(Object.keys(everyModel))('%s gives the same answers', async (name) => {
    expect(await apart(name)).toBeLessThan(1e-4);
  });

  it.each(['convolutions', 'moves', 'severalEnds', 'transposed'])(
    '%s gives them with channels last too',
    async (name) => {
      expect(await apart(name, { input: 'nhwc' })).toBeLessThan(1e-4);
    },
  );

  it('gives them with batch normalisations folded', async () => {
    expect(await apart('normalized', { batchNorm: 'fold' })).toBeLessThan(1e-4);
  });

  it.each([
    ['one scale and an offset', { scale: 2 / 255, offset: -1 }],
    [
      'a scale and a mean per channel',
      { scale: [0.02, 0.01, 0.03], offset: 0, mean: [90, 120, 60] },
    ],
    ['a mean per number', { scale: 1 / 64, offset: 0.5, mean: MEANS }],
    ['a border', { scale: 1 / 128, offset: -0.25, border: 2 }],
  ])('reads pixels 0..255 with the preprocessing inside: %s', async (_, preprocessing) => {
    const { border = 0 } = preprocessing as Preprocessing;
    const { conv2d, dense, flatten } = layers;
    const model = withWeights(
      sequential({ inputShape: [H, W, C], preprocessing }, [
        conv2d({ filters: 4, kernelSize: 3 }),
        flatten(),
        dense({ units: 5, activation: 'softmax' }),
      ]),
    );
    const files = await exportModel(model, 'onnx', { name: 'net', preprocessing: 'inside' });
    // Ours is given the border too: pixels of 0.
    const isInside = (i: number) => {
      const [y, x] = [Math.floor(i / C / W) % H, Math.floor(i / C) % W];
      return Math.min(y, x, H - 1 - y, W - 1 - x) >= border;
    };
    const random = new RandomStream(11);
    const bytes = Uint8Array.from({ length: COUNT * H * W * C }, (_, i) =>
      isInside(i) ? Math.floor(random.uniform(0, 256)) : 0,
    );
    const inputShape = [H - 2 * border, W - 2 * border, C];
    const input = Float32Array.from([...bytes].filter((_, i) => isInside(i)));
    const file = files.get('net.onnx')!;
    const theirs = await judged(file, { ...model.spec, inputShape }, { input }, COUNT);
    await using session = await openSession({ threads: 1 });
    expect(furthest(await predictBatch(session, model, bytes), theirs)).toBeLessThan(1e-5);
  });

  it('covers every kind of layer', async () => {
    const kinds = new Set(
      Object.values(smallModels).flatMap((make) => make().layers.map(({ kind }) => kind)),
    );
    const { layerKinds } = await import('../../src/nn/layers/index.ts');
    expect(layerKinds.filter((kind) => !kinds.has(kind))).toEqual([]);
  });
});
