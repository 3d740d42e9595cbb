/** @file ONNX files that are written, judged by onnxruntime: the same answers for every kind of layer and every model. */
import { describe, expect, it } from 'vitest';
import { exportModel } from '../../src/interop/exporters.ts';
import type { ExportOptions } from '../../src/interop/exporting.ts';
import { answersOf, drawnRows, furthest } from './answers.ts';
import { everyModel, smallModels, withWeights } from './models.ts';
import { judged } from './onnxJudge.ts';

const COUNT = 3;

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

  it('covers every kind of layer', async () => {
    const kinds = new Set(
      Object.values(smallModels).flatMap((make) => make().layers.map(({ kind }) => kind)),
    );
    const { layerKinds } = await import('../../src/nn/layers/index.ts');
    expect(layerKinds.filter((kind) => !kinds.has(kind))).toEqual([]);
  });
});
