import { describe, expect, it } from 'vitest';
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

  it('refuses what cannot be', () => {
    expect(() => settingsOf({ noise: 1 })).toThrow(/noise/);
    expect(() => settingsOf({ learningRate: 0 })).toThrow(/learningRate/);
    expect(() => settingsOf({ pooling: 0 })).toThrow(/pooling/);
    expect(() => settingsOf({ epochs: 0 })).toThrow(/epochs/);
  });
});
