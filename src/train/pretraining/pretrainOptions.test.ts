import { describe, expect, it } from 'vitest';
import { layers } from '../../nn/layers/index.ts';
import { sequential } from '../../nn/sequential.ts';
import { layerShapes } from '../../nn/shapes.ts';
import { machineOf } from './machineOfLayer.ts';
import { settingsOf } from './pretrainOptions.ts';

describe('what pre-training does unless told otherwise', () => {
  it('five passes of 64, from the seed 0, of auto-encoders that do not see 30 %', () => {
    expect(settingsOf({})).toMatchObject({
      ...{ method: 'autoencoder', epochs: 5, batchSize: 64, seed: 0, noise: 0.3 },
      sparsity: { target: 0.05, weight: 1 },
    });
    expect(settingsOf({ sparsity: null }).sparsity).toBeUndefined();
  });

  it('steps as long as suit what is taught', () => {
    const { optimizerOf } = settingsOf({});
    expect(optimizerOf().spec).toMatchObject({ kind: 'adam', learningRate: 0.001 });
    const descent = { kind: 'sgd', momentum: 0.5 };
    expect(optimizerOf('binary').spec).toMatchObject({ ...descent, learningRate: 0.5 });
    expect(optimizerOf('gaussian').spec).toMatchObject({ ...descent, learningRate: 0.1 });
    const said = settingsOf({ learningRate: 0.2 });
    for (const visible of [undefined, 'binary', 'gaussian'] as const)
      expect(said.optimizerOf(visible).spec.learningRate).toBe(0.2);
  });

  it('has blocks of 2 x 2 where they divide the maps, and single units elsewhere', () => {
    const poolingOf = (height: number, width: number, pooling?: number) => {
      const spec = sequential({ inputShape: [height, width, 1] }, [
        layers.conv2d({ filters: 2, kernelSize: 3 }),
        layers.flatten(),
      ]);
      const [layer] = layerShapes(spec);
      if (layer === undefined) throw new Error('no layer');
      return machineOf(layer, 'binary', settingsOf({ method: 'rbm', pooling })).pooling;
    };
    expect([poolingOf(8, 8), poolingOf(8, 7), poolingOf(7, 8)]).toEqual([2, 1, 1]);
    expect([poolingOf(8, 8, 3), poolingOf(8, 8, 1)]).toEqual([3, 1]);
  });

  it('refuses what cannot be', () => {
    expect(() => settingsOf({ noise: 1 })).toThrow(/noise/);
    expect(() => settingsOf({ learningRate: 0 })).toThrow(/learningRate/);
    expect(() => settingsOf({ pooling: 0 })).toThrow(/pooling/);
    expect(() => settingsOf({ epochs: 0 })).toThrow(/epochs/);
  });
});
